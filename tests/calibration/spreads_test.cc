#include "calibration/spreads.h"

#include <gtest/gtest.h>

#include "calibration/cycles.h"
#include "sim/engine/random.h"

#include <cmath>
#include <numbers>

namespace gauntlet::calibration {
namespace {

// 400 samples of 10: coverage of a 95 % interval is known to within 3 * sqrt(.95 * .05 / 400) = 3.3
// %.
TEST(SpreadOf, IntervalsCoverTheTruthNineteenTimesInTwenty) {
  sim::RandomStream random(1, "coverage");
  int mean = 0, sd = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<double> values(10);
    for (double& v : values) v = random.normal(3, 2);
    const Spread s = spread_of(values);
    mean += s.mean_interval->lo <= 3 && 3 <= s.mean_interval->hi;
    sd += s.sd_interval->lo <= 2 && 2 <= s.sd_interval->hi;
  }
  EXPECT_NEAR(mean / 400.0, 0.95, 0.033);
  EXPECT_NEAR(sd / 400.0, 0.95, 0.033);
}

TEST(SpreadOf, TwoValuesHaveNoInterval) {
  EXPECT_FALSE(spread_of({1, 2}).sd_interval.has_value());
  EXPECT_EQ(spread_of({}).n, 0u);
}

TEST(PaceOf, TellsFatigueFromScatter) {
  std::vector<double> lengths;
  for (int i = 0; i < 12; ++i) {
    const double done = i / 11.0;
    lengths.push_back(2.5 * (1 + 0.4 * done * done));
  }
  const Pace pace = pace_of(lengths);
  EXPECT_NEAR(pace.first_s, 2.5, 1e-9);
  EXPECT_NEAR(pace.fatigue, 0.4, 1e-9);
  EXPECT_NEAR(pace.variation, 0, 1e-9);
}

TEST(FindCycles, CyclesOfASteadySetAreAlike) {
  Grid grid;
  for (int i = 0; i < 1500; ++i) {
    const double phase = 2 * std::numbers::pi * i / (2.5 * kGridRate_hz);
    grid.push_back(
        {static_cast<float>(4 * std::sin(phase)), 1, static_cast<float>(9 + 2 * std::cos(phase))});
  }
  const Cycles cycles = find_cycles(grid);
  ASSERT_GE(cycles.length_s.size(), 9u);
  for (const double s : cycles.length_s) EXPECT_NEAR(s, 2.5, 0.041);
  // Root mean square of both axes about their means: sqrt(4^2 / 2 + 2^2 / 2).
  for (const double size : cycles.size_mps2) EXPECT_NEAR(size, std::sqrt(10.0), 0.05);
}

}  // namespace
}  // namespace gauntlet::calibration
