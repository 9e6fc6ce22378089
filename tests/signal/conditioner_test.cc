#include "core/signal/conditioner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

namespace gauntlet {
namespace {

using std::chrono::milliseconds;

ConditionerOptions plain() {
  ConditionerOptions o;
  o.spike_removal = false;
  o.low_pass_hz = 0;
  return o;
}

struct Batch {
  std::vector<HostTime> t;
  std::vector<float> v;
};

float signal(HostTime t) { return static_cast<float>(std::sin(4 * seconds_since_origin(t))); }

Batch batch(Duration start, Duration period, int n) {
  Batch b;
  for (int i = 0; i < n; ++i) {
    b.t.push_back(HostTime{start + period * i});
    b.v.insert(b.v.end(), {signal(b.t.back()), 1, 2});
  }
  return b;
}

PushResult push(Conditioner& c, const Batch& b, bool missing = false, Duration arrival = {}) {
  return c.push(b.t, b.v.data(), milliseconds{20}, missing, HostTime{arrival});
}

TEST(Conditioner, LinearAndCubicFollowASlowSine) {
  // Interpolation error bounds: h^2/8 max|f''| and, for cubic Hermite with second-order slopes,
  // below h^3/10 max|f'''| here (h = 20.46 ms, angular frequency 4).
  const double h = 0.02046;
  for (const auto& [method, bound] : {std::pair{ResampleMethod::linear, h * h / 8 * 16},
                                      std::pair{ResampleMethod::cubic, h * h * h / 10 * 64}}) {
    ConditionerOptions o = plain();
    o.resample = method;
    Conditioner c(o);
    push(c, batch(milliseconds{7}, from_seconds(h), 300));
    GridRows rows;
    c.advance(HostTime{std::chrono::hours{1}}, true, rows);
    ASSERT_EQ(rows.runs.size(), 1u);
    EXPECT_EQ(rows.runs[0].start, HostTime{milliseconds{20}});
    EXPECT_EQ(rows.runs[0].count, 306u);  // 7 + 299 x 20.46 = 6124.5 ms
    for (std::size_t k = 1; k + 2 < rows.filled.size(); ++k) {
      const HostTime t = rows.runs[0].start + milliseconds{20} * static_cast<int>(k);
      EXPECT_NEAR(rows.values[3 * k], signal(t), bound + 1e-6) << k;
    }
  }
}

TEST(Conditioner, RoundEvenTakesSamplesAsTheyAre) {
  ConditionerOptions o = plain();
  o.resample = ResampleMethod::round_even;
  Conditioner c(o);
  const Batch b = batch(milliseconds{0}, from_ms(20.46), 100);
  push(c, b);
  GridRows rows;
  c.advance(HostTime{}, true, rows);
  // 2025.5 ms hold 102 rows of 100 samples: two of them stand twice.
  ASSERT_EQ(rows.filled.size(), 102u);
  std::size_t repeated = 0;
  for (std::size_t k = 1; k < 102; ++k) repeated += rows.values[3 * k] == rows.values[3 * k - 3];
  EXPECT_EQ(repeated, 2u);
}

TEST(Conditioner, HowItIsCutDoesNotMatter) {
  const Batch b = batch(milliseconds{3}, from_ms(20.46), 400);
  ConditionerOptions o;
  o.resample = ResampleMethod::cubic;
  Conditioner whole(o), parts(o);
  GridRows expected, rows;
  push(whole, b);
  whole.advance(HostTime{}, true, expected);
  for (std::size_t i = 0; i < 400; i += 50) {
    parts.push(std::span(b.t).subspan(i, 50), b.v.data() + 3 * i, milliseconds{20}, false, {});
    parts.advance(HostTime{}, i == 350, rows);
  }
  EXPECT_EQ(rows.values, expected.values);
  ASSERT_EQ(rows.runs.size(), 1u);
  EXPECT_EQ(rows.runs[0].count, expected.runs[0].count);
}

TEST(Conditioner, AShortGapIsFilledAndFlaggedOnceTheLateFrameHadItsChance) {
  Conditioner c(plain());
  push(c, batch(milliseconds{0}, milliseconds{20}, 50));
  push(c, batch(milliseconds{1200}, milliseconds{20}, 50), true, milliseconds{2500});
  GridRows rows;
  c.advance(HostTime{milliseconds{3000}}, false, rows);
  EXPECT_EQ(rows.filled.size(), 50u);
  c.advance(HostTime{milliseconds{3500}}, false, rows);
  EXPECT_EQ(rows.filled.size(), 110u);
  std::size_t filled = 0;
  for (const std::uint8_t f : rows.filled) filled += f;
  EXPECT_EQ(filled, 10u);  // 1000 to 1180 ms
  // Half way between the two ends.
  const float a = signal(HostTime{milliseconds{980}}), b = signal(HostTime{milliseconds{1200}});
  EXPECT_NEAR(rows.values[3 * 55], a + (b - a) * 120 / 220, 1e-6);
}

TEST(Conditioner, ALateFrameThatComesInTimeClosesTheHole) {
  Conditioner c(plain());
  push(c, batch(milliseconds{0}, milliseconds{20}, 50));
  push(c, batch(milliseconds{2000}, milliseconds{20}, 50), true, milliseconds{3000});
  GridRows rows;
  c.advance(HostTime{milliseconds{3200}}, false, rows);
  const PushResult r =
      push(c, batch(milliseconds{1000}, milliseconds{20}, 50), false, milliseconds{3300});
  EXPECT_EQ(r.last - r.first, 50u);
  c.advance(HostTime{milliseconds{3400}}, false, rows);
  EXPECT_EQ(rows.filled.size(), 150u);
  EXPECT_EQ(c.resampler().filled_rows(), 0u);
}

TEST(Conditioner, ALongGapStaysAGapAndFiltersStartAfresh) {
  ConditionerOptions o;
  Conditioner c(o);
  push(c, batch(milliseconds{0}, milliseconds{20}, 50));
  push(c, batch(milliseconds{1400}, milliseconds{20}, 50), true);
  GridRows rows;
  c.advance(HostTime{std::chrono::seconds{60}}, true, rows);
  ASSERT_EQ(rows.runs.size(), 2u);
  EXPECT_EQ(rows.runs[0].count, 50u);
  EXPECT_EQ(rows.runs[1].start, HostTime{milliseconds{1400}});
  EXPECT_EQ(rows.runs[1].count, 50u);
  EXPECT_FALSE(rows.runs[1].continues);
  EXPECT_EQ(c.resampler().gaps(), 1u);
  EXPECT_NEAR(rows.values[150], signal(HostTime{milliseconds{1400}}), 1e-6);
}

TEST(Conditioner, WhatLiesBeforeTheEdgeIsStaleAndWhatOverlapsIsLeftOut) {
  Conditioner c(plain());
  push(c, batch(milliseconds{0}, milliseconds{20}, 50));
  GridRows rows;
  c.advance(HostTime{}, false, rows);
  EXPECT_EQ(c.resampler().edge(), HostTime{milliseconds{980}});
  const PushResult stale = push(c, batch(milliseconds{900}, milliseconds{20}, 10));
  EXPECT_EQ(stale.stale, 5u);  // 900 to 980 ms
  EXPECT_EQ(stale.first, 5u);
  EXPECT_EQ(stale.last, 10u);
  // 1000 to 1080 ms is there now; a newer estimate that reaches back into it loses its head.
  const PushResult overlap = push(c, batch(milliseconds{1050}, milliseconds{20}, 10));
  EXPECT_EQ(overlap.stale, 0u);
  EXPECT_EQ(overlap.first, 2u);
}

TEST(Conditioner, RepeatedStampsAreNoGap) {
  Conditioner c(plain());
  Batch b = batch(milliseconds{0}, milliseconds{10}, 100);
  for (std::size_t i = 1; i < 100; i += 12) b.t[i] = b.t[i - 1];
  push(c, b);
  GridRows rows;
  c.advance(HostTime{}, true, rows);
  EXPECT_EQ(rows.filled.size(), 50u);
  EXPECT_EQ(c.resampler().filled_rows(), 0u);
}

// 10 Hz, five samples a period: linear has h^2 / 8 (2 pi f)^2 = 0.21, cubic about a third of it,
// the window's ripple is below 2 %.
TEST(Conditioner, BandLimitedFollowsAFastSineBetterThanCubic) {
  std::map<ResampleMethod, double> worst;
  for (const auto method :
       {ResampleMethod::linear, ResampleMethod::cubic, ResampleMethod::band_limited}) {
    ConditionerOptions o = plain();
    o.resample = method;
    Conditioner c(o);
    Batch b;
    for (int i = 0; i < 300; ++i) {
      const double t = 0.007 + 0.02046 * i;
      b.t.push_back(time_from_seconds<HostTime>(t));
      b.v.insert(b.v.end(), {static_cast<float>(std::sin(2 * M_PI * 10 * t)), 1, 2});
    }
    c.push(b.t, b.v.data(), from_seconds(0.02046), false, HostTime{});
    GridRows rows;
    c.advance(HostTime{std::chrono::hours{1}}, true, rows);
    for (std::size_t k = 10; k + 10 < rows.filled.size(); ++k) {
      const double t = seconds_since_origin(rows.runs[0].start) + 0.02 * static_cast<double>(k);
      worst[method] = std::max(worst[method], std::abs(static_cast<double>(rows.values[3 * k]) -
                                                       std::sin(2 * M_PI * 10 * t)));
      EXPECT_NEAR(rows.values[3 * k + 2], 2, 1e-5);
    }
  }
  EXPECT_LT(worst[ResampleMethod::cubic], 0.5 * worst[ResampleMethod::linear]);
  EXPECT_LT(worst[ResampleMethod::band_limited], 0.5 * worst[ResampleMethod::cubic]);
}

TEST(Conditioner, PredictsGapsFromThePastAndFlagsThem) {
  std::map<FillMethod, double> worst;
  for (const auto fill :
       {FillMethod::linear, FillMethod::burg, FillMethod::seasonal, FillMethod::automatic}) {
    ConditionerOptions o = plain();
    o.fill = fill;
    o.fill_max_ms = 600;
    Conditioner c(o);
    Batch b = batch({}, milliseconds{20}, 400);
    const Batch late = batch(milliseconds{20 * 425}, milliseconds{20}, 100);
    b.t.insert(b.t.end(), late.t.begin(), late.t.end());
    b.v.insert(b.v.end(), late.v.begin(), late.v.end());
    push(c, b);
    GridRows rows;
    c.advance(HostTime{std::chrono::hours{1}}, true, rows);
    ASSERT_EQ(rows.runs.size(), 1u);
    ASSERT_EQ(rows.filled.size(), 525u);
    for (std::size_t k = 0; k < 525; ++k) {
      EXPECT_EQ(rows.filled[k] != 0, k >= 400 && k < 425) << k;
      const double truth = std::sin(4 * 0.02 * static_cast<double>(k));
      const double error = std::abs(static_cast<double>(rows.values[3 * k]) - truth);
      worst[fill] = std::max(worst[fill], error);
    }
  }
  EXPECT_GT(worst[FillMethod::linear], 0.05);
  for (const auto fill : {FillMethod::burg, FillMethod::seasonal, FillMethod::automatic}) {
    EXPECT_LT(worst[fill], 0.04);
  }
}

}  // namespace
}  // namespace gauntlet
