#include "calibration/allan_proof.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/statistics/distributions.h"

namespace gauntlet::calibration {
namespace {

TEST(ChiSquared, QuantilesAreThePublishedOnes) {
  // NIST/SEMATECH e-Handbook, 1.3.6.7.4.
  const struct {
    double p, freedom, value;
  } table[] = {{0.95, 10, 18.307}, {0.025, 10, 3.247},  {0.975, 1, 5.024},
               {0.05, 3, 0.352},   {0.975, 50, 71.420}, {0.95, 100, 124.342}};
  for (const auto& row : table) {
    EXPECT_NEAR(reports::chi_squared_quantile(row.p, row.freedom), row.value, 5e-4);
  }
}

// Of N phases averaged once: 3/2 (N - 1) - 2 (N - 2) / N by 4/9 of white noise; the estimator of
// averages of half the data has but a few.
TEST(AllanProof, DegreesOfFreedomAreTheTables) {
  EXPECT_NEAR(allan_degrees_of_freedom(PowerLaw::white, 1000, 1),
              (1.5 * 1000 - 2 * 999.0 / 1001) * 4 / 9, 1e-9);
  EXPECT_NEAR(allan_degrees_of_freedom(PowerLaw::flicker, 1000, 1), 2 * 999 / (2.3 * 1001 - 4.9),
              1e-9);
  EXPECT_NEAR(allan_degrees_of_freedom(PowerLaw::random_walk, 1000, 100), 7.42, 0.01);
  EXPECT_LT(allan_degrees_of_freedom(PowerLaw::white, 1000, 400), 3);
}

TEST(AllanProof, ClosedFormsHaveTheRightEnds) {
  EXPECT_DOUBLE_EQ(white_allan(0.16, 0.5), 0.16);
  EXPECT_DOUBLE_EQ(walk_allan(0.01, 300), 0.1);
  // Short against the correlation time: a random walk of sd^2 2 / tau a second; long: white noise.
  EXPECT_NEAR(wander_allan(0.2, 100, 0.1) / (0.2 * std::sqrt(2 * 0.1 / 300)), 1, 0.002);
  EXPECT_NEAR(wander_allan(0.2, 100, 5e4) / (0.2 * std::sqrt(2 * 100 / 5e4)), 1, 0.002);
  // Its greatest value: 0.617 of the sd, at 1.89 correlation times (IEEE Std 952, C.1.1.4).
  EXPECT_NEAR(wander_allan(1, 100, 189), 0.617, 0.001);
}

TEST(AllanProof, WhatIsPutInIsRecoveredAtEveryRate) {
  const Section section = prove_allan(2);
  ASSERT_EQ(section.findings.size(), 37u);
  EXPECT_EQ(section.findings.front().verdict, Verdict::holds);
  for (const char* rate : {"25 Hz", "50 Hz", "100 Hz", "200 Hz"}) {
    int lines = 0;
    for (const Finding& f : section.findings) lines += f.name.starts_with(rate);
    EXPECT_EQ(lines, 9) << rate;
  }
}

}  // namespace
}  // namespace gauntlet::calibration
