#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/services/envelope.h"
#include "tests/authz/bad_tokens.h"
#include "tests/services/fixture.h"

namespace gauntlet {
namespace {

using namespace services_test;

const Person kAlice{"alice", "Alice Ä. Canary", "alice@canary.example", 34, "female", 172,
                    65,      "beginner"};

struct ProfileServiceTest : ::testing::Test {
  ProfileServiceTest() {
    EXPECT_TRUE(site.authz.register_person("alice", "a", "c7").ok());
    EXPECT_TRUE(site.profile.register_person(kAlice).ok());
  }
  HttpResponse get(std::string_view token) {
    return site.runtime.call(site.profile, Site::with_token("GET", "/v1/profile", token));
  }
  Site site;
};

TEST_F(ProfileServiceTest, TellsPeopleAboutThemselves) {
  const auto response = get(site.login("alice", "a", "profile"));
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(Site::member(response, "name"), kAlice.name);
  EXPECT_EQ(Site::member(response, "email"), kAlice.email);
  EXPECT_EQ(Site::member(response, "age_years"), "34");
  EXPECT_EQ(Site::member(response, "height_cm"), "172");
  EXPECT_EQ(Site::member(response, "weight_kg"), "65");
  EXPECT_EQ(site.profile_counters.get("authz.accepted"), 1u);
}

TEST_F(ProfileServiceTest, WhatIngestReceivesOpensNoProfile) {
  EXPECT_EQ(get(site.login("alice", "a", "ingest")).status, 401);
  EXPECT_EQ(site.profile_counters.get("authz.refused.wrong_audience"), 1u);
}

TEST_F(ProfileServiceTest, EveryBadTokenIs401AndCountedByReason) {
  const forge::House house;
  const auto first = get("");
  std::map<std::string, std::uint64_t> expected{{"missing", 1}};
  for (const auto& bad : forge::bad_inner_tokens(house)) {
    const auto response = get(bad.token);
    EXPECT_EQ(response.status, 401) << bad.name;
    EXPECT_EQ(response.body, first.body) << bad.name;
    ++expected[std::string(bad.reason)];
  }
  for (const auto& [reason, n] : expected) {
    EXPECT_EQ(site.profile_counters.get("authz.refused." + reason), n) << reason;
  }
  EXPECT_EQ(site.profile_counters.get("authz.accepted"), 0u);
}

TEST_F(ProfileServiceTest, AStrangerWithAGoodTokenFindsNobody) {
  ASSERT_TRUE(site.authz.register_person("bob", "b", "c7").ok());
  EXPECT_EQ(get(site.login("bob", "b", "profile")).status, 404);
}

TEST_F(ProfileServiceTest, RegistrationRefusesWhatCannotBeShown) {
  Person person = kAlice;
  person.name = "\xff";
  EXPECT_EQ(site.profile.register_person(person).error().code, "bad_text");
  person = kAlice;
  person.email = std::string(257, 'x');
  EXPECT_EQ(site.profile.register_person(person).error().code, "bad_text");
  person = kAlice;
  person.user_id = "a b";
  EXPECT_EQ(site.profile.register_person(person).error().code, "bad_user");
  EXPECT_TRUE(site.profile.remove_person("alice"));
  EXPECT_FALSE(site.profile.remove_person("alice"));
  EXPECT_EQ(get(site.login("alice", "a", "profile")).status, 404);
}

TEST_F(ProfileServiceTest, TheStoreIsSealed) {
  const std::string store = site.profile.store_bytes();
  ASSERT_GT(store.size(), 4096u);
  for (const char* text : {"alice", "Alice", "Canary", "canary", "female", "beginner", "172"}) {
    EXPECT_EQ(store.find(text), std::string::npos) << text;
  }
}

TEST(Envelope, OpensOnlyUntouchedRecordsInTheirPlace) {
  const Envelope envelope(std::string(32, 'k'));
  const std::string record = envelope.seal("alice", "text");
  EXPECT_EQ(envelope.open("alice", record), "text");
  EXPECT_FALSE(envelope.open("bob", record)) << "moved to another's place";
  EXPECT_FALSE(Envelope(std::string(32, 'l')).open("alice", record));
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string changed = record;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(envelope.open("alice", changed)) << i;
    EXPECT_FALSE(envelope.open("alice", record.substr(0, i))) << i;
  }
  EXPECT_NE(envelope.seal("alice", "text"), record);
  EXPECT_EQ(envelope.index("alice"), envelope.index("alice"));
  EXPECT_NE(envelope.index("alice"), envelope.index("bob"));
}

TEST(ModelService, DeliversTheBytesThatWerePutIn) {
  Site site;
  ASSERT_TRUE(site.authz.register_person("alice", "a", "c7").ok());
  const std::string token = site.login("alice", "a", "model");
  const std::string bytes("\0\x01\xffmodel", 8);
  ASSERT_TRUE(site.model.put("squat-v1.bin", bytes).ok());
  const auto get = [&](std::string_view name, std::string_view with) {
    return site.runtime.call(
        site.model, Site::with_token("GET", std::string("/v1/models/").append(name), with));
  };
  const auto response = get("squat-v1.bin", token);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, bytes);
  auto again = Site::with_token("GET", "/v1/models/squat-v1.bin", token);
  again.headers["if-none-match"] = response.headers.at("etag");
  EXPECT_EQ(site.runtime.call(site.model, again).status, 304);
  EXPECT_EQ(get("squat-v2.bin", token).status, 404);
  EXPECT_EQ(get("..", token).status, 404);
  EXPECT_EQ(get("squat-v1.bin", "").status, 401);
  EXPECT_EQ(get("squat-v1.bin", site.login("alice", "a", "profile")).status, 401);
  EXPECT_EQ(site.model.put("../x", bytes).error().code, "bad_name");
  EXPECT_EQ(site.model.put(".x", bytes).error().code, "bad_name");
}

