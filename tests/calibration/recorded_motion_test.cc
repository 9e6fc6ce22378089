#include "calibration/recorded_motion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "replay/track_csv.h"
#include "sim/engine/random.h"
#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::calibration {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

std::shared_ptr<replay::SampleTrack> tone(double hz, double rate_hz, double seconds) {
  auto t = std::make_shared<replay::SampleTrack>();
  for (std::int64_t i = 0; static_cast<double>(i) < rate_hz * seconds; ++i) {
    const double s = static_cast<double>(i) / rate_hz;
    t->time_ns.push_back(std::llround(s * 1e9));
    for (int k = 0; k < 3; ++k) {
      t->force_mps2.push_back(static_cast<float>((k + 1) * std::sin(kTwoPi * hz * s)));
      t->rate_radps.push_back(static_cast<float>(std::cos(kTwoPi * hz * s)));
    }
  }
  return t;
}

std::vector<WorldTime> instants(double from_s, double to_s, double rate_hz) {
  std::vector<WorldTime> t;
  for (double s = from_s; s < to_s; s += 1 / rate_hz) t.push_back(time_from_seconds<WorldTime>(s));
  return t;
}

double rms(const std::vector<float>& v) {
  double sum = 0;
  for (const float x : v) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum / static_cast<double>(v.size()));
}

TEST(RecordedMotion, WhatIsBelowTheBandwidthComesBackAtAnyInstant) {
  for (const double hz : {0.5, 3.0, 10.0, 17.0}) {
    const auto motion = make_recorded_motion(tone(hz, 104.27, 20), 0, 22.5);
    const auto t = instants(2, 18, 48.879);
    std::vector<float> force(3 * t.size()), rate(3 * t.size());
    motion->evaluate(t, force.data(), rate.data());
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double s = seconds_since_origin(t[i]);
      EXPECT_NEAR(force[3 * i + 1], 2 * std::sin(kTwoPi * hz * s), 0.02) << hz;
      EXPECT_NEAR(rate[3 * i], std::cos(kTwoPi * hz * s), 0.01) << hz;
    }
  }
}

// The captures' watch reads minus the specific force: a simulated one of its kind, moved by a
// capture, reads the capture again, and what is written for others has the sign of the layout.
TEST(RecordedMotion, AnInvertedWatchReadsItsOwnRecordingAgain) {
  auto track = tone(1, 50, 20);
  track->inverted = true;
  const auto motion = make_recorded_motion(track, 0, 22.5);
  sim::SensorOptions watch = sim::sensor_preset("pebble-accelerometer");
  ASSERT_TRUE(watch.inverted);
  watch.oscillator = sim::frequency_preset("exact");
  watch.noise = watch.bias = watch.alignment = watch.temperature = watch.lowpass = false;
  sim::SampledSensor sensor(watch, {}, {}, sim::RandomStream(1, "watch"), true, *motion,
                            WorldTime{}, time_from_seconds<WorldTime>(20));
  std::vector<WorldTime> t;
  sensor.take(static_cast<std::size_t>(-1), WorldTime::max(), t);
  std::vector<float> force(3 * t.size());
  TrueStream truth;
  sensor.sample(t, force.data(), truth);
  for (std::size_t i = 100; i + 100 < t.size(); ++i) {
    const double read = std::sin(kTwoPi * seconds_since_origin(t[i]));
    EXPECT_NEAR(force[3 * i], read, 0.06);  // one LSB is 8 mg, half of it 0.04 m/s2
  }
  const auto again = replay::parse_track_csv(replay::to_csv(*track), "track.csv");
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->inverted);
  EXPECT_FLOAT_EQ(again->force_mps2[3 * 7 + 1], -track->force_mps2[3 * 7 + 1]);
}

TEST(RecordedMotion, WhatADeviceWouldFoldIsGone) {
  const auto motion = make_recorded_motion(tone(40, 104.27, 20), 0, 22.5);
  const auto t = instants(2, 18, 50);
  std::vector<float> force(3 * t.size());
  motion->evaluate(t, force.data(), nullptr);
  EXPECT_LT(rms(force), 0.01 * std::sqrt(14.0 / 6));
}

TEST(RecordedMotion, StampsThatRepeatOrComeLateDoNotBendTheSignal) {
  const auto even = tone(2, 100, 20);
  const auto stamped = tone(2, 100, 20);
  sim::RandomStream random(7, "stamps");
  for (std::size_t i = 1; i + 1 < stamped->rows(); ++i) {
    // Late by up to 60 ms, then several at once: never decreasing.
    stamped->time_ns[i] =
        std::max(stamped->time_ns[i - 1],
                 even->time_ns[i] + static_cast<std::int64_t>(random.exponential(1e7)));
  }
  stamped->time_ns.back() = std::max(stamped->time_ns.back(), stamped->time_ns.end()[-2]);
  const auto a = make_recorded_motion(even, 0, 22.5), b = make_recorded_motion(stamped, 0, 22.5);
  const auto t = instants(1, 19, 50);
  std::vector<float> of_a(3 * t.size()), of_b(3 * t.size());
  a->evaluate(t, of_a.data(), nullptr);
  b->evaluate(t, of_b.data(), nullptr);
  // The last stamp sets the pace, so its own lateness is all that is left: 3 m/s2 at 2 Hz.
  const double late_s = 1e-9 * static_cast<double>(stamped->time_ns.back() - even->time_ns.back());
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    EXPECT_NEAR(of_a[i], of_b[i], 3 * kTwoPi * 2 * late_s + 1e-3);
  }
}

