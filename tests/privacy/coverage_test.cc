// Do the intervals cover what they say? Ten thousand replicates each, 95 % nominal.

#include <gtest/gtest.h>

#include <cmath>

#include "privacy/audit.h"
#include "privacy/bayes_leakage.h"
#include "privacy/comparisons.h"
#include "privacy/normal_model.h"
#include "privacy/residual_risk.h"

namespace gauntlet::privacy {
namespace {

constexpr int kReplicates = 10'000;

std::uint64_t successes(std::uint64_t n, double p, sim::RandomStream& random) {
  std::uint64_t k = 0;
  for (std::uint64_t i = 0; i < n; ++i) k += random.chance(p) ? 1 : 0;
  return k;
}

TEST(Coverage, ResidualRiskOfUnequalSizes) {
  struct Case {
    double attack, control;
    std::uint64_t n_attack, n_control;
  };
  for (const Case& c : {Case{.5, .4, 200, 100}, Case{.9, .8, 500, 500}, Case{.98, .98, 500, 500}}) {
    sim::RandomStream random(1, "risk");
    const double exact = (c.attack - c.control) / (1 - c.control);
    int covered = 0;
    for (int r = 0; r < kReplicates; ++r) {
      const ResidualRisk e =
          residual_risk({successes(c.n_attack, c.attack, random), c.n_attack},
                        {successes(c.n_control, c.control, random), c.n_control});
      covered += e.interval.lo <= exact && exact <= e.interval.hi ? 1 : 0;
    }
    const double share = static_cast<double>(covered) / kReplicates;
    EXPECT_GE(share, .94) << c.attack;
    EXPECT_LE(share, .96) << c.attack;
  }
}

// The genuine scores of one person share a part, as real people's do: intervals over sessions would
// cover less.
TEST(Coverage, LinkabilityOfPeopleWhoseSessionsAreAlike) {
  constexpr std::size_t kPeople = 30, kSessions = 5;
  constexpr double kShared = .3;  // intra-class correlation
  const double exact = linkability(2.0, 10);
  sim::RandomStream random(2, "link");
  int covered = 0;
  for (int r = 0; r < kReplicates; ++r) {
    Comparisons c;
    c.people = kPeople;
    for (std::size_t p = 0; p < kPeople; ++p) {
      const double shared = std::sqrt(kShared) * random.normal();
      for (std::size_t s = 0; s < kSessions; ++s) {
        Probe probe{p, std::vector<double>(kPeople)};
        for (double& score : probe.scores) score = random.normal();
        probe.scores[p] = 2 + shared + std::sqrt(1 - kShared) * random.normal();
        c.probes.push_back(std::move(probe));
      }
    }
    const Estimate e = linkability(c, 10);
    covered += e.interval->lo <= exact && exact <= e.interval->hi ? 1 : 0;
  }
  const double share = static_cast<double>(covered) / kReplicates;
  EXPECT_GE(share, .94);
  EXPECT_LE(share, .96);
}

// One trial a person: Clopper-Pearson covers at least its level, whatever the share, and is longer
// than need be for it (few people, few values that a share can have).
TEST(Coverage, SharesOfOneTrialEachAreCoveredAtLeast) {
  for (const double p : {.05, .37, .9}) {
    sim::RandomStream random(3, "share");
    int covered = 0;
    for (int r = 0; r < kReplicates; ++r) {
      std::vector<double> shares(20);
      for (double& s : shares) s = random.chance(p) ? 1 : 0;
      const Estimate e = share_over_people(shares);
      covered += e.interval->lo <= p && p <= e.interval->hi ? 1 : 0;
    }
    EXPECT_GE(static_cast<double>(covered) / kReplicates, .95 - .005) << p;
  }
}

TEST(Coverage, VerificationOfIndependentScores) {
  constexpr std::size_t kPeople = 40;
  sim::RandomStream random(4, "verify");
  int equal_error = 0, area = 0;
  constexpr int kFewer = kReplicates / 2;
  for (int r = 0; r < kFewer; ++r) {
    Comparisons c{kPeople, {}};
    for (std::size_t p = 0; p < kPeople; ++p) {
      Probe probe{p, std::vector<double>(kPeople)};
      random.fill_normal(std::span<double>(probe.scores));
      probe.scores[p] += 2;
      c.probes.push_back(std::move(probe));
    }
    const Verification v = verification(c, random.child(std::to_string(r)), 1e-3, 200);
    const auto inside = [](const Estimate& e, double exact) {
      return e.interval->lo <= exact && exact <= e.interval->hi ? 1 : 0;
    };
    equal_error += inside(v.equal_error_rate, gauntlet::privacy::equal_error_rate(2));
    area += inside(v.area_under_curve, area_under_curve(2));
  }
  // Three standard errors of 5,000 runs are .01. The bootstrap over two sides counts the impostors'
  // part thrice (Owen, 2007): rather too long.
  EXPECT_GE(static_cast<double>(equal_error) / kFewer, .93);
  EXPECT_GE(static_cast<double>(area) / kFewer, .93);
  EXPECT_LE(static_cast<double>(equal_error) / kFewer, .985);
  EXPECT_LE(static_cast<double>(area) / kFewer, .985);
}

// Every person is a secret: one feature, people's own means and sessions about them. What the
// interval must cover is the mean over populations and sessions.
TEST(Coverage, LeakageWhereThePersonIsTheSecret) {
  constexpr std::size_t kPeople = 30, kTests = 5;
  const auto examples = [](const std::vector<double>& own, std::size_t sessions,
                           sim::RandomStream& random) {
    std::vector<Example> out;
    for (std::size_t p = 0; p < own.size(); ++p) {
      for (std::size_t s = 0; s < sessions; ++s) {
        out.push_back({p, p, {own[p] + random.normal()}, 0});
      }
    }
    return out;
  };
  std::vector<double> shares;
  std::vector<reports::Interval> intervals;
  sim::RandomStream random(5, "person");
  double prior = 0;
  for (int r = 0; r < kReplicates; ++r) {
    std::vector<double> own(kPeople);
    for (double& o : own) o = 8 * random.normal();
    const auto train = examples(own, 2, random), choose = examples(own, 1, random),
               test = examples(own, kTests, random);
    const auto e =
        estimate_leakage(train, choose, test, {.replicates = 0, .permutations = 0}, random);
    shares.push_back(e.posterior_vulnerability);
    intervals.push_back(*e.interval);
    prior = e.prior_vulnerability;
  }
  EXPECT_NEAR(prior, 1.0 / kPeople, 1e-12);
  double mean = 0;
  for (const double s : shares) mean += s / kReplicates;
  const double exact = std::log2(mean / prior);
  int covered = 0;
  for (const auto& i : intervals) covered += i.lo <= exact && exact <= i.hi ? 1 : 0;
  const double share = static_cast<double>(covered) / kReplicates;
  EXPECT_GE(share, .94);
  // People compete for one another's guesses, so that their shares vary against each other and the
  // mean varies less than it would if they did not: a little too long.
  EXPECT_LE(share, .975);
}

// People share two secrets, each has his own error rate, as with activity from traffic.
TEST(Coverage, LeakageWherePeopleShareSecrets) {
  constexpr std::size_t kPeople = 20, kEach = 40;
  constexpr int kFewer = kReplicates / 5;
  sim::RandomStream random(6, "shared");
  // The guesser knows the channel: what is seen is the secret, wrong at the person's own rate,
  // which is uniform in 0 … 0.3.
  const std::vector<Example> known{{0, 0, {0}, 0}, {1, 0, {0}, 0}, {2, 1, {1}, 0}, {3, 1, {1}, 0}};
  const double exact = std::log2((1 - .15) / .7);
  int covered = 0;
  for (int r = 0; r < kFewer; ++r) {
    std::vector<Example> test;
    for (std::size_t p = 0; p < kPeople; ++p) {
      const double wrong = random.uniform(0, .3);
      for (std::size_t i = 0; i < kEach; ++i) {
        const std::size_t secret = random.chance(.3) ? 1 : 0;
        const std::size_t seen = random.chance(wrong) ? 1 - secret : secret;
        test.push_back({p, secret, {static_cast<double>(seen)}, 0});
      }
    }
    const auto e = estimate_leakage(known, known, test, {.replicates = 400, .permutations = 0},
                                    random.child(std::to_string(r)));
    covered += e.interval->lo <= exact && exact <= e.interval->hi ? 1 : 0;
  }
  const double share = static_cast<double>(covered) / kFewer;
  // Four standard errors of 2,000 runs are .02.
  EXPECT_GE(share, .93);
  EXPECT_LE(share, .97);
}

// A mechanism that is exactly epsilon-private (randomised response on each coin) may not be said to
// be worse in more than one of twenty audits.
TEST(Coverage, AuditRefutesATrueEpsilonAtMostOnceInTwenty) {
  constexpr std::size_t kCanaries = 40;
  for (const double epsilon : {0.0, 1.0}) {
    sim::RandomStream random(7, "audit");
    const double right = std::exp(epsilon) / (1 + std::exp(epsilon));
    int refuted = 0;
    for (int r = 0; r < kReplicates; ++r) {
      const auto k = static_cast<std::int64_t>(successes(kCanaries, right, random));
      refuted += audit_p_value({kCanaries, kCanaries, k}, epsilon, 0) < .05 ? 1 : 0;
    }
    EXPECT_LE(static_cast<double>(refuted) / kReplicates, .05 + .009) << epsilon;
    EXPECT_GE(static_cast<double>(refuted) / kReplicates, .005) << "no audit could fail";
  }
}

}  // namespace
}  // namespace gauntlet::privacy
