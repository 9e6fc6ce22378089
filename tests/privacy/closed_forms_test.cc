// Closed forms against the exact values of the literature.

#include <gtest/gtest.h>

#include <cmath>

#include "privacy/audit.h"
#include "privacy/channel.h"
#include "privacy/normal_model.h"
#include "privacy/residual_risk.h"

namespace gauntlet::privacy {
namespace {

constexpr double kDigits = 6e-6;  // the values are given to five digits

TEST(Channel, BinarySymmetricLeaksWhatShannonAndSmithSay) {
  const Channel bsc{{.9, .1}, {.1, .9}};
  const auto prior = uniform_prior(2);
  EXPECT_NEAR(bayes_leakage_bits(bsc, prior), .84800, kDigits);
  EXPECT_NEAR(mutual_information_bits(bsc, prior), .53100, kDigits);
  EXPECT_NEAR(multiplicative_capacity(bsc), 1.8, 1e-12);
}

TEST(Channel, RandomisedResponseOfTenWithEpsilonOne) {
  const Channel rr = randomised_response(10, 1);
  const auto prior = uniform_prior(10);
  EXPECT_NEAR(posterior_vulnerability(rr, prior), .23197, kDigits);
  EXPECT_NEAR(bayes_leakage_bits(rr, prior), 1.21393, kDigits);
  EXPECT_NEAR(mutual_information_bits(rr, prior), .10590, kDigits);
  EXPECT_NEAR(bayes_security(rr), .8534, 6e-5);
}

TEST(Channel, TenClustersLeakTheLogarithmOfTen) {
  constexpr std::size_t kPeople = 200;
  Channel cluster(kPeople, std::vector<double>(10));
  for (std::size_t p = 0; p < kPeople; ++p) cluster[p][p % 10] = 1;
  const auto prior = uniform_prior(kPeople);
  EXPECT_NEAR(bayes_leakage_bits(cluster, prior), 3.3219, 6e-5);
  EXPECT_NEAR(posterior_vulnerability(cluster, prior), 10.0 / kPeople, 1e-12);
}

TEST(Channel, PacketCountsDifferAsPoissonVariablesDo) {
  const auto ten = poisson_counts(10, 200);
  EXPECT_NEAR(total_variation(ten, poisson_counts(20, 200)), .81168, kDigits);
  EXPECT_NEAR(total_variation(ten, poisson_counts(12, 200)), .23581, kDigits);
  EXPECT_EQ(total_variation(ten, ten), 0);
}

TEST(NormalModel, OneDeviationApart) {
  EXPECT_NEAR(advantage(1), .38292, kDigits);
  EXPECT_NEAR(area_under_curve(1), .76025, kDigits);
  EXPECT_NEAR(hit_rate_at(1, 1e-3), .01830, kDigits);
  EXPECT_NEAR(equal_error_rate(1), .30854, kDigits);
  EXPECT_NEAR(gaussian_delta(1, 1), .12694, kDigits);
  EXPECT_NEAR(d_prime_of_equal_error_rate(equal_error_rate(1.7)), 1.7, 1e-12);
}

TEST(NormalModel, LinkabilityFallsWithTheCrowdAndRisesWithSessions) {
  EXPECT_NEAR(linkability(2, 10), .67365, kDigits);
  EXPECT_NEAR(linkability(2, 100), .32322, kDigits);
  EXPECT_NEAR(linkability(2, 1000), .12029, kDigits);
  EXPECT_NEAR(linkability(0, 50), 1.0 / 50, 1e-9);
  EXPECT_GT(linkability(2 * std::sqrt(4.0), 100), linkability(2, 100));
}

TEST(NormalModel, SinglingOutOfAHundred) {
  EXPECT_NEAR(singling_out(0, 100).probability, .3697, 6e-5);
  EXPECT_NEAR(singling_out(2, 100).probability, .3977, 6e-5);
  EXPECT_NEAR(singling_out(4, 100).probability, .7578, 6e-5);
}

TEST(Audit, GivesThePublishedBounds) {
  EXPECT_NEAR(audit_epsilon({1000, 100, 75}, 1e-4), .67298, kDigits);
  EXPECT_NEAR(audit_epsilon({100'000, 1510, 1439}, 1e-5), 2.67585, kDigits);
  EXPECT_EQ(audit_epsilon({1000, 100, 50}, 1e-4), 0);
}

// Two published examples: Koopman 1984, and the trial of Perondi et al. as treated by Fagerland,
// Lydersen and Laake (2015).
TEST(RatioInterval, IsKoopmans) {
  const auto koopman = ratio_interval({36, 40}, {16, 80});
  EXPECT_NEAR(koopman.lo, 2.94, .005);
  EXPECT_NEAR(koopman.hi, 7.15, .005);
  const auto perondi = ratio_interval({7, 34}, {1, 34});
  EXPECT_NEAR(perondi.lo, 1.2209, 6e-5);
  EXPECT_NEAR(perondi.hi, 42.5757, 6e-4);
}

TEST(RatioInterval, HoldsWhereACountIsNothingOrAll) {
  EXPECT_EQ(ratio_interval({0, 20}, {5, 20}).lo, 0);
  EXPECT_LT(ratio_interval({0, 20}, {5, 20}).hi, 1);
  EXPECT_TRUE(std::isinf(ratio_interval({5, 20}, {0, 20}).hi));
  EXPECT_GT(ratio_interval({5, 20}, {0, 20}).lo, 1);
  const auto all = ratio_interval({20, 20}, {20, 20});
  EXPECT_LT(all.lo, 1);
  EXPECT_GT(all.hi, 1);
}

TEST(ResidualRisk, IsNoneWhenTheControlDoesAsWell) {
  const ResidualRisk r = residual_risk({60, 100}, {60, 100});
  EXPECT_NEAR(r.risk, 0, 1e-12);
  EXPECT_LT(r.interval.lo, 0);
  EXPECT_GT(r.interval.hi, 0);
  EXPECT_NEAR(residual_risk({80, 100}, {60, 100}).risk, .5, 1e-12);
}

}  // namespace
}  // namespace gauntlet::privacy
