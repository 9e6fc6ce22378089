#include "sim/wearable/clocks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "sim/wearable/host_clock.h"

namespace gauntlet::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

FrequencyOptions exact_rate(double ppm = 0) {
  FrequencyOptions o;
  o.error_ppm = ppm;
  o.error_limit_ppm = 1e5;
  o.error_sd_ppm = o.ppm_per_k2 = o.white_fm = o.flicker_fm = o.random_walk_fm = 0;
  return o;
}

WorldTime at(double s) { return WorldTime{from_seconds(s)}; }

TEST(SampleClock, CountsItsRateAndNeverDriftsByRounding) {
  // 1e9 / 48.879 is no whole number of nanoseconds: after a day truncation alone would cost a
  // millisecond.
  SampleClock clock(50, 0, exact_rate(-22420), {}, RandomStream(1, "o"));
  clock.start(at(0));
  const WorldTime first = clock.take();
  WorldTime last = first;
  constexpr std::int64_t kSamples = 48879 * 86;
  for (std::int64_t i = 0; i < kSamples; ++i) last = clock.take();
  EXPECT_NEAR(static_cast<double>((last - first).count()), 1e9 * kSamples / 48.879, 1000);
}

TEST(SampleClock, JitterHasItsSdAndInstantsStayInOrder) {
  SampleClock clock(50, 457, exact_rate(), {}, RandomStream(1, "o"));
  clock.start(at(0));
  constexpr int kSamples = 20000;
  std::vector<double> late;
  WorldTime previous = WorldTime::min();
  for (int i = 0; i < kSamples; ++i) {
    const WorldTime t = clock.take();
    EXPECT_GT(t, previous);
    previous = t;
    late.push_back(to_seconds(t.time_since_epoch()) - 0.02 * i);
  }
  double mean = 0, var = 0;
  for (const double x : late) mean += x / kSamples;
  for (const double x : late) var += (x - mean) * (x - mean) / kSamples;
  EXPECT_NEAR(std::sqrt(var) * 1e6, 457, 4 * 457 / std::sqrt(2.0 * kSamples));
}

TEST(SampleClock, ARateErrorBeyondTheLimitIsDrawnAgain) {
  FrequencyOptions o = exact_rate();
  o.error_sd_ppm = 20000;
  o.error_limit_ppm = 50000;
  double sum2 = 0;
  constexpr int kUnits = 4000;
  for (int i = 0; i < kUnits; ++i) {
    const double e =
        FrequencyNoise(o, {}, RandomStream(static_cast<std::uint64_t>(i), "o")).error();
    EXPECT_LE(std::abs(e), 0.05);
    sum2 += e * e;
  }
  // A normal cut at 2.5 sd has variance 1 - 2 * 2.5 phi(2.5) / (2 Phi(2.5) - 1) = 0.9113.
  EXPECT_NEAR(sum2 / kUnits / 4e-4, 0.9113, 4 * 0.9113 * std::sqrt(2.0 / kUnits));
}

TEST(StampClock, ReadsInWholeStepsAndShowsWhatItWasToldTo) {
  StampClockOptions o;
  o.frequency = exact_rate(100);
  o.offset_sd_s = 0;
  o.origin_unix_s = 1000;
  StampClock clock(o, {}, RandomStream(1, "c"), at(0));
  // 100 ppm of 1234.5678 s are 123.457 ms.
  EXPECT_EQ(clock.read(at(1234.5678)), DeviceTime{milliseconds{2234691}});
}

TEST(StampClock, TheWholeSecondDefectCutsStamps) {
  StampClockOptions o;
  o.frequency = exact_rate();
  o.offset_sd_s = 0;
  o.origin_unix_s = 1000;
  o.whole_seconds = true;
  StampClock clock(o, {}, RandomStream(1, "c"), at(0));
  EXPECT_EQ(clock.read(at(7.999)), DeviceTime{seconds{1007}});
}

TEST(StampClock, WrapsAfterFortyNinePointSevenDaysAndResets) {
  StampClockOptions o;
  o.frequency = exact_rate();
  o.offset_sd_s = 0;
  o.origin_unix_s = 4294967.0;  // 2^32 ms less 296
  o.wrap_bits = 32;
  StampClock wraps(o, {}, RandomStream(1, "c"), at(0));
  EXPECT_EQ(wraps.read(at(0.295)), DeviceTime{milliseconds{4294967295}});
  EXPECT_EQ(wraps.read(at(0.2961)), DeviceTime{milliseconds{0}});
  o.reset_at_s = 3;
  StampClock resets(o, {}, RandomStream(1, "c"), at(0));
  EXPECT_EQ(resets.read(at(3.5)), DeviceTime{milliseconds{500}});
}

