// Forged tokens and trespass through the real handlers, over a simulated network.
#include "adversarial/token_attack.h"

#include <gtest/gtest.h>

#include "core/authz/base64url.h"
#include "core/runtime/spawn.h"
#include "core/services/service_set.h"
#include "sim/engine/simulation.h"
#include "sim/engine/virtual_context.h"
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
  explicit Town(SignatureAlgorithm algorithm = SignatureAlgorithm::es256)
      : entropy(sim::RandomStream(1, "entropy")),
        context(simulation),
        network(context, {}, sim::RandomStream(1, "network")) {
    for (const char* name : {"authz", "profile", "ingest", "model", "attacker"}) {
      network.add_host(name);
    }
    ServiceSetOptions options;
    options.algorithm = algorithm;
    options.durability = Durability::memory;
    options.authz.scrypt = {4, 8, 1};
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
