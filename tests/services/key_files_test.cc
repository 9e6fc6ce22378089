#include "core/services/key_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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
