#include "core/phone/repetition_counter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/units.h"
#include "core/phone/template_counter.h"

namespace gauntlet {
namespace {

using Sample = std::array<float, 3>;

// A limb that swings by `degrees` and back, `count` times, then rests: gravity in the sensor frame.
std::vector<Sample> swings(int count, double period_s, double degrees, double rate_hz = 50,
                           double lead_s = 0.5) {
  const auto lead = static_cast<std::size_t>(lead_s * rate_hz);
  const auto n = static_cast<std::size_t>(count * period_s * rate_hz);
  std::vector<Sample> out;
  for (std::size_t i = 0; i < n + 2 * lead; ++i) {
    const double t = i < lead ? 0 : std::min(static_cast<double>(i - lead), static_cast<double>(n));
    const double phase = 2 * std::numbers::pi * t / rate_hz / period_s;
    const double angle = degrees * std::numbers::pi / 180 * (0.5 - 0.5 * std::cos(phase));
    out.push_back({static_cast<float>(kStandardGravity_mps2 * std::sin(angle)), 0.3f,
                   static_cast<float>(kStandardGravity_mps2 * std::cos(angle))});
  }
  return out;
}

struct Streamed {
  std::vector<double> completed_s;
  std::vector<double> reported_s;
};

Streamed stream(const RepetitionCounterOptions& options, const std::vector<Sample>& samples) {
  RepetitionCounter counter(options);
  Streamed out;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const HostTime t = time_from_seconds<HostTime>(static_cast<double>(i) / options.rate_hz);
    counter.push(t, samples[i]);
    for (const Repetition& r : counter.take_new()) {
      out.completed_s.push_back(seconds_since_origin(r.completed));
      out.reported_s.push_back(seconds_since_origin(t));
    }
  }
  return out;
}

struct Case {
  int count;
  double period_s;
  double degrees;
};

class Swings : public testing::TestWithParam<Case> {};

TEST_P(Swings, AreCountedExactlyInBatchAndStream) {
  const auto [count, period_s, degrees] = GetParam();
  const auto samples = swings(count, period_s, degrees);
  const RepetitionCounterOptions options;
  EXPECT_EQ(find_repetitions(options, samples).size(), static_cast<std::size_t>(count));
  EXPECT_EQ(stream(options, samples).completed_s.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(find_repetitions_by_template(options, samples).size(), static_cast<std::size_t>(count));
}

INSTANTIATE_TEST_SUITE_P(Tempi, Swings,
                         testing::Values(Case{20, 0.6, 60}, Case{12, 1, 60}, Case{10, 2, 120},
                                         Case{10, 3, 90}, Case{5, 5, 90}, Case{4, 7, 60}));

// The first counter's defects: peaks at least 50 samples apart, and a one-pole low-pass that was
// called a high-pass, so that gravity stayed in.
std::size_t peaks_fifty_samples_apart(const std::vector<Sample>& samples) {
  double smooth = static_cast<double>(samples[0][0]), before = smooth, two_before = smooth;
  std::size_t n = 0, last = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    two_before = before;
    before = smooth;
    smooth += 0.3 * (static_cast<double>(samples[i][0]) - smooth);
    const bool peak = before > two_before && before >= smooth;
    if (!peak || (n > 0 && i - last < 50)) continue;
    last = i;
    ++n;
  }
  return n;
}

TEST(RepetitionCounter, HasNoCapOfOneASecond) {
  const auto samples = swings(40, 0.5, 40);
  EXPECT_LE(peaks_fifty_samples_apart(samples), 21u) << "20 s of two repetitions a second";
  EXPECT_EQ(find_repetitions({}, samples).size(), 40u);
  EXPECT_EQ(stream({}, samples).completed_s.size(), 40u);
}

TEST(RepetitionCounter, FidgetingBeforeASetIsNotCountedInTheEnd) {
  auto samples = swings(8, 0.5, 3, 50, 0);  // adjusting the grip
  const auto set = swings(10, 2, 90);
  samples.insert(samples.end(), set.begin(), set.end());
  EXPECT_NEAR(static_cast<double>(stream({}, samples).completed_s.size()), 10, 1);
  EXPECT_NEAR(static_cast<double>(find_repetitions({}, samples).size()), 10, 1);
}

TEST(RepetitionCounter, ReportsWithinAQuarterSecondOnceThePeriodIsKnown) {
  const double period_s = 2;
  const RepetitionCounterOptions options;
  const auto out = stream(options, swings(10, period_s, 90));
  ASSERT_EQ(out.completed_s.size(), 10u);
  // Two periods to see it once, then two looks a second.
  const double known_s = 0.5 + 2 * period_s + 0.5 * static_cast<double>(options.least_looks);
  int prompt = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_LE(out.reported_s[i], std::max(known_s, out.completed_s[i]) + 0.25) << i;
    if (i > 0) {
      EXPECT_NEAR(out.completed_s[i] - out.completed_s[i - 1], period_s, 0.15) << i;
    }
    prompt += out.reported_s[i] - out.completed_s[i] <= 0.25;
  }
  EXPECT_GE(prompt, 5);
}

TEST(RepetitionCounter, CountsTheSameAtAnotherRate) {
  RepetitionCounterOptions options;
  options.rate_hz = 100;
  EXPECT_EQ(find_repetitions(options, swings(8, 1.5, 80, 100)).size(), 8u);
}

TEST(RepetitionCounter, FindsNothingInStillness) {
  EXPECT_TRUE(find_repetitions({}, std::vector<Sample>(3000, {0.f, 0.f, 9.8f})).empty());
  EXPECT_TRUE(find_repetitions({}, {}).empty());
  EXPECT_TRUE(find_repetitions_by_template({}, {}).empty());
}

TEST(RepetitionCounter, AVibrationAboveTheCutoffIsNotARepetition) {
  // What an attacker's tone comes out as when his idea of the clock is 2778 ppm off.
  std::vector<Sample> samples;
  for (int i = 0; i < 50 * 60; ++i) {
    const double x = 5 * std::sin(2 * std::numbers::pi * 8.33 * i / 50);
    samples.push_back({static_cast<float>(x), 0, 9.8F});
  }
  EXPECT_TRUE(find_repetitions({}, samples).empty());
  EXPECT_TRUE(stream({}, samples).reported_s.empty());
}

TEST(RepetitionCounter, ResetStartsANewSet) {
  RepetitionCounter counter({});
  const auto samples = swings(6, 1.5, 90);
  std::size_t found[2] = {0, 0};
  for (auto& n : found) {
    counter.reset();
    HostTime t{};
    for (const Sample& s : samples) {
      counter.push(t, s);
      t += std::chrono::milliseconds{20};
      n += counter.take_new().size();
    }
  }
  EXPECT_EQ(found[0], 6u);
  EXPECT_EQ(found[1], 6u);
}

}  // namespace
}  // namespace gauntlet
