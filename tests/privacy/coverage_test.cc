// Do the intervals cover what they say? Ten thousand replicates each, 95 % nominal.

#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace gauntlet::privacy
