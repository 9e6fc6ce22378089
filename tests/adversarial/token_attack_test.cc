// Forged tokens and trespass through the real handlers, over a simulated network.
#include "adversarial/token_attack.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/authz/base64url.h"
#include "core/runtime/http.h"
#include "core/runtime/spawn.h"
#include "core/services/service_set.h"
#include "sim/engine/simulation.h"
#include "sim/engine/virtual_context.h"
#include "sim/network/processor.h"
#include "sim/network/seeded_entropy.h"
#include "sim/network/virtual_network.h"
#include "tests/authz/weak_verifier.h"

namespace gauntlet::adversarial {
namespace {

const std::string kVictimSession(32, 'a');

// Keys take half a second to make: once for all tests.
const ServiceKeys& keys(SignatureAlgorithm algorithm) {
  static const ServiceKeys es = ServiceKeys::generate(SignatureAlgorithm::es256);
  static const ServiceKeys hs = ServiceKeys::generate(SignatureAlgorithm::hs256);
  return algorithm == SignatureAlgorithm::es256 ? es : hs;
}

struct Town {
  explicit Town(SignatureAlgorithm algorithm = SignatureAlgorithm::es256, QuotaOptions quota = {},
                sim::ProcessorOptions processor = {})
      : entropy(sim::RandomStream(1, "entropy")),
        context(simulation),
        network(context, {}, sim::RandomStream(1, "network")) {
    for (const char* name : {"authz", "profile", "ingest", "model", "attacker", "phone"}) {
      network.add_host(name);
    }
    ServiceSetOptions options;
    options.algorithm = algorithm;
    options.durability = Durability::memory;
    options.authz.scrypt = {4, 8, 1};
    options.quota = quota;
    options.before = [this, processor](ServiceKind kind, HttpHandler next) {
      return sim::on_processor(processor, network.host(std::string(to_string(kind))),
                               std::move(next));
    };
    services =
        std::make_unique<ServiceSet>(ServiceRuntimes{network.host("authz"), network.host("profile"),
                                                     network.host("ingest"), network.host("model")},
                                     "", options, keys(algorithm));
    for (const char* who : {"mallory", "victim"}) {
      Person person;
      person.user_id = who;
      person.name = who;
      person.email = std::string(who) + "@mail.invalid";
      EXPECT_TRUE(services->register_person(person, "secret", std::string("c-") + who).ok());
    }
    services->serve();
    const auto at = [this](ServiceKind kind) {
      return Endpoint{std::string(to_string(kind)), services->endpoint(kind).port};
    };
    target = {at(ServiceKind::authz),
              at(ServiceKind::ingest),
              at(ServiceKind::profile),
              "mallory",
              "secret",
              kVictimSession,
              "",
              "",
              std::nullopt};
    target.public_pem = algorithm == SignatureAlgorithm::es256
                            ? keys(algorithm).signing.verify_key().public_pem()
                            : std::string("none");
    issuer.emplace(options.tokens, keys(algorithm).signing, keys(algorithm).identity.public_key());
    target.seen = issuer->issue("victim", "c-victim", "ingest", network.host("authz").now()).token;
  }
  ServiceAttackReport run(TokenAttackOptions options) {
    spawn(network.host("attacker").executor(),
          run_token_attack(network.host("attacker"), target, options, report));
    simulation.run(WorldTime{std::chrono::hours{1}});
    services->stop();
    simulation.run();
    return report;
  }
  ServiceAttackReport run(ApiAttackOptions options) {
    spawn(network.host("attacker").executor(),
          run_api_attack(network.host("attacker"), target, options, report));
    simulation.run(WorldTime{std::chrono::hours{1}});
    services->stop();
    simulation.run();
    return report;
  }

