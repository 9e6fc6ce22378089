// The rules of RFC 8725 (best current practice for JSON web tokens), section 3, one after the
// other: each with what breaks it, refused.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "tests/authz/bad_tokens.h"
#include "tests/authz/forge.h"

namespace gauntlet {
namespace {

using namespace forge;

// Counts what a token makes the service do with its private key.
class CountingKeys final : public PrivateKeyProvider {
 public:
  RsaPublicKey public_key() const override { return keys_.public_key(); }
  std::optional<std::string> decrypt(std::string_view kid, std::string_view ciphertext,
                                     HostTime now) const override {
    ++decryptions;
    return keys_.decrypt(kid, ciphertext, now);
  }
  bool knows(std::string_view kid, HostTime now) const override { return keys_.knows(kid, now); }
  mutable int decryptions = 0;

 private:
  LocalKeyProvider keys_{rsa()};
};

struct Rules : ::testing::Test {
  std::string outer_with_header(std::string_view from, std::string_view to) const {
    return jws(replace(header, from, to), payload, house.key);
  }
  std::string outer_with_payload(std::string_view from, std::string_view to) const {
    return jws(header, replace(payload, from, to), house.key);
  }
  std::string inner_with_header(std::string_view from, std::string_view to) const {
    const std::string inner = inner_of(good_profile);
    const std::string text = jwe_open(inner, LocalKeyProvider(rsa()), kInnerType, kNow).value();
    return with_inner(good_profile,
                      jwe(replace(header_of(inner), from, to), text, rsa().public_key()),
                      house.key);
  }
  House house;
  std::string good = house.token();
  std::string good_profile = house.token("profile");
  std::string header = header_of(good);
  std::string payload = payload_of(good);
};

TEST_F(Rules, EachIsKept) {
  const auto ingest = [this](const std::string& token) { return house.refusal(token); };
  const auto profile = [this](const std::string& token) { return house.profile_refusal(token); };
  const std::string weak = VerifyKey::hs256("k", "secret").error().code;
  std::string off_curve(65, '\0');
  off_curve[0] = 4;
  off_curve[64] = 1;
  const struct {
    const char* rule;
    std::string refused_for;
    std::string_view reason;
  } table[] = {
      {"3.1 algorithm verification: another than the pinned one",
       ingest(outer_with_header("ES256", "HS256")), refusal::kBadAlgorithm},
      {"3.2 appropriate algorithms: none", ingest(outer_with_header("ES256", "none")),
       refusal::kBadAlgorithm},
      {"3.2 appropriate algorithms: RSAES-PKCS1-v1_5 inside",
       profile(inner_with_header("RSA-OAEP-256", "RSA1_5")), refusal::kBadAlgorithm},
      {"3.3 all operations: good inside, bad signature outside",
       profile(good_profile.substr(0, good_profile.rfind('.') + 1) + std::string(86, 'A')),
       refusal::kBadSignature},
      {"3.3 all operations: good signature outside, bad inside",
       profile(with_inner(good_profile, part(inner_of(good_profile), 0) + ".A.A.A.A", house.key)),
       refusal::kMalformed},
      {"3.4 cryptographic inputs: a point that is not on the curve",
       VerifyKey::es256("k", off_curve).error().code, "bad_point"},
      {"3.5 entropy of keys: a password", weak, "weak_secret"},
      {"3.6 no compression before encryption: zip outside",
       ingest(outer_with_header("{", "{\"zip\":\"DEF\",")), refusal::kBadHeader},
      {"3.6 no compression before encryption: zip inside",
       profile(inner_with_header("{", "{\"zip\":\"DEF\",")), refusal::kBadHeader},
      {"3.7 UTF-8", ingest(outer_with_payload("\"c7\"", "\"\xff\xfe\"")), refusal::kMalformed},
      {"3.8 issuer", ingest(outer_with_payload("\"gauntlet\"", "\"mallory\"")),
       refusal::kWrongIssuer},
      {"3.9 audience", ingest(house.token("model")), refusal::kWrongAudience},
      {"3.10 claims are not trusted: a key id that is a query",
       ingest(outer_with_header("es-1", "x' OR '1'='1")), refusal::kUnknownKey},
      {"3.10 claims are not trusted: a key's address",
       ingest(outer_with_header("{", "{\"jku\":\"https://192.0.2.1/\",")), refusal::kBadHeader},
      {"3.11 explicit typing: none", ingest(outer_with_header(kOuterType, "")), refusal::kBadType},
      {"3.12 kinds exclude each other: the inner one outside",
       ingest(outer_with_header(kOuterType, kInnerType)), refusal::kBadType},
      {"3.12 kinds exclude each other: the outer one inside",
       profile(inner_with_header(kInnerType, kOuterType)), refusal::kBadType},
  };
  ASSERT_EQ(ingest(good), "");
  ASSERT_EQ(profile(good_profile), "");
  for (const auto& row : table) EXPECT_EQ(row.refused_for, row.reason) << row.rule;
}

// RFC 7519, 6.1: the unsecured JWT.
TEST_F(Rules, TheUnsecuredExampleIsRefused) {
  EXPECT_EQ(house.refusal("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
                          "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."),
            refusal::kBadAlgorithm);
}

// Every row of the catalogue is in the tables.
TEST_F(Rules, TheCatalogueIsComplete) {
  std::set<std::string> rows;
  for (const auto& bad : bad_outer_tokens(house)) rows.insert(bad.row);
  for (const auto& bad : bad_inner_tokens(house)) rows.insert(bad.row);
  EXPECT_EQ(rows, (std::set<std::string>{"J1", "J2", "J3", "J4", "J5", "J6"}));
}

// A header that is not the profile's costs no use of the private key, and so nothing is ever
// inflated; what does reach the key costs one use, whatever is wrong with it: no oracle tells a bad
// padding from a bad tag by what was done, nor by what is said.
TEST_F(Rules, WhatARefusalCostsDoesNotTellWhy) {
  for (const auto& bad : bad_inner_tokens(house)) {
    const auto claims = house.profile.verify(bad.token, kNow);
    ASSERT_TRUE(claims.ok()) << bad.name;
    const auto keys = std::make_shared<CountingKeys>();
    const auto opened = InnerTokenOpener(keys).open(*claims, kNow);
    ASSERT_FALSE(opened.ok()) << bad.name;
    EXPECT_EQ(opened.error().message, "unauthorized") << bad.name;
    const std::set<std::string_view> before_the_key = {refusal::kTooLong, refusal::kBadAlgorithm,
                                                       refusal::kBadHeader, refusal::kBadType,
                                                       refusal::kUnknownKey};
    if (before_the_key.contains(bad.reason)) {
      EXPECT_EQ(keys->decryptions, 0) << bad.name;
    }
    if (bad.reason == refusal::kUndecryptable) {
      EXPECT_EQ(keys->decryptions, 1) << bad.name;
    }
  }
}

}  // namespace
}  // namespace gauntlet
