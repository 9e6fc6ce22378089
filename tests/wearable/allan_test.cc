#include "sim/wearable/allan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/wearable/oscillator.h"

namespace gauntlet::sim {
namespace {

// NIST SP 1065, 12.4: 1,000 points of a linear congruential generator, and its table 31.
std::vector<double> riley_set() {
  std::vector<double> y;
  std::int64_t n = 1234567890;
  for (int i = 0; i < 1000; ++i) {
    y.push_back(static_cast<double>(n) / 2147483647.0);
    n = 16807 * n % 2147483647;
  }
  return y;
}

TEST(Allan, RileysThousandPointsGiveRileysValues) {
  const auto y = riley_set();
  EXPECT_NEAR(allan_deviation(y, 1), 2.922319e-1, 5e-8);
  EXPECT_NEAR(allan_deviation(y, 10), 9.965736e-2, 5e-9);
  EXPECT_NEAR(allan_deviation(y, 100), 3.897804e-2, 5e-9);
  EXPECT_NEAR(overlapping_allan_deviation(y, 1), 2.922319e-1, 5e-8);
  EXPECT_NEAR(overlapping_allan_deviation(y, 10), 9.159953e-2, 5e-9);
  EXPECT_NEAR(overlapping_allan_deviation(y, 100), 3.241343e-2, 5e-9);
}

TEST(Allan, TooFewPointsHaveNoDeviation) {
  const std::vector<double> y{1, 2, 3};
  EXPECT_EQ(allan_deviation(y, 2), 0);
  EXPECT_EQ(overlapping_allan_deviation(y, 2), 0);
}

std::vector<double> frequency_of(const FrequencyOptions& o, std::size_t n, std::uint64_t seed) {
  FrequencyNoise noise(o, {}, RandomStream(seed, "oscillator"));
  std::vector<double> y(n);
  for (double& v : y) v = noise.next();
  return y;
}

FrequencyOptions silent() {
  FrequencyOptions o;
  o.error_sd_ppm = o.ppm_per_k2 = o.white_fm = o.flicker_fm = o.random_walk_fm = 0;
  return o;
}

TEST(FrequencyNoise, EachTermIsRecoveredAsItsAllanDeviation) {
  constexpr std::size_t kSeconds = 200'000;
  // The relative error of an overlapping Allan deviation over n/m independent groups is about
  // 1 / sqrt(2 n / m), some 5 % more for the correlated terms; 4 of them.
  const auto within = [](std::size_t m) {
    return 4.2 / std::sqrt(2.0 * static_cast<double>(kSeconds) / static_cast<double>(m));
  };
  FrequencyOptions white = silent();
  white.white_fm = 1e-6;
  const auto w = frequency_of(white, kSeconds, 1);
  FrequencyOptions walk = silent();
  walk.random_walk_fm = 1e-8;
  const auto r = frequency_of(walk, kSeconds, 2);
  FrequencyOptions flicker = silent();
  flicker.flicker_fm = 1e-6;
  const auto f = frequency_of(flicker, kSeconds, 3);
  for (const std::size_t m : {10u, 100u, 1000u}) {
    const double t = static_cast<double>(m);
    EXPECT_NEAR(overlapping_allan_deviation(w, m) / (1e-6 / std::sqrt(t)), 1, within(m)) << m;
    EXPECT_NEAR(overlapping_allan_deviation(r, m) / (1e-8 * std::sqrt(t / 3)), 1,
                0.01 + 1.5 * within(m))
        << m;
    // One process a decade ripples by a few per cent; both ends lack a neighbour.
    EXPECT_NEAR(overlapping_allan_deviation(f, m) / 1e-6, 1, 0.08 + 1.5 * within(m)) << m;
  }
}

}  // namespace
}  // namespace gauntlet::sim