TEST(RecordedMotion, AGapIsCrossedInAStraightLineAndTheEndsHold) {
  auto track = std::make_shared<replay::SampleTrack>();
  constexpr std::array kAt_s{0.0, 1.005, 2.01, 3.015, 9.0};
  track->time_ns = {1'000'000'000, 1'010'000'000, 3'010'000'000, 3'020'000'000};
  track->force_mps2 = {1, 0, 0, 1, 0, 0, 5, 0, 0, 5, 0, 0};
  const auto motion = make_recorded_motion(track, 0, 22.5);
  std::array<WorldTime, 5> t;
  std::transform(kAt_s.begin(), kAt_s.end(), t.begin(), time_from_seconds<WorldTime>);
  std::array<float, 15> force{}, rate{};
  rate.fill(7);
  motion->evaluate(t, force.data(), rate.data());
  EXPECT_FLOAT_EQ(force[0], 1);
  EXPECT_FLOAT_EQ(force[3], 1);
  EXPECT_FLOAT_EQ(force[6], 3);
  EXPECT_FLOAT_EQ(force[9], 5);
  EXPECT_FLOAT_EQ(force[12], 5);
  for (const float w : rate) EXPECT_EQ(w, 0);
}

TEST(RecordedMotion, UpIsWhereTheMeanForcePoints) {
  auto track = std::make_shared<replay::SampleTrack>();
  for (std::int64_t i = 0; i < 300; ++i) {
    track->time_ns.push_back(i * 10'000'000);
    for (const float f : {0.0F, 9.8F, 0.0F}) track->force_mps2.push_back(f);
  }
  const auto motion = make_recorded_motion(track, 0, 22.5);
  const std::array t{time_from_seconds<WorldTime>(1.5)};
  std::array<float, 3> seen{};
  motion->see(t, {0, 0, 2}, seen.data());
  EXPECT_NEAR(seen[0], 0, 1e-6);
  EXPECT_NEAR(seen[1], 2, 1e-6);
  EXPECT_NEAR(seen[2], 0, 1e-6);
}

TEST(RecordedMotion, BlocksDoNotMatter) {
  const auto motion = make_recorded_motion(tone(3, 104.27, 10), 0, 22.5);
  const auto t = instants(0, 11, 50);
  std::vector<float> whole(3 * t.size()), parts(3 * t.size());
  motion->evaluate(t, whole.data(), nullptr);
  for (std::size_t i = 0; i < t.size(); i += 7) {
    const std::size_t n = std::min<std::size_t>(7, t.size() - i);
    motion->evaluate(std::span(t).subspan(i, n), parts.data() + 3 * i, nullptr);
  }
  EXPECT_EQ(whole, parts);
}

// Band-limited noise of a known spectrum through the whole sensor chain of the recorded watch: mean
// and standard deviation stay, within what the sensor adds (its bias and noise) and the sampling
// error of 60 s.
TEST(RecordedMotion, StatisticsSurviveTheSensorChain) {
  auto track = std::make_shared<replay::SampleTrack>();
  sim::RandomStream random(1, "track");
  std::array<double, 3> state{};
  for (std::int64_t i = 0; i < 6000; ++i) {
    track->time_ns.push_back(i * 10'000'000);
    for (std::size_t k = 0; k < 3; ++k) {
      state[k] = 0.9 * state[k] + random.normal(0, 1);
      track->force_mps2.push_back(static_cast<float>(state[k] + (k == 2 ? 9.8 : 0)));
    }
  }
  const auto motion = make_recorded_motion(track, 0, 22.5);
  sim::SensorOptions options = sim::sensor_preset("pebble-accelerometer");
  options.inverted = false;
  sim::SampledSensor sensor(options, {}, {}, sim::RandomStream(1, "wearable/watch"), true, *motion,
                            WorldTime{}, time_from_seconds<WorldTime>(60));
  std::vector<WorldTime> t;
  sensor.take(1'000'000, WorldTime::max(), t);
  std::vector<float> xyz(3 * t.size());
  TrueStream truth;
  sensor.sample(t, xyz.data(), truth);
  const auto moments = [](const std::vector<float>& v, std::size_t axis) {
    double sum = 0, squares = 0;
    const double n = static_cast<double>(v.size() / 3);
    for (std::size_t i = axis; i < v.size(); i += 3) sum += static_cast<double>(v[i]);
    for (std::size_t i = axis; i < v.size(); i += 3) {
      const double d = static_cast<double>(v[i]) - sum / n;
      squares += d * d;
    }
    return std::pair{sum / n, std::sqrt(squares / n)};
  };
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [mean, sd] = moments(track->force_mps2, axis);
    const auto [simulated_mean, simulated_sd] = moments(xyz, axis);
    // Turn-on bias 20 mg, scale 0.5 % of 9.8: three of each is 0.74 m/s2.
    EXPECT_NEAR(simulated_mean, mean, 0.74) << axis;
    // A first-order process with a pole at 0.9 has 93 % of its power below 22.5 Hz of 100.
    EXPECT_NEAR(simulated_sd / sd, 0.97, 0.04) << axis;
  }
}

}  // namespace
}  // namespace gauntlet::calibration
