#include "core/signal/clock_aligner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/signal/delay_estimators.h"
#include "sim/engine/random.h"

namespace gauntlet {
namespace {

constexpr double kEpoch_s = 1.7e9;

struct Device {
  double period_s = 1 / 48.879;
  double skew = 0;       // host seconds per device second, minus 1
  double swing = 0;      // amplitude of a slow change of the skew
  double delay_s = 0;    // constant
  double uniform_s = 0;  // plus uniform [0, this)
  double exponential_s = 0;
  double retry = 0;  // share of frames that come 200 ms later
};

// Host time of a device instant; the thermal swing has a period of 20 minutes.
double host_s(const Device& d, double device_s) {
  const double w = 2 * M_PI / 1200;
  return device_s * (1 + d.skew) + d.swing * (1 - std::cos(w * device_s)) / w;
}

FrameTiming frame(const Device& d, int n, sim::RandomStream& random) {
  FrameTiming f;
  f.count = 100;
  f.nominal_hz = 50;
  f.sequence = static_cast<std::uint64_t>(n);
  f.bytes = 516;
  const auto stamp_ms = [&](int i) { return std::floor(i * 100 * d.period_s * 1e3 + 0.5); };
  f.end = DeviceTime{from_ms(stamp_ms(n + 1))};
  f.duration = from_ms(stamp_ms(n + 1) - stamp_ms(n));
  double delay = d.delay_s + random.uniform(0, 1) * d.uniform_s;
  if (d.exponential_s > 0) delay += random.exponential(d.exponential_s);
  if (random.chance(d.retry)) delay += 0.2;
  f.arrival = HostTime{from_seconds(kEpoch_s) +
                       from_seconds(host_s(d, (n + 1) * 100 * d.period_s) + delay)};
  return f;
}

// Error of the last sample of the last of `frames` frames, in seconds.
double run(const AlignerOptions& o, const Device& d, int frames, std::uint64_t seed,
           ClockEstimate* estimate = nullptr) {
  sim::RandomStream random(seed, "aligner");
  const auto aligner = make_clock_aligner(o);
  std::vector<HostTime> out(100);
  for (int n = 0; n < frames; ++n) aligner->on_frame(frame(d, n, random), out);
  if (estimate) *estimate = aligner->estimate();
  const double truth_s = host_s(d, frames * 100 * d.period_s);
  return to_seconds(out.back().time_since_epoch() - from_seconds(kEpoch_s)) - truth_s;
}

AlignerOptions with(AlignerMethod m) {
  AlignerOptions o;
  o.method = m;
  return o;
}

TEST(Aligner, FlooringLosesTenSecondsPerHour) {
  // Frames of 2045.863 ms floored to 2040: 1 - 2040/2045.863 of an hour; the stamps' rounding moves
  // a frame's duration by less than its distance (5.9 ms) from the next multiple.
  const int frames = static_cast<int>(3600 * 48.879 / 100);
  Device d;
  const double expected = -frames * (100 / 48.879 - 2.04);
  EXPECT_NEAR(run(with(AlignerMethod::floor20), d, frames, 1), expected, 0.01);
  EXPECT_NEAR(expected, -10.3, 0.05);
}

TEST(Aligner, FramesLaidEndToEndHaveTheirPlaceWhenOneIsLostOrLate) {
  for (const AlignerMethod m : {AlignerMethod::floor20, AlignerMethod::nominal}) {
    const auto in_order = make_clock_aligner(with(m));
    const auto late = make_clock_aligner(with(m));
    sim::RandomStream random(1, "late");
    std::vector<FrameTiming> frames;
    for (int n = 0; n < 4; ++n) frames.push_back(frame(Device{}, n, random));
    std::vector<std::vector<HostTime>> expected(4, std::vector<HostTime>(100)), out = expected;
    for (std::size_t n = 0; n < 4; ++n) in_order->on_frame(frames[n], expected[n]);
    for (const std::size_t n : {0u, 1u, 3u, 2u}) late->on_frame(frames[n], out[n]);
    EXPECT_EQ(out, expected);
  }
}

TEST(Aligner, BelievingFiftyHertzLosesEightySeconds) {
  const int frames = static_cast<int>(3600 * 48.879 / 100);
  const double error = run(with(AlignerMethod::nominal), Device{}, frames, 1);
  EXPECT_NEAR(error, -80.7, 0.1);
}

TEST(Aligner, FirstSeenKeepsTheFirstDelayAndAllTheSkew) {
  Device d;
  d.delay_s = 0.05;
  d.skew = 40e-6;
  const double seconds = 999 * 100 * d.period_s;
  EXPECT_NEAR(run(with(AlignerMethod::first_seen), d, 1000, 1), 0.05 - 40e-6 * seconds, 1e-3);
  EXPECT_NEAR(run(with(AlignerMethod::round_even), d, 1000, 1), 0.05 - 40e-6 * seconds, 0.0115);
}

TEST(Aligner, TheSamplePeriodIsEstimatedNotAssumed) {
  for (const AlignerMethod m :
       {AlignerMethod::first_seen, AlignerMethod::least_squares, AlignerMethod::kalman}) {
    ClockEstimate e;
    run(with(m), Device{}, 100, 1, &e);
    // The sum over 64 frames is known to 1 ms in 131 s.
    EXPECT_NEAR(e.sample_period_s * 48.879, 1, 8e-6);
  }
}

TEST(Aligner, RoundEvenSpreadsAFrameEvenlyOverItsSlots) {
  const auto aligner = make_clock_aligner(with(AlignerMethod::round_even));
  sim::RandomStream random(1, "x");
  std::vector<HostTime> out(100);
  HostTime previous{};
  for (int n = 0; n < 50; ++n) {
    aligner->on_frame(frame(Device{}, n, random), out);
    int doubled = 0;
    for (const HostTime t : out) {
      EXPECT_EQ(t.time_since_epoch().count() % 20'000'000, 0);
      if (previous != HostTime{}) {
        const auto step = (t - previous) / std::chrono::milliseconds{20};
        EXPECT_TRUE(step == 1 || step == 2) << step;
        doubled += step == 2;
      }
      previous = t;
    }
    // 2045.863 ms are 102 or 103 slots: two or three are left to be duplicated.
    EXPECT_TRUE(n == 0 || doubled == 2 || doubled == 3) << doubled;
  }
}

TEST(Aligner, AConstantDelayIsInvisibleUnlessKnown) {
  Device d;
  d.delay_s = 0.5;
  EXPECT_NEAR(run(with(AlignerMethod::hull), d, 200, 1), 0.5, 1e-3);
  AlignerOptions o = with(AlignerMethod::hull);
  o.prior_delay_ms = 100;
  o.prior_bytes_per_s = 516 / 0.4;
  EXPECT_NEAR(run(o, d, 200, 1), 0, 1e-3);
}

TEST(Aligner, KalmanFollowsAStepOfTheClockAndSaysSo) {
  const auto aligner = make_clock_aligner(with(AlignerMethod::kalman));
  Device d;
  d.exponential_s = 0.01;
  sim::RandomStream random(3, "step");
  std::vector<HostTime> out(100);
  for (int n = 0; n < 120; ++n) {
    FrameTiming f = frame(d, n, random);
    if (n >= 60) f.arrival += std::chrono::seconds{2};
    aligner->on_frame(f, out);
  }
  const double truth_s = host_s(d, 120 * 100 * d.period_s) + 2;
  EXPECT_NEAR(to_seconds(out.back().time_since_epoch() - from_seconds(kEpoch_s)), truth_s, 0.02);
  EXPECT_EQ(aligner->estimate().restarts, 1u);
  EXPECT_GE(aligner->estimate().gated, 14u);
}

TEST(Aligner, DegradedFramesDoNotSpoilThePeriod) {
  const auto aligner = make_clock_aligner(with(AlignerMethod::kalman));
  sim::RandomStream random(3, "degraded");
  std::vector<HostTime> out(100);
  for (int n = 0; n < 40; ++n) {
    FrameTiming f = frame(Device{}, n, random);
    f.count = n % 2 ? 70 : 100;  // 70 samples that span 100 periods
    aligner->on_frame(f, std::span(out).first(f.count));
  }
  EXPECT_NEAR(aligner->estimate().sample_period_s * 48.879, 1, 2e-5);
}

double quantile(std::vector<double> v, double q) {
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(q * static_cast<double>(v.size() - 1))];
}

// The table of methods: 200 devices, skew N(0, 40 ppm), thermal swing 5 ppm, delays 0 to 30 ms plus
// exponential, 5 % retries; error between two devices' mapped times.
TEST(Aligner, TheOrderOfMethodsIsTheKnownOne) {
  std::map<AlignerMethod, std::map<int, double>> p50, p95;
  for (const AlignerMethod m :
       {AlignerMethod::first_seen, AlignerMethod::round_even, AlignerMethod::least_squares,
        AlignerMethod::hull, AlignerMethod::kalman}) {
    for (const int seconds : {30, 600, 1800}) {
      std::vector<double> errors, between;
      for (std::uint64_t i = 0; i < 200; ++i) {
        sim::RandomStream random(i, "device");
        Device d;
        d.skew = random.normal() * 40e-6;
        d.swing = 5e-6;
        d.uniform_s = 0.03;
        d.exponential_s = 0.01;
        d.retry = 0.05;
        errors.push_back(run(with(m), d, static_cast<int>(seconds * 48.879 / 100), 1000 + i));
      }
      for (std::size_t i = 1; i < errors.size(); i += 2) {
        between.push_back(1e3 * std::abs(errors[i] - errors[i - 1]));
      }
      p50[m][seconds] = quantile(between, 0.5);
      p95[m][seconds] = quantile(between, 0.95);
      const std::string row = std::to_string(static_cast<int>(m)) + "_" + std::to_string(seconds);
      RecordProperty("p50_ms_" + row, std::to_string(p50[m][seconds]));
      RecordProperty("p95_ms_" + row, std::to_string(p95[m][seconds]));
    }
  }
  for (const int seconds : {600, 1800}) {
    EXPECT_LT(p50[AlignerMethod::kalman][seconds], p50[AlignerMethod::hull][seconds]);
    EXPECT_LT(p50[AlignerMethod::hull][seconds], p50[AlignerMethod::least_squares][seconds]);
    EXPECT_LT(p50[AlignerMethod::least_squares][seconds], p50[AlignerMethod::first_seen][seconds]);
  }
  for (const AlignerMethod m :
       {AlignerMethod::least_squares, AlignerMethod::hull, AlignerMethod::kalman}) {
    EXPECT_LT(p50[m][600], p50[m][30]);
    EXPECT_LT(p95[m][600], p95[m][30]);
  }
  EXPECT_GT(p50[AlignerMethod::first_seen][1800], p50[AlignerMethod::first_seen][600]);
  EXPECT_LT(p95[AlignerMethod::kalman][1800], 3);
}

}  // namespace
}  // namespace gauntlet
