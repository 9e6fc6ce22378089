#include "replay/alignment.h"

#include <gtest/gtest.h>

#include <cmath>

#include "replay/timing.h"

namespace gauntlet::replay {
namespace {

// Buffers of 100 from an oscillator of `rate_hz`, stamped in whole milliseconds as the watch does.
std::vector<Buffer> stamped(double rate_hz, int n, std::int64_t first_ms = 1'429'889'399'619) {
  std::vector<Buffer> buffers;
  for (int i = 0; i < n; ++i) {
    const auto at = [&](int k) {
      return first_ms + static_cast<std::int64_t>(std::floor(k * 100 * 1000.0 / rate_hz));
    };
    buffers.push_back({100, 50, at(i), at(i + 1), i > 0});
  }
  return buffers;
}

class Rates : public testing::TestWithParam<double> {};

TEST_P(Rates, AreFoundToTheResolutionOfTheStamps) {
  const int n = 20;
  const auto placement = place(Decoder::aligned, stamped(GetParam(), n));
  // Stamps are floored to 1 ms: uniform errors of sd 1/sqrt(12) ms; the slope of n + 1 points over
  // n buffers then has sd sqrt(12 / (n + 1)) / (n * 2 s) of that. Five of those.
  const double sd = 0.289e-3 * std::sqrt(12.0 / (n + 1)) / (n * 100.0);
  EXPECT_NEAR(1 / placement.rate_hz, 1 / GetParam(), 5 * sd);
  for (const PlacedBuffer& b : placement.buffers) EXPECT_TRUE(b.regular);
}

INSTANTIATE_TEST_SUITE_P(Oscillators, Rates, testing::Values(48.83, 48.879, 48.93, 50.0, 51.9));

TEST(Alignment, OneWrongStampMovesNothing) {
  auto buffers = stamped(48.879, 20);
  const auto before = place(Decoder::aligned, buffers);
  buffers[7].end_ms += 90;
  buffers[8].start_ms += 90;
  const auto after = place(Decoder::aligned, buffers);
  EXPECT_NEAR(after.rate_hz, before.rate_hz, 2e-3);
  EXPECT_NEAR(after.buffers[8].first_ms, before.buffers[8].first_ms, 1.0);
}

TEST(Alignment, ALossBeginsANewRunOnTheSameRate) {
  auto buffers = stamped(48.879, 20);
  buffers.erase(buffers.begin() + 10);
  buffers[10].follows = false;
  const auto placement = place(Decoder::aligned, buffers);
  EXPECT_NEAR(placement.rate_hz, 48.879, 2e-3);
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_NEAR(placement.buffers[i].first_ms, static_cast<double>(buffers[i].start_ms), 1.5) << i;
  }
}

TEST(Alignment, SurvivorsOfTheDegradedModeAreSpreadBetweenTheirOwnEnds) {
  std::vector<Buffer> buffers{{70, 50, 1000, 3250, false}};
  const auto placement = place(Decoder::aligned, buffers);
  EXPECT_FALSE(placement.buffers[0].regular);
  EXPECT_EQ(placement.buffers[0].first_ms, 1000);
  EXPECT_EQ(placement.buffers[0].period_ms, 2250.0 / 70);
  EXPECT_EQ(placement.rate_hz, 0);
}

TEST(Alignment, NothingIsNotAnError) {
  EXPECT_TRUE(place(Decoder::aligned, {}).buffers.empty());
  EXPECT_EQ(TimingTotals{}.loss_s_per_h(Decoder::floor20), 0);
}

TEST(Timing, LossesAreWhatTheArithmeticOfOnePacketSays) {
  // 2046 ms for 100 samples: floored to 2040, believed to be 2000.
  std::vector<Buffer> buffers;
  for (int i = 0; i < 50; ++i) buffers.push_back({100, 50, i * 2046, (i + 1) * 2046, i > 0});
  TimingTotals totals;
  totals.add(buffers);
  EXPECT_EQ(totals.packets, 50u);
  EXPECT_NEAR(totals.loss_s_per_h(Decoder::floor20), 3600.0 * 6 / 2046, 1e-9);
  EXPECT_NEAR(totals.loss_s_per_h(Decoder::nominal), 3600.0 * 46 / 2046, 1e-9);
  EXPECT_NEAR(totals.loss_s_per_h(Decoder::aligned), 0, 1e-6);
  EXPECT_NEAR(totals.rate_hz(), 100 / 2.046, 1e-9);
}

TEST(Timing, ClocksThatDriftWithinARunAreFollowedPerRun) {
  // Two sets an hour apart, between which the oscillator moved by 0.1 %.
  auto buffers = stamped(48.83, 15);
  const auto later = stamped(48.88, 15, 1'429'893'000'000);
  buffers.insert(buffers.end(), later.begin(), later.end());
  TimingTotals totals;
  totals.add(buffers);
  EXPECT_NEAR(totals.loss_s_per_h(Decoder::aligned), 0, 0.2);
  EXPECT_LT(totals.aligned_rms_ms(), 1);
}

TEST(Decoder, NamesAreFoundAndOthersRefusedWithTheNames) {
  for (const Decoder d : kDecoders) EXPECT_EQ(*decoder_named(to_string(d)), d);
  EXPECT_EQ(decoder_named("floor").error().message,
            "'floor' is no decoder; accepted: floor20, nominal, aligned");
}

}  // namespace
}  // namespace gauntlet::replay
