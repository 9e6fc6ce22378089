// The positive control: a leak planted in every encoding must be found, or "no violation" means
// nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/metrics/canaries.h"
#include "reports/metrics/encodings.h"
#include "tests/reports/support/small_run.h"

namespace gauntlet::reports {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kUser = "5f0c8a1e-77d2-4b19-9c3e-20f6d1a4be88";
constexpr const char* kEmail = "quillon.voss@canary.example";

CanarySearch search(std::string bytes, std::vector<std::string> allowed = {}) {
  SmallRun run;
  run.truth.identity = {kUser, "Quillon Vos?", kEmail, "cluster-7c41f09be2",
                        "session-e19a40cc57d3"};
  run.places.push_back({"store", std::move(bytes), std::move(allowed), false});
  return search_canaries(run.record());
}

// RFC 4648, section 10; FIPS 180-4, "abc".
TEST(Encodings, AreThoseOfTheStandards) {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : rows) {
    EXPECT_EQ(to_base64(plain), encoded);
    EXPECT_EQ(from_base64(encoded), plain);
  }
  EXPECT_EQ(to_base64("\xfb\xff", true, false), "-_8");
  EXPECT_EQ(to_hex("\x00\xAf", false), "");
  EXPECT_EQ(to_hex(std::string_view("\x00\xAf", 2), false), "00af");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(percent_encode("a@b c"), "a%40b%20c");
  EXPECT_EQ(from_hex_digits("0a-Ff"), "\x0a\xff");
  EXPECT_FALSE(from_hex_digits("0ag1"));
  EXPECT_FALSE(from_hex_digits("0a1"));
}

TEST(Canaries, NothingIsFoundWhereNothingIs) {
  const CanarySearch s =
      search(std::string(100000, 'x') + "session-e19a40cc57d4 quillon.voss@canary");
  EXPECT_THAT(s.hits, IsEmpty());
  EXPECT_EQ(s.identifiers, 5u);
  EXPECT_EQ(s.violations(), 0u);
}

TEST(Canaries, APlantedLeakIsFoundInEveryEncoding) {
  const std::string user = kUser;
  const std::string uuid = *from_hex_digits(user);
  const std::string header = to_base64(R"({"alg":"ES256"})", true, false);
  const auto jwt = [&](const std::string& payload) {
    return header + '.' + to_base64(payload, true, false) + ".c2lnbmF0dXJlLW9mLW5vdGhpbmc";
  };
  const std::pair<const char*, std::string> rows[] = {
      {"raw", user},
      {"hex", to_hex(user)},
      {"HEX", to_hex(user, true)},
      {"base64", to_base64(user)},
      {"base64", to_base64("x" + user + "yz")},
      {"base64", to_base64("xy" + user + "z")},
      {"utf16le", to_utf16(user, false)},
      {"utf16be", to_utf16(user, true)},
      {"uuid.raw", uuid},
      {"uuid.hex", to_hex(uuid)},
      {"uuid.HEX", to_hex(uuid, true)},
      {"uuid.base64", to_base64(uuid)},
      {"sha256.raw", sha256(user)},
      {"sha256.hex", to_hex(sha256(user))},
      {"sha256.HEX", to_hex(sha256(user), true)},
      {"sha256.base64", to_base64("ab" + sha256(user))},
      {"base64 > raw", jwt(R"({"sub":")" + user + "\"}")},
      {"base64 > raw", "/v1/token/" + jwt(R"({"sub":")" + user + "\"}")},
      {"base64 > sha256.hex", jwt(R"({"sub":")" + to_hex(sha256(user)) + "\"}")},
      {"base64 > base64 > raw", jwt(R"({"inner":")" + jwt(R"({"sub":")" + user + "\"}") + "\"}")},
  };
  for (const auto& [form, leak] : rows) {
    for (const std::string& around :
         {std::string(), std::string("\x01\x02 "), std::string("{\"k\":\"")}) {
      const CanarySearch s = search(around + leak + "\"}\n");
      ASSERT_EQ(s.hits.size(), 1u) << form;
      EXPECT_EQ(s.hits[0].identifier, "user_id");
      EXPECT_THAT(s.hits[0].forms, Contains(std::string(form)));
      EXPECT_EQ(s.violations(), 1u);
    }
  }
  EXPECT_THAT(search("to=" + percent_encode(kEmail)).hits[0].forms, Contains("percent"));
  // A name whose base64 differs between the alphabets.
  const std::string name = "Quillon Vos?";
  EXPECT_NE(to_base64(name), to_base64(name, true));
  EXPECT_THAT(search("~" + to_base64(name, true)).hits[0].forms, Contains("base64url"));
  EXPECT_THAT(search("~" + to_base64(name)).hits[0].forms, Contains("base64"));
}

TEST(Canaries, WhatAPlaceMayHoldIsNoViolation) {
  const std::string row = "cluster-7c41f09be2|session-e19a40cc57d3";
  EXPECT_EQ(search(row).violations(), 2u);
  const CanarySearch s = search(row, {"cluster_id", "session_id"});
  EXPECT_EQ(s.hits.size(), 2u);
  EXPECT_EQ(s.violations(), 0u);
}

TEST(Canaries, UserAndSessionTogetherAreAViolationEvenIfEachIsAllowed) {
  const CanarySearch s =
      search(std::string(kUser) + "|session-e19a40cc57d3", {"user_id", "session_id"});
  EXPECT_THAT(s.joined, testing::ElementsAre("store"));
  EXPECT_EQ(s.violations(), 1u);
}

TEST(Canaries, AShortIdentifierMakesTheVerdictMissingNotSafe) {
  SmallRun run;
  run.truth.identity.user_id = "u7";
  run.truth.identity.session_id = "session-e19a40cc57d3";
  run.places.push_back({"store", "nothing", {}, false});
  MetricValues values;
  measure_privacy(search_canaries(run.record()), values);
  const Measured* m = values.find("privacy.m0.violations");
  ASSERT_NE(m, nullptr);
  EXPECT_FALSE(m->value);
  EXPECT_EQ(m->why_not, "user_id has 2 bytes; a canary needs 8");
}

}  // namespace
}  // namespace gauntlet::reports