struct Registry : ::testing::Test {
  Registry() {
    EXPECT_TRUE(site.authz.register_person("alice", "a", "c7").ok());
    token = site.login("alice", "a", "model");
  }
  HttpResponse get(const std::string& what) {
    return site.runtime.call(site.model, Site::with_token("GET", "/v1/models/" + what, token));
  }
  void put(const std::string& name, double score, std::vector<std::string> sensors) {
    ASSERT_TRUE(site.model.put(name, "bytes of " + name, std::move(sensors)).ok());
    ASSERT_TRUE(site.model.evaluated(name, score, 18, forge::kNow).ok());
  }
  std::string best_for(const std::string& sensors) {
    const auto response = get("for/" + sensors);
    if (response.status != 200) return std::to_string(response.status);
    EXPECT_EQ(response.body, "bytes of " + response.headers.at("x-model"));
    return response.headers.at("x-model");
  }
  Site site;
  std::string token;
};

TEST_F(Registry, DeliversTheBestThatNeedsNoSensorOneLacks) {
  put("both", 0.9, {"gyroscope", "accelerometer"});
  put("accelerometer", 0.7, {"accelerometer"});
  put("heart", 0.95, {"heart_rate", "accelerometer"});
  ASSERT_TRUE(site.model.put("never-evaluated", "x", {}).ok());
  EXPECT_EQ(best_for("accelerometer"), "accelerometer");
  EXPECT_EQ(best_for("accelerometer+gyroscope"), "both");
  EXPECT_EQ(best_for("gyroscope+accelerometer"), "both") << "whatever the order";
  EXPECT_EQ(best_for("accelerometer+gyroscope+heart_rate"), "heart");
  EXPECT_EQ(best_for("magnetometer"), "404");
  EXPECT_EQ(site.model_counters.get("model.none_fits"), 1u);
  put("both", 0.5, {"gyroscope", "accelerometer"});
  EXPECT_EQ(best_for("accelerometer+gyroscope"), "accelerometer") << "the newest evaluation counts";
  ASSERT_TRUE(site.model.put("accelerometer", "other bytes", {"accelerometer"}).ok());
  EXPECT_EQ(best_for("accelerometer"), "404") << "other bytes have not been evaluated";
}

TEST_F(Registry, ListsTenBestAndTheLastEvaluated) {
  for (int i = 0; i < 130; ++i) {
    put("m" + std::to_string(i), i == 3 ? 1.0 : i * 0.005, {"accelerometer"});
  }
  const auto names = [](const std::string& json) {
    std::vector<std::string> found;
    const std::string key = "\"name\":\"";
    for (auto at = json.find(key); at != std::string::npos; at = json.find(key, at + 1)) {
      const auto begin = at + key.size();
      found.push_back(json.substr(begin, json.find('"', begin) - begin));
    }
    return found;
  };
  const auto best = names(get("best").body);
  EXPECT_EQ(best.size(), 10u);
  EXPECT_EQ(best.front(), "m129") << "m3 was the best, and its evaluation is too old";
  EXPECT_EQ(best.back(), "m120");
  const auto last = names(get("evaluated").body);
  EXPECT_EQ(last.size(), 100u);
  EXPECT_EQ(last.front(), "m129");
  EXPECT_EQ(last.back(), "m30");
  EXPECT_EQ(get("m3").body, "bytes of m3") << "by name it is still there";
}

TEST_F(Registry, RefusesWhatCannotBeRanked) {
  EXPECT_EQ(site.model.put("best", "x").error().code, "bad_name");
  EXPECT_EQ(site.model.put("evaluated", "x").error().code, "bad_name");
  EXPECT_EQ(site.model.put("m", "x", {"a+b"}).error().code, "bad_sensor");
  EXPECT_EQ(site.model.evaluated("m", 0.5, 1, forge::kNow).error().code, "unknown");
  ASSERT_TRUE(site.model.put("m", "x").ok());
  for (const double score : {-0.1, 1.1, std::nan("")}) {
    EXPECT_EQ(site.model.evaluated("m", score, 1, forge::kNow).error().code, "bad_score");
  }
  EXPECT_EQ(site.model.evaluated("m", 0.5, 0, forge::kNow).error().code, "bad_score");
  token.clear();
  for (const char* what : {"m", "best", "evaluated", "for/accelerometer"}) {
    EXPECT_EQ(get(what).status, 401) << what;
  }
}

TEST(Health, EveryServiceSaysThatItIsThere) {
  Site site;
  for (Service* service :
       {static_cast<Service*>(&site.authz), static_cast<Service*>(&site.profile),
        static_cast<Service*>(&site.ingest), static_cast<Service*>(&site.model)}) {
    EXPECT_EQ(site.runtime.call(*service, {"GET", "/healthz", {}, ""}).status, 200);
    EXPECT_EQ(site.runtime.call(*service, {"POST", "/healthz", {}, ""}).status, 405);
    EXPECT_EQ(site.runtime.call(*service, {"GET", "/nothing", {}, ""}).status, 404);
  }
}

}  // namespace
}  // namespace gauntlet
