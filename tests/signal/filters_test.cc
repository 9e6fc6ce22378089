#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "core/signal/butterworth.h"
#include "core/signal/hampel.h"
#include "core/signal/smoothing.h"

namespace gauntlet {
namespace {

std::complex<double> response(const Biquad& q, double hz, double rate_hz) {
  const std::complex<double> z = std::polar(1.0, -2 * M_PI * hz / rate_hz);
  return (q.b0 + q.b1 * z + q.b2 * z * z) / (1.0 + q.a1 * z + q.a2 * z * z);
}

TEST(Butterworth, CoefficientsAtAQuarterOfTheRateAreTheTextbookOnes) {
  // k = tan(pi/4) = 1: b = 1 / (2 + sqrt 2), a1 = 0, a2 = (2 - sqrt 2) / (2 + sqrt 2).
  const Biquad q = butterworth2(12.5, 50);
  EXPECT_NEAR(q.b0, 0.29289321881345254, 1e-15);
  EXPECT_NEAR(q.b1, 0.58578643762690508, 1e-15);
  EXPECT_NEAR(q.a1, 0, 1e-15);
  EXPECT_NEAR(q.a2, 0.17157287525380990, 1e-15);
}

TEST(Butterworth, MagnitudeFollowsTheClosedFormOnTheWarpedAxis) {
  const double fc = 8, fs = 50;
  const Biquad q = butterworth2(fc, fs);
  for (double f = 0.25; f < 25; f += 0.25) {
    const double ratio = std::tan(M_PI * f / fs) / std::tan(M_PI * fc / fs);
    EXPECT_NEAR(std::abs(response(q, f, fs)), 1 / std::sqrt(1 + std::pow(ratio, 4)), 1e-12) << f;
  }
}

TEST(Butterworth, DelayIsRootTwoOverTwoPiFc) {
  // The warped formula is exact; the analogue one is its limit at high rates.
  for (const double fc : {5.0, 10.0}) {
    const double analogue_s = std::sqrt(2.0) / (2 * M_PI * fc);
    const double at_50_s = dc_delay_samples(butterworth2(fc, 50)) / 50;
    EXPECT_NEAR(at_50_s, std::sqrt(2.0) / (2 * std::tan(M_PI * fc / 50) * 50), 1e-12);
    EXPECT_NEAR(dc_delay_samples(butterworth2(fc, 1e4)) / 1e4, analogue_s, 1e-3 * analogue_s);
  }
}

TEST(Butterworth4, MagnitudeFollowsTheClosedFormOnTheWarpedAxis) {
  const auto [a, b] = butterworth4(8, 50);
  for (double f = 0.25; f < 25; f += 0.25) {
    const double ratio = std::tan(M_PI * f / 50) / std::tan(M_PI * 8 / 50);
    EXPECT_NEAR(std::abs(response(a, f, 50) * response(b, f, 50)),
                1 / std::sqrt(1 + std::pow(ratio, 8)), 1e-12)
        << f;
  }
}

// How far a filter's answer lags behind a ramp of one unit a second, once it has settled: its delay
// at low frequency.
double ramp_lag_ms(SmoothingMethod method, double cutoff_hz) {
  constexpr double kRate_hz = 2000;
  Smoothing s(method, cutoff_hz, 0, kRate_hz);
  std::vector<float> rows;
  constexpr int kRows = 4000;
  for (int i = 0; i < kRows; ++i) {
    const auto x = static_cast<float>(i / kRate_hz);
    rows.insert(rows.end(), {x, -x, 0});
  }
  s.apply(rows.data(), kRows);
  return 1000 * ((kRows - 1) / kRate_hz - static_cast<double>(rows[3 * kRows - 3]));
}

// 22 and 45, 42 and 83 ms at 10 and 5 Hz; one-euro 1 / (2 pi f_c). Single precision at 2 s: 0.2 us.
TEST(Smoothing, DelaysAreThoseOfTheTheory) {
  for (const double fc : {5.0, 10.0}) {
    const double unit_ms = 1000 / (2 * M_PI * fc);
    EXPECT_NEAR(ramp_lag_ms(SmoothingMethod::butterworth2, fc), std::sqrt(2.0) * unit_ms, 0.05);
    EXPECT_NEAR(ramp_lag_ms(SmoothingMethod::butterworth4, fc), 2.6131259 * unit_ms, 0.05);
    EXPECT_NEAR(ramp_lag_ms(SmoothingMethod::one_euro, fc), unit_ms, 0.05);
  }
}

TEST(Smoothing, OneEuroFollowsFastMovesSooner) {
  std::vector<float> slow, fast;
  for (int i = 0; i < 50; ++i) {
    const float x = i < 10 ? 0 : 10;
    slow.insert(slow.end(), {x, 0, 0});
  }
  fast = slow;
  Smoothing(SmoothingMethod::one_euro, 1, 0, 50).apply(slow.data(), 50);
  Smoothing(SmoothingMethod::one_euro, 1, 0.1, 50).apply(fast.data(), 50);
  EXPECT_GT(fast[3 * 15], 1.5F * slow[3 * 15]);
  EXPECT_LE(fast[3 * 49], 10.001F);
}

TEST(Smoothing, IsOffAtCutOffZeroAndAboveHalfTheRate) {
  for (const double fc : {0.0, 25.0, 40.0}) {
    std::vector<float> rows{1, 2, 3, -4, 5, -6};
    Smoothing(SmoothingMethod::butterworth4, fc, 0, 50).apply(rows.data(), 2);
    EXPECT_EQ(rows, (std::vector<float>{1, 2, 3, -4, 5, -6}));
  }
}

TEST(LowPass, AConstantStaysFromTheFirstRow) {
  LowPass f(butterworth2(10, 50));
  std::vector<float> rows;
  for (int i = 0; i < 50; ++i) rows.insert(rows.end(), {9.80665f, -1, 0});
  f.apply(rows.data(), 50);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_NEAR(rows[3 * i], 9.80665f, 1e-5) << i;
}

TEST(LowPass, ARampComesOutLateByTheDelay) {
  const Biquad q = butterworth2(10, 50);
  LowPass f(q);
  std::vector<float> rows;
  for (int i = 0; i < 200; ++i) rows.insert(rows.end(), {static_cast<float>(i), 0, 0});
  f.apply(rows.data(), 200);
  EXPECT_NEAR(rows[3 * 150], 150 - dc_delay_samples(q), 1e-4);
}

TEST(LowPass, BlocksDoNotMatter) {
  std::vector<float> whole;
  for (int i = 0; i < 90; ++i) whole.push_back(static_cast<float>((i * 7919) % 101));
  std::vector<float> parts = whole;
  LowPass a(butterworth2(8, 50)), b(butterworth2(8, 50));
  a.apply(whole.data(), 30);
  b.apply(parts.data(), 11);
  b.apply(parts.data() + 33, 19);
  EXPECT_EQ(whole, parts);
}

std::vector<float> through(Hampel h, const std::vector<float>& x, std::size_t block) {
  std::vector<float> rows, out;
  for (const float v : x) rows.insert(rows.end(), {v, v, v});
  const std::vector<std::uint8_t> filled(x.size());
  std::vector<std::uint8_t> flags;
  for (std::size_t i = 0; i < x.size(); i += block) {
    h.push(rows.data() + 3 * i, filled.data(), std::min(block, x.size() - i), out, flags);
  }
  h.flush(out, flags);
  std::vector<float> first;
  for (std::size_t i = 0; i < out.size(); i += 3) first.push_back(out[i]);
  return first;
}

TEST(Hampel, ASpikeGoesAndTheRestStays) {
  std::vector<float> x;
  for (int i = 0; i < 60; ++i) x.push_back(static_cast<float>(3 * std::sin(0.2 * i)));
  std::vector<float> spiked = x;
  spiked[25] += 40;
  spiked[59] -= 40;
  const std::vector<float> y = through(Hampel({3, 4, 0.5}), spiked, 60);
  ASSERT_EQ(y.size(), x.size());
  for (std::size_t i = 0; i < 60; ++i) {
    // A replaced value is the median of its neighbours, at most three steps of 0.6 away.
    EXPECT_NEAR(y[i], x[i], i == 25 || i == 59 ? 1.8 : 0) << i;
  }
}

TEST(Hampel, BlocksDoNotMatter) {
  std::vector<float> x;
  for (int i = 0; i < 100; ++i) x.push_back(static_cast<float>((i * i * 31) % 17));
  EXPECT_EQ(through(Hampel({3, 2, 0.1}), x, 100), through(Hampel({3, 2, 0.1}), x, 1));
  EXPECT_EQ(through(Hampel({3, 2, 0.1}), x, 100), through(Hampel({3, 2, 0.1}), x, 7));
}

}  // namespace
}  // namespace gauntlet
