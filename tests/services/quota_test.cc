// Rates against the token bucket's closed form, and quotas through the real handlers.
#include "core/services/quota.h"

#include <gtest/gtest.h>

#include "tests/services/fixture.h"

namespace gauntlet {
namespace {

using services_test::Site;
using std::chrono::milliseconds;
using std::chrono::seconds;

const HostTime kStart{seconds{1'700'000'000}};

TEST(RateLimiter, AnswersABurstAndThenAsOftenAsItFills) {
  RateLimiter limiter({.per_s = 4, .burst = 3}, 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a", kStart), std::nullopt) << i;
  EXPECT_EQ(limiter.take("a", kStart), milliseconds{250});
  EXPECT_EQ(limiter.take("a", kStart + milliseconds{249}), milliseconds{1});
  EXPECT_EQ(limiter.take("a", kStart + milliseconds{250}), std::nullopt);
  EXPECT_EQ(limiter.take("b", kStart), std::nullopt);  // each key has its own
}

// At most burst + rate x time, whatever is asked: here ten times as much for a minute.
TEST(RateLimiter, LetsThroughTheBurstAndTheRateTimesTheTime) {
  RateLimiter limiter({.per_s = 5, .burst = 20}, 10);
  int served = 0;
  for (int i = 0; i < 3000; ++i) served += !limiter.take("a", kStart + milliseconds{20 * i});
  EXPECT_EQ(served, 20 + (2999 * 20) * 5 / 1000);
}

TEST(RateLimiter, AClockSetBackMakesNobodyWaitLongerThanAnEmptyBucket) {
  RateLimiter limiter({.per_s = 1, .burst = 2}, 10);
  EXPECT_EQ(limiter.take("a", kStart), std::nullopt);
  const HostTime day_before = kStart - std::chrono::hours{24};
  EXPECT_EQ(limiter.take("a", day_before), seconds{1});
  EXPECT_EQ(limiter.take("a", day_before + seconds{1}), std::nullopt);
}

TEST(RateLimiter, ForgetsTheKeyThatWasUsedTheLongestAgo) {
  RateLimiter limiter({.per_s = 1, .burst = 1}, 2);
  limiter.take("a", kStart);
  limiter.take("b", kStart);
  EXPECT_NE(limiter.take("a", kStart), std::nullopt);  // used again
  limiter.take("c", kStart);
  EXPECT_EQ(limiter.keys(), 2u);
  EXPECT_EQ(limiter.forgotten(), 1u);
  EXPECT_NE(limiter.wait("a", kStart), std::nullopt);
  EXPECT_EQ(limiter.wait("b", kStart), std::nullopt);
  // One that is full again is no loss.
  limiter.take("d", kStart + seconds{5});
  EXPECT_EQ(limiter.forgotten(), 1u);
}

TEST(RateLimiter, OffRemembersNobody) {
  RateLimiter limiter({.per_s = 0, .burst = 1}, 2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limiter.take("a", kStart), std::nullopt);
  EXPECT_EQ(limiter.keys(), 0u);
}

TEST(Quota, AClientIsItsAddressWithoutThePort) {
  const std::pair<const char*, const char*> cases[] = {
      {"127.0.0.1:8443", "127.0.0.1"},
      {"[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"},
      {"[2001:db8:1:2::9]:1", "2001:db8:1:2::/64"},
      {"[::ffff:10.0.0.7]:9", "10.0.0.7"},
      {"phone", "phone"},
      {"unknown", "unknown"},
      {"", ""}};
  for (const auto& [peer, client] : cases) EXPECT_EQ(client_of(peer), client) << peer;
}

HttpRequest from(std::string peer, HttpRequest request) {
  request.peer = std::move(peer);
  return request;
}
HttpRequest login(std::string_view user, std::string_view secret) {
  return {"POST", "/v1/login", {}, FlatJsonWriter().add("user", user).add("secret", secret).str()};
}

struct Quotas : testing::Test {
  static QuotaOptions options() {
    QuotaOptions o;
    o.address = {0.5, 3};
    o.subject = {0.1, 2};
    o.token = {1, 4};
    o.cluster = {1, 6};
    return o;
  }
  Quotas() : site(Durability::memory, {}, {}, options()) {
    for (const char* who : {"alice", "bob"}) {
      EXPECT_TRUE(site.authz.register_person(who, "secret", "c").ok());
    }
  }
  std::string token(std::string_view user, std::string_view audience) {
    const TokenIssuer issuer({}, site.key, forge::rsa().public_key());
    return issuer.issue(user, "c", audience, site.runtime.now()).token;
  }
  HttpResponse call(Service& service, HttpRequest request, std::string peer = "10.0.0.1:1") {
    return site.runtime.call(service, from(std::move(peer), std::move(request)));
  }
  Site site;
};

TEST_F(Quotas, GuessesAreRefusedByAddressWithATimeToComeBack) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(site.authz, login("alice", "guess")).status, 401);
  const HttpResponse refused = call(site.authz, login("alice", "secret"), "10.0.0.1:77");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.at("retry-after"), "2");
  EXPECT_EQ(site.authz_counters.get("quota_exceeded.address"), 1u);
  // Nobody else is, alice from elsewhere neither.
  EXPECT_EQ(call(site.authz, login("alice", "secret"), "10.0.0.2:1").status, 200);
  site.runtime.set(site.runtime.now() + seconds{2});
  EXPECT_EQ(call(site.authz, login("alice", "secret")).status, 200);
}

TEST_F(Quotas, TokensOfOneUserAreLimitedAndGuessesAtHisSecretCostHimNothing) {
  const auto at = [](int i) { return "10.0.1." + std::to_string(i) + ":1"; };
  for (int i = 0; i < 9; ++i) call(site.authz, login("alice", "guess"), at(i));
  EXPECT_EQ(call(site.authz, login("alice", "secret"), at(10)).status, 200);
  EXPECT_EQ(call(site.authz, login("alice", "secret"), at(11)).status, 200);
  EXPECT_EQ(call(site.authz, login("alice", "secret"), at(12)).status, 429);
  EXPECT_EQ(call(site.authz, login("bob", "secret"), at(12)).status, 200);
  EXPECT_EQ(site.authz_counters.get("quota_exceeded.subject"), 1u);
}

TEST_F(Quotas, ARefusedRefreshLeavesTheTokenGood) {
  const std::string refresh = Site::member(call(site.authz, login("alice", "secret")), "refresh");
  call(site.authz, login("alice", "secret"));
  const HttpRequest again("POST", "/v1/refresh", {},
                          FlatJsonWriter().add("refresh", refresh).str());
  EXPECT_EQ(call(site.authz, again, "10.0.0.2:1").status, 429);
  site.runtime.set(site.runtime.now() + seconds{10});
  EXPECT_EQ(call(site.authz, again, "10.0.0.2:1").status, 200);
}

TEST_F(Quotas, EveryServiceLimitsWhatOneTokenAsks) {
  const struct {
    Service& service;
    const Counters& counters;
    const char* audience;
    const char* target;
    int status;
  } cases[] = {
      {site.ingest, site.ingest_counters, "ingest", "/v1/sessions/0123456789abcdef0123456789abcdef",
       404},
      {site.profile, site.profile_counters, "profile", "/v1/profile", 404},
      {site.model, site.model_counters, "model", "/v1/models/best", 200},
  };
  for (const auto& c : cases) {
    const HttpRequest request = Site::with_token("GET", c.target, token("alice", c.audience));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(call(c.service, request).status, c.status) << c.audience;
    EXPECT_EQ(call(c.service, request).status, 429) << c.audience;
    EXPECT_EQ(c.counters.get("quota_exceeded.token"), 1u) << c.audience;
    // Another of the cluster is still served, until the cluster's own is used up.
    const HttpRequest other = Site::with_token("GET", c.target, token("bob", c.audience));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(call(c.service, other).status, c.status) << c.audience;
    EXPECT_EQ(call(c.service, other).status, 429) << c.audience;
    EXPECT_EQ(c.counters.get("quota_exceeded.cluster"), 1u) << c.audience;
    // No address was charged for what tokens vouched for.
    EXPECT_EQ(call(c.service, Site::with_token("GET", c.target, "x.y.z")).status, 401);
  }
}

TEST_F(Quotas, WorthlessTokensAreRefusedByAddressBeforeTheyAreLookedAt) {
  const std::string target = "/v1/sessions/0123456789abcdef0123456789abcdef";
  const HttpRequest bad = Site::with_token("GET", target, "x.y.z");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(site.ingest, bad).status, 401);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(call(site.ingest, bad).status, 429);
  EXPECT_EQ(site.ingest_counters.get("authz.refused.malformed"), 3u);
  const HttpRequest good = Site::with_token("GET", target, token("alice", "ingest"));
  EXPECT_EQ(call(site.ingest, good, "10.0.0.2:1").status, 404);
}

TEST_F(Quotas, HealthIsNeverRefused) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(call(site.authz, {"GET", "/healthz"}).status, 200);
}

}  // namespace
}  // namespace gauntlet
