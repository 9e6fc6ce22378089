#include <gtest/gtest.h>

#include <string>

#include "tests/services/fixture.h"

namespace gauntlet {
namespace {

using namespace services_test;
using std::chrono::seconds;

struct AuthzServiceTest : ::testing::Test {
  AuthzServiceTest() {
    EXPECT_TRUE(site.authz.register_person("alice", "correct horse", "c7").ok());
  }
  Site site;
};

TEST_F(AuthzServiceTest, LogInGivesATokenForTheClusterThatLivesAsLongAsItSays) {
  const auto response = site.post("/v1/login", R"({"user":"alice","secret":"correct horse"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Site::member(response, "expires_in_s"), "3600");
  const auto claims = site.verifier("ingest").verify(Site::member(response, "token"), forge::kNow);
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(claims->cluster_id, "c7");
  EXPECT_EQ(claims->expires, forge::kNow + seconds(3600));
  EXPECT_EQ(site.authz_counters.get("authz.issued"), 1u);
  EXPECT_EQ(response.headers.at("cache-control"), "no-store");
}

TEST_F(AuthzServiceTest, WrongSecretAndUnknownUserGetTheSameAnswer) {
  const auto wrong = site.post("/v1/login", R"({"user":"alice","secret":"correct house"})");
  const auto unknown = site.post("/v1/login", R"({"user":"mallory","secret":"correct horse"})");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(wrong.headers, unknown.headers);
  EXPECT_EQ(site.authz_counters.get("authz.refused.bad_credentials"), 2u);
}

TEST_F(AuthzServiceTest, WhatIsNoRequestIsTurnedAway) {
  const struct {
    const char* target;
    std::string body;
    int status;
  } table[] = {
      {"/v1/login", "", 400},
      {"/v1/login", "{}", 400},
      {"/v1/login", R"({"user":"alice"})", 400},
      {"/v1/login", R"({"user":"alice","secret":1})", 400},
      {"/v1/login", R"({"user":"alice","secret":"x","secret":"correct horse"})", 400},
      {"/v1/login", R"({"user":"alice","secret":"correct horse","cluster":"c1"})", 400},
      {"/v1/login", R"({"user":"alice","secret":"correct horse","audience":"root"})", 400},
      {"/v1/login", R"({"user":["alice"],"secret":"correct horse"})", 400},
      {"/v1/login", std::string(3000, ' '), 413},
      {"/v1/login", R"({"user":"' OR 1=1 --","secret":"x"})", 401},
      {"/v1/login", "{\"user\":\"alice\",\"secret\":\"" + std::string(1000, 'x') + "\"}", 401},
      {"/v1/refresh", R"({"refresh":"nothing of ours"})", 401},
      {"/v1/refresh", R"({"token":"x"})", 400},
      {"/v1/login/", "{}", 404},
      {"/v1/login?x=1", "{}", 404},
      {"/v1/people", "{}", 404},
      {"/", "", 404},
  };
  for (const auto& row : table) {
    EXPECT_EQ(site.post(row.target, row.body).status, row.status) << row.target << " " << row.body;
  }
  const auto get = site.runtime.call(site.authz, {"GET", "/v1/login", {}, ""});
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(get.headers.at("allow"), "POST");
  const auto form =
      site.runtime.call(site.authz, {"POST", "/v1/login", {{"content-type", "text/plain"}}, "{}"});
  EXPECT_EQ(form.status, 415);
}

TEST_F(AuthzServiceTest, ARefreshTokenIsGoodOnceAndItsReuseRevokesTheFamily) {
  const auto first = site.post("/v1/login", R"({"user":"alice","secret":"correct horse"})");
  const auto use = [&](const std::string& token) {
    return site.post("/v1/refresh", FlatJsonWriter().add("refresh", token).str());
  };
  const std::string refresh = Site::member(first, "refresh");
  const auto second = use(refresh);
  ASSERT_EQ(second.status, 200);
  EXPECT_TRUE(site.verifier("ingest").verify(Site::member(second, "token"), forge::kNow).ok());
  const std::string next = Site::member(second, "refresh");
  EXPECT_NE(next, refresh);
  EXPECT_EQ(use(refresh).status, 401) << "used before: somebody holds a copy";
  EXPECT_EQ(use(next).status, 401) << "so nobody of the family goes on";
  EXPECT_EQ(site.authz_counters.get("authz.refused.refresh_reused"), 1u);
  EXPECT_EQ(site.authz_counters.get("authz.refused.bad_refresh"), 1u);
}

TEST_F(AuthzServiceTest, RefreshEndsWithLogOutRevocationExpiryAndRemoval) {
  const auto fresh = [&] {
    return Site::member(site.post("/v1/login", R"({"user":"alice","secret":"correct horse"})"),
                        "refresh");
  };
  const auto status = [&](const std::string& refresh) {
    return site.post("/v1/refresh", FlatJsonWriter().add("refresh", refresh).str()).status;
  };
  std::string refresh = fresh();
  EXPECT_EQ(site.post("/v1/logout", FlatJsonWriter().add("refresh", refresh).str()).status, 204);
  EXPECT_EQ(status(refresh), 401);
  refresh = fresh();
  EXPECT_TRUE(site.authz.revoke("alice"));
  EXPECT_FALSE(site.authz.revoke("alice"));
  EXPECT_EQ(status(refresh), 401);
  refresh = fresh();
  site.runtime.set(forge::kNow + seconds(86400));
  EXPECT_EQ(status(refresh), 401);
  refresh = fresh();
  EXPECT_TRUE(site.authz.remove_person("alice"));
  EXPECT_EQ(status(refresh), 401);
  EXPECT_EQ(site.login("alice", "correct horse"), "");
}

TEST_F(AuthzServiceTest, TheStoreHoldsNeitherSecretsNorRefreshTokens) {
  const auto response = site.post("/v1/login", R"({"user":"alice","secret":"correct horse"})");
  const std::string store = site.authz.store_bytes();
  EXPECT_NE(store.find("alice"), std::string::npos) << "the search itself must work";
  EXPECT_EQ(store.find("correct horse"), std::string::npos);
  EXPECT_EQ(store.find(Site::member(response, "refresh")), std::string::npos);
  EXPECT_EQ(site.authz_log.find("alice"), std::string::npos);
}

TEST_F(AuthzServiceTest, RegistrationRefusesWhatIsNoIdentifier) {
  EXPECT_EQ(site.authz.register_person("", "s", "c").error().code, "bad_user");
  EXPECT_EQ(site.authz.register_person("a b", "s", "c").error().code, "bad_user");
  EXPECT_EQ(site.authz.register_person("a", "s", "c/d").error().code, "bad_cluster");
  EXPECT_EQ(site.authz.register_person("a", "", "c").error().code, "bad_secret");
  EXPECT_EQ(site.authz.register_person("a", std::string(257, 'x'), "c").error().code, "bad_secret");
}

TEST_F(AuthzServiceTest, RegisteringAnewReplacesSecretAndCluster) {
  ASSERT_TRUE(site.authz.register_person("alice", "battery staple", "c8").ok());
  EXPECT_EQ(site.login("alice", "correct horse"), "");
  const std::string token = site.login("alice", "battery staple");
  EXPECT_EQ(site.verifier("ingest").verify(token, forge::kNow)->cluster_id, "c8");
}

}  // namespace
}  // namespace gauntlet