  sim::SeededEntropy entropy;
  sim::Simulation simulation;
  sim::VirtualContext context;
  sim::VirtualNetwork network;
  std::unique_ptr<ServiceSet> services;
  std::optional<TokenIssuer> issuer;
  ServiceAttackTarget target;
  ServiceAttackReport report;
};

std::string names(const ServiceAttackReport& r) {
  std::string text;
  for (const std::string& name : r.accepted) text += name + "; ";
  return text;
}

TEST(TokenAttack, NoForgedTokenOfAnyRowIsAccepted) {
  Town town;
  TokenAttackOptions o;
  o.requests = 300;
  const ServiceAttackReport r = town.run(o);
  EXPECT_EQ(r.tried(), 300u);
  EXPECT_EQ(r.accepted_total(), 0u) << names(r);
  ASSERT_EQ(r.rows.size(), 6u);
  for (const auto& [row, counts] : r.rows) {
    EXPECT_GT(counts.tried, 0u) << row;
    EXPECT_EQ(counts.unanswered, 0u) << row;
  }
  EXPECT_EQ(town.services->counters(ServiceKind::ingest).get("authz.accepted"), 0u);
}

// With a symmetric outer signature whoever verifies can sign: the one row that the defence stops.
TEST(TokenAttack, ACompromisedIngestForgesWhenTheSignatureIsSymmetric) {
  Town town(SignatureAlgorithm::hs256);
  town.target.held_by_ingest = keys(SignatureAlgorithm::hs256).signing;
  TokenAttackOptions o;
  o.family = TokenFamily::j6;
  o.requests = 10;
  const ServiceAttackReport r = town.run(o);
  EXPECT_EQ(r.rows.at("J6").accepted, 5u) << names(r);
}

// The attack finds what is there to be found: the weak token check falls in every row it can.
TEST(TokenAttack, AWeakTokenCheckFallsForIt) {
  const forge::House house;
  const forge::WeakVerifier weak(house.key, forge::rsa());
  ForgeMaterial m;
  m.own = house.token("ingest", "mallory", "c1");
  m.own_for_profile = house.token("profile", "mallory", "c1");
  m.seen = house.token("ingest", "victim", "c2");
  m.public_pem = house.key.verify_key().public_pem();
  std::map<std::string_view, int> fooled;
  for (const ForgedToken& t : forge_tokens(m, TokenFamily::all)) {
    // Of splices and inner headers the mistake is to look at the inner token first.
    const bool inner = t.row == "J4" || t.row == "J5";
    fooled[t.row] += inner ? weak.accepts_inner(t.token) : weak.accepts(t.token);
  }
  for (const char* row : {"J1", "J2", "J3", "J4", "J5", "J6"}) EXPECT_GT(fooled[row], 0) << row;
  for (const ForgedToken& t : forge_tokens(m, TokenFamily::all)) {
    const bool at_profile = t.audience == "profile";
    EXPECT_NE(at_profile ? house.profile_refusal(t.token) : house.refusal(t.token), "") << t.name;
  }
}

// An honest phone that asks how far its session is, every half second for a minute.
asio::awaitable<void> ask_honestly(Town& town, std::vector<double>& ms) {
  Runtime& phone = town.network.host("phone");
  const std::string token =
      town.issuer->issue("victim", "c-victim", "ingest", town.network.host("authz").now()).token;
  HttpClient ingest(phone, town.target.ingest);
  const HostTime end = phone.now() + std::chrono::minutes{1};
  while (phone.now() < end) {
    HttpRequest request("GET", "/v1/sessions/" + kVictimSession);
    request.headers["authorization"] = "Bearer " + token;
    const HostTime asked = phone.now();
    const HttpResponse response = co_await ingest.request(std::move(request));
    EXPECT_EQ(response.status, 404);  // nothing is stored yet
    ms.push_back(to_ms(phone.now() - asked));
    co_await phone.sleep_for(std::chrono::milliseconds{500});
  }
  ingest.close();
}

struct Flooded {
  double p99_ms;
  ServiceAttackReport report;
};

// A thousand requests a second on 100 connections, against a service that manages 100.
Flooded flood(QuotaOptions quota, ApiAct act, std::int64_t connections, double per_s = 1000) {
  Town town(SignatureAlgorithm::es256, quota,
            {.request_ms = 10, .login_ms = 10, .refused_ms = 0.1});
  std::vector<double> ms;
  spawn(town.network.host("phone").executor(), ask_honestly(town, ms));
  ApiAttackOptions share;
  share.act = act;
  share.requests = static_cast<std::int64_t>(60 * per_s) / std::max<std::int64_t>(connections, 1);
  share.per_s = per_s / static_cast<double>(std::max<std::int64_t>(connections, 1));
  sim::VirtualHost& attacker = town.network.host("attacker");
  for (std::int64_t i = 0; i < connections; ++i) {
    spawn(attacker.executor(), run_api_attack(attacker, town.target, share, town.report));
  }
  town.simulation.run(WorldTime{std::chrono::seconds{90}});
  town.services->stop();
  town.simulation.run();
  EXPECT_GT(ms.size(), 30u);
  std::sort(ms.begin(), ms.end());
  return {ms[ms.size() * 99 / 100], town.report};
}

QuotaOptions a_few_a_second() {
  QuotaOptions quota;
  quota.address = {5, 20};
  quota.subject = {0.1, 5};
  quota.token = {5, 20};
  return quota;
}

// The honest phone's wait undisturbed: the network's there and back, and its own request's 10 ms.
TEST(Quota, WithoutItAFloodMakesEverybodyWaitAndWithItNobody) {
  const double quiet_ms = flood({}, ApiAct::flood, 0).p99_ms;
  const Flooded open = flood({}, ApiAct::flood, 100);
  EXPECT_EQ(open.report.over_quota(), 0u);
  EXPECT_GT(open.p99_ms, quiet_ms + 500);  // 100 connections at 10 ms: up to a second
  const Flooded held = flood(a_few_a_second(), ApiAct::flood, 100);
  EXPECT_GT(held.report.over_quota(), held.report.tried() * 9 / 10);
  EXPECT_LT(held.p99_ms, quiet_ms + 100);
}
TEST(Quota, HoldsUpAFloodOfWorthlessTokensByItsAddress) {
  const double quiet_ms = flood({}, ApiAct::token_flood, 0).p99_ms;
  EXPECT_GT(flood({}, ApiAct::token_flood, 100).p99_ms, quiet_ms + 500);
  const Flooded held = flood(a_few_a_second(), ApiAct::token_flood, 100);
  EXPECT_LT(held.p99_ms, quiet_ms + 100);
  EXPECT_GT(held.report.over_quota(), held.report.tried() * 9 / 10);
}
// Who stays just below is served, and takes no more than his share: 5 of 100 a second.
TEST(Quota, AnAttackerJustBelowItIsServedAndHarmless) {
  const double quiet_ms = flood({}, ApiAct::flood, 0).p99_ms;
  const Flooded below = flood(a_few_a_second(), ApiAct::flood, 1, 4.9);
  EXPECT_EQ(below.report.over_quota(), 0u);
  EXPECT_LT(below.p99_ms, quiet_ms + 20);
}

TEST(ApiAttack, NothingForeignIsGivenOutOrStored) {
  Town town;
  ApiAttackOptions o;
  o.requests = 200;
  const ServiceAttackReport r = town.run(o);
  EXPECT_EQ(r.tried(), 200u);
  EXPECT_EQ(r.accepted_total(), 0u) << names(r);
  EXPECT_EQ(r.rows.at("A1").unanswered, 0u);
}

}  // namespace
}  // namespace gauntlet::adversarial
