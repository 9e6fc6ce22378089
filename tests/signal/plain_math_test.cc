#include "core/signal/plain_math.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gauntlet {
namespace {

TEST(PlainMath, ExponentialAndLogarithmAgreeWithTheLibraryToAFewUlp) {
  for (double x = -600; x <= 600; x += 0.37) {
    EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-14) << x;
  }
  for (double x = 1e-9; x < 1e9; x *= 1.7) {
    EXPECT_NEAR(natural_log(x), std::log(x), 1e-15 + 1e-15 * std::abs(std::log(x))) << x;
  }
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(natural_log(1), 0);
}

TEST(PlainMath, TangentAgreesWithTheLibrary) {
  for (double x = -1.55; x <= 1.55; x += 0.01) {
    EXPECT_NEAR(tangent(x), std::tan(x), 4e-15 * (1 + std::tan(x) * std::tan(x))) << x;
  }
}

TEST(PlainMath, HazardOfTheNormalMatchesErfcAndItsAsymptote) {
  for (double a = -8; a <= 11; a += 0.05) {
    const double density = std::exp(-0.5 * a * a) / std::sqrt(2 * M_PI);
    const double distribution = 0.5 * std::erfc(-a / std::sqrt(2.0));
    EXPECT_NEAR(normal_hazard(a) / (density / distribution), 1, 1e-11) << a;
  }
  EXPECT_NEAR(normal_hazard(-1e4), 1e4 + 1e-4, 1e-9);
}

}  // namespace
}  // namespace gauntlet
