#include "core/services/key_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/runtime/realtime_runtime.h"
#include "core/services/enrolment.h"

namespace gauntlet {
namespace {

namespace fs = std::filesystem;

struct KeyFiles : ::testing::Test {
  KeyFiles() { fs::remove_all(folder); }
  ~KeyFiles() override { fs::remove_all(folder); }
  std::string refusal() const {
    const auto keys = load_service_keys(folder);
    return keys ? "" : keys.error().code;
  }
  void replace(const char* name, std::string_view text) const {
    fs::remove(folder / name);
    ASSERT_TRUE(write_secret(folder / name, text).ok());
  }
  fs::path folder = fs::path(::testing::TempDir()) / ("gauntlet_keys_" + std::to_string(getpid()));
};

TEST_F(KeyFiles, TheSameKeysComeBack) {
  for (const auto algorithm : {SignatureAlgorithm::es256, SignatureAlgorithm::hs256}) {
    fs::remove_all(folder);
    ASSERT_TRUE(make_service_keys(folder, algorithm).ok());
    const auto a = load_service_keys(folder);
    const auto b = load_service_keys(folder);
    ASSERT_TRUE(a.ok() && b.ok()) << a.error().message;
    EXPECT_EQ(a->signing.algorithm(), algorithm);
    EXPECT_TRUE(b->signing.verify_key().verify("x", a->signing.sign("x")));
    EXPECT_EQ(a->signing.kid(), b->signing.kid());
    EXPECT_EQ(a->identity.public_key().kid(), b->identity.public_key().kid());
    EXPECT_EQ(b->identity.decrypt(a->identity.public_key().encrypt("secret")), "secret");
    EXPECT_EQ(a->at_rest, b->at_rest);
    EXPECT_EQ(make_service_keys(folder, algorithm).error().code, "exists") << "never overwritten";
  }
}

TEST_F(KeyFiles, WhatOthersCanReadOrIsNoKeyIsRefused) {
  EXPECT_EQ(refusal(), "no_key");
  ASSERT_TRUE(make_service_keys(folder, SignatureAlgorithm::es256).ok());
  EXPECT_EQ(refusal(), "");
  fs::permissions(folder / "at_rest.key", fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(refusal(), "open_key");
  const struct {
    const char* file;
    const char* text;
  } table[] = {
      {"at_rest.key", "c2hvcnQ"},
      {"at_rest.key", ""},
      {"identity.pem", "-----BEGIN NOTHING-----"},
      {"signing.key", "RS256 k AAAA"},
      {"signing.key", "ES256 k"},
      {"signing.key", "HS256 k c2hvcnQ"},
      {"signing.key", "ES256 ../k AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"},
      {"signing.key", "ES256 k AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE more"},
  };
  for (const auto& row : table) {
    fs::remove_all(folder);
    ASSERT_TRUE(make_service_keys(folder, SignatureAlgorithm::es256).ok());
    replace(row.file, row.text);
    EXPECT_EQ(refusal(), "bad_key") << row.file << ": " << row.text;
  }
}

TEST_F(KeyFiles, RotatedOnesKeepThoseBeforeForTheOverlapAndNoLonger) {
  ASSERT_TRUE(make_service_keys(folder, SignatureAlgorithm::es256).ok());
  const auto old = load_service_keys(folder);
  const HostTime now{std::chrono::seconds(1'800'000'000)};
  ASSERT_TRUE(rotate_service_keys(folder, now, std::chrono::seconds(100)).ok());
  const auto keys = load_service_keys(folder);
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  EXPECT_NE(keys->signing.kid(), old->signing.kid());
  EXPECT_NE(keys->identity.public_key().kid(), old->identity.public_key().kid());
  EXPECT_EQ(keys->at_rest, old->at_rest) << "what is stored stays sealed with it";
  ASSERT_TRUE(keys->retiring);
  EXPECT_EQ(keys->retiring->until, now + std::chrono::seconds(100));
  EXPECT_TRUE(keys->retiring->signing.verify("x", old->signing.sign("x")));
  EXPECT_EQ(keys->retiring->identity.decrypt(old->identity.public_key().encrypt("s")), "s");
  EXPECT_EQ(rotate_service_keys(folder, now + std::chrono::seconds(99), {}).error().code,
            "too_soon");
  EXPECT_TRUE(rotate_service_keys(folder, now + std::chrono::seconds(100), {}).ok());
  for (const auto& entry : fs::directory_iterator(folder)) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all),
              fs::perms::none)
        << entry.path();
  }
  replace("retiring.until", "soon");
  EXPECT_EQ(refusal(), "bad_key");
}

// A process that ends in between reads them again: what its tokens were signed with still counts.
TEST_F(KeyFiles, AfterARestartOldTokensCountUntilTheOverlapIsOver) {
  ASSERT_TRUE(make_service_keys(folder, SignatureAlgorithm::es256).ok());
  const HostTime begin{std::chrono::seconds(1'800'000'000)};
  HostTime now = begin;
  RealtimeRuntime runtime({{}, [&now] { return now; }});
  ServiceSetOptions options;
  options.durability = Durability::memory;
  options.authz.scrypt = {4, 8, 1};
  const auto open = [&] {
    auto services =
        std::make_unique<ServiceSet>(ServiceRuntimes{runtime, runtime, runtime, runtime},
                                     fs::path(), options, load_service_keys(folder).value());
    const Person alice{"alice", "Alice", "a@example.org", 34, "f", 172, 65, "beginner"};
    EXPECT_TRUE(services->register_person(alice, "s", "c7").ok());
    return services;
  };
  const auto status = [&](ServiceSet& services, const std::string& token) {
    int result = 0;
    HttpRequest request("GET", "/v1/profile");
    request.headers["authorization"] = "Bearer " + token;
    asio::co_spawn(runtime.executor(), services.profile().handle(std::move(request)),
                   [&](std::exception_ptr, HttpResponse r) { result = r.status; });
    runtime.run_for(std::chrono::seconds{5});
    return result;
  };
  const std::string token = open()->authz().issuer().issue("alice", "c7", "profile", now).token;
  ASSERT_TRUE(rotate_service_keys(folder, now, options.rotation_overlap()).ok());
  const auto after = open();
  EXPECT_EQ(status(*after, token), 200) << "outer signed and inner sealed with the keys before";
  EXPECT_EQ(status(*after, after->authz().issuer().issue("alice", "c7", "profile", now).token),
            200);
  now = begin + options.rotation_overlap() + std::chrono::seconds(1);
  EXPECT_EQ(status(*open(), token), 401);
}

const std::string kHead = "user,secret,name,email,age_years,sex,height_cm,weight_kg,proficiency\n";

TEST(People, ATableSaysLineAndColumnOfWhatIsWrong) {
  const auto good = parse_people(kHead + "alice,s e c,Alice,a@b,34,female,172,65,beginner\n\n");
  ASSERT_TRUE(good.ok());
  ASSERT_EQ(good->size(), 1u);
  EXPECT_EQ(good->front().secret, "s e c");
  EXPECT_EQ(good->front().person.proficiency, "beginner");
  EXPECT_EQ(good->front().person.weight_kg, 65);
  const struct {
    std::string table;
    const char* says;
  } bad[] = {
      {"", "line 1"},
      {"user,secret\n", "line 1"},
      {kHead + "a,b\n", "line 2: there are not 9 fields"},
      {kHead + "a,b,c,d,1,f,1,1,p,more\n", "line 2: there are not 9 fields"},
      {kHead + "a,b,c,d,old,f,1,1,p\n", "age_years is \"old\"; allowed: 0 to 150"},
      {kHead + "a,b,c,d,1,f,-1,1,p\n", "height_cm is \"-1\""},
      {kHead + "a,b,c,d,1,f,1,1kg,p\n", "weight_kg is \"1kg\""},
  };
  for (const auto& row : bad) {
    const auto read = parse_people(row.table);
    ASSERT_FALSE(read.ok()) << row.table;
    EXPECT_NE(read.error().message.find(row.says), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace gauntlet