TEST(StampClock, ATuningForkAtSkinTemperatureRunsSlow) {
  StampClockOptions o;
  o.frequency = exact_rate();
  o.frequency.ppm_per_k2 = -0.034;
  o.offset_sd_s = 0;
  o.origin_unix_s = 0;
  const ThermalOptions skin{35, 35, 1};
  StampClock clock(o, skin, RandomStream(1, "c"), at(0));
  // -0.034 * 10^2 = -3.4 ppm: 3.4 us a second.
  EXPECT_NEAR(static_cast<double>(clock.exact(at(1000)).time_since_epoch().count()), 1e12 - 3.4e6,
              2);
}

TEST(StampClock, AnRcOscillatorStaysWithinItsBoundAndACrystalWithinItsOwn) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const RandomStream stream(seed, "c");
    EXPECT_LE(std::abs(FrequencyNoise(frequency_preset("rc"), {}, stream).error()), 250e-6);
    EXPECT_LE(std::abs(FrequencyNoise(frequency_preset("crystal"), {}, stream).error()), 100e-6);
    EXPECT_LE(std::abs(FrequencyNoise(frequency_preset("sensor"), {}, stream).error()), 0.05);
  }
}

TEST(StampClock, PresetsAreWhatTheirNamesSay) {
  StampClockOptions o = stamp_clock_preset("whole-seconds");
  StampClock truncated(o, {}, RandomStream(1, "c"), at(0));
  EXPECT_EQ(truncated.read(at(12.9)).time_since_epoch() % seconds{1}, Duration{0});
  o = stamp_clock_preset("wrap-u32");
  StampClock wrapped(o, {}, RandomStream(1, "c"), at(0));
  EXPECT_LT(wrapped.read(at(12.9)).time_since_epoch(), milliseconds{4294967296});
  for (const auto name : stamp_clock_preset_names()) {
    EXPECT_TRUE(stamp_clock_preset(name).frequency.validate().ok()) << name;
  }
}

// The error of a correction has its sd, and in between the clock runs on by its own rate.
TEST(HostClock, AnNtpStepLeavesTheErrorThatItShould) {
  HostClockOptions o;
  o.frequency = exact_rate(50);
  o.offset_sd_s = 10;
  o.ntp_interval_s = 60;
  o.ntp_error_ms = 20;
  double sum2 = 0;
  constexpr int kClocks = 400;
  for (std::uint64_t seed = 0; seed < kClocks; ++seed) {
    const HostClock clock(o, RandomStream(seed, "phone/clock"), at(0), at(3600));
    const double ahead_ms = to_ms(clock.to_host(at(3590)).time_since_epoch() -
                                  from_seconds(o.origin_unix_s) - seconds{3590});
    sum2 += ahead_ms * ahead_ms / kClocks;
  }
  // 20 ms after the step and 50 ppm of the time since it: exponential with a mean of 60 s and half
  // a knot, 3.3 ms on average, 4.5 rms.
  const double expected = std::sqrt(20.0 * 20 + 4.5 * 4.5);
  EXPECT_NEAR(std::sqrt(sum2), expected, 4 * expected / std::sqrt(2.0 * kClocks));
}

HostClock phone(double ntp_interval_s, std::uint64_t seed = 1) {
  HostClockOptions o;
  o.ntp_interval_s = ntp_interval_s;
  o.ntp_error_ms = 20;
  return HostClock(o, RandomStream(seed, "phone/clock"), at(0), at(3600));
}

TEST(HostClock, WorldAndHostTimesAreInverses) {
  const HostClock clock = phone(0);
  for (double s = 0; s < 4000; s += 3.1415926) {
    const WorldTime t = clock.to_world(clock.to_host(at(s)));
    EXPECT_GE(clock.to_host(t), clock.to_host(at(s)));
    EXPECT_LE(std::abs((t - at(s)).count()), 1);
  }
}

TEST(HostClock, WakesAtTheFirstInstantThatShowsTheTimeEvenAcrossSteps) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const HostClock clock = phone(300, seed);
    for (double s = 0; s < 3500; s += 7.77) {
      const HostTime wanted = clock.to_host(at(s)) + milliseconds{1234};
      const WorldTime t = clock.to_world(wanted, at(s));
      EXPECT_GE(t, at(s));
      EXPECT_GE(clock.to_host(t), wanted);
      if (t > at(s)) {
        EXPECT_LT(clock.to_host(t - Duration{2}), wanted) << seed << ' ' << s;
      }
    }
  }
}

TEST(HostClock, RunsWithinItsPpm) {
  HostClockOptions o;
  o.frequency = exact_rate(-49);
  const HostClock clock(o, RandomStream(1, "phone/clock"), at(0), at(3600));
  const Duration shown = clock.to_host(at(3600)) - clock.to_host(at(0));
  EXPECT_NEAR(to_ms(shown - seconds{3600}), -49e-6 * 3600e3, 1e-3);
}

}  // namespace
}  // namespace gauntlet::sim
