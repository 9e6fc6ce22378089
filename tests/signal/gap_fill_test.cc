#include "core/signal/gap_fill.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/signal/periodic_process.h"
#include "sim/engine/random.h"

namespace gauntlet {
namespace {

std::vector<double> sine(std::size_t n, double period, double offset = 0) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) {
    x.push_back(offset + std::sin(2 * M_PI * static_cast<double>(i) / period));
  }
  return x;
}

// The estimate of n samples has a standard error of about sqrt((1 - a2^2) / n): 0.007 here; four of
// them.
TEST(Burg, FindsTheCoefficientsOfAKnownProcess) {
  sim::RandomStream r(7, "process");
  std::vector<double> x{0, 0};
  constexpr double kA1 = 1.5, kA2 = -0.75;
  while (x.size() < 8000) {
    x.push_back(kA1 * x[x.size() - 1] + kA2 * x[x.size() - 2] + r.normal());
  }
  double noise = 0;
  const auto a = burg(x, 2, &noise);
  ASSERT_EQ(a.size(), 2u);
  EXPECT_NEAR(a[0], kA1, 0.03);
  EXPECT_NEAR(a[1], kA2, 0.03);
  EXPECT_NEAR(noise, 1, 4 * std::sqrt(2.0 / 8000));
  const auto more = burg(x, 6);
  for (std::size_t k = 2; k < 6; ++k) EXPECT_NEAR(more[k], 0, 4 / std::sqrt(8000.0)) << k;
}

TEST(Burg, OfSilenceIsNothing) { EXPECT_TRUE(burg(std::vector<double>(50, 0.0), 8).empty()); }

TEST(Season, IsThePeriodToAFractionOfASample) {
  const Season s = find_season(sine(600, 73.4), 20, 250);
  EXPECT_NEAR(s.lag, 73.4, 0.1);
  EXPECT_GT(s.likeness, 0.99);
  EXPECT_EQ(find_season(std::vector<double>(100, 1.0), 5, 50).lag, 0);
}

// k(d) = exp(-d^2 / 2) with period 1 and whole distances: the periodic part is 1. Two observations,
// one question between them: k* (K + noise)^-1 x by hand.
TEST(Process, IsTheClosedFormForTwoObservations) {
  PeriodicKernel k;
  k.variance = 2;
  k.period = 1;
  k.memory = 1;
  k.noise = 0.1;
  const double near = 2 * std::exp(-0.5), far = 2 * std::exp(-2.0), self = 2.1;
  const std::vector<double> t{0, 2}, x{1, -0.5}, at{1};
  std::vector<double> out(1);
  condition_process(k, t, x, at, out);
  const double determinant = self * self - far * far;
  const double w0 = (self * 1 - far * -0.5) / determinant;
  const double w1 = (self * -0.5 - far * 1) / determinant;
  EXPECT_NEAR(out[0], near * (w0 + w1), 1e-12);
}

TEST(Process, RepeatsWithItsPeriod) {
  PeriodicKernel k;
  k.period = 25;
  EXPECT_NEAR(k(0), 1, 1e-12);
  k.memory = 1e9;
  EXPECT_NEAR(k(25), 1, 1e-9);
  EXPECT_NEAR(k(12.5), std::exp(-2 / (0.7 * 0.7)), 1e-9);
}

// Of two samples with covariance [a b; b a]: -(ln(a^2 - b^2) + x' C^-1 x) / 2 by hand.
TEST(KernelFit, LikelihoodIsTheClosedFormForTwoSamples) {
  PeriodicKernel k;
  k.variance = 2;
  k.period = 5;
  k.memory = 3;
  k.noise = 0.1;
  const double a = 2.1, b = k(1), x0 = 0.7, x1 = -0.4;
  const double determinant = a * a - b * b;
  const double square = (a * x0 * x0 - 2 * b * x0 * x1 + a * x1 * x1) / determinant;
  EXPECT_NEAR(log_likelihood(k, std::vector<double>{x0, x1}),
              -0.5 * (std::log(determinant) + square), 1e-12);
}

TEST(KernelFit, FindsAPeriodThatItBeganBesideAndIsNoLessLikely) {
  const auto x = sine(250, 61.7);
  PeriodicKernel start;
  start.period = 60;
  start.memory = 180;
  start.noise = 0.02;
  const PeriodicKernel fitted = fit_kernel(x, 60);
  EXPECT_NEAR(fitted.period, 61.8, 1e-9);  // 1.03 times 60: the nearest of the grid
  EXPECT_GT(log_likelihood(fitted, x), log_likelihood(start, x));
}

TEST(GapFill, HoldAndLinearAreWhatTheySay) {
  const std::vector<double> before{1, 2}, after{6};
  std::vector<double> out(3);
  fill_gap(GapMethod::hold, {}, before, after, out);
  EXPECT_EQ(out, (std::vector<double>{2, 2, 2}));
  fill_gap(GapMethod::linear, {}, before, after, out);
  EXPECT_EQ(out, (std::vector<double>{3, 4, 5}));
  fill_gap(GapMethod::linear, {}, before, {}, out);
  EXPECT_EQ(out, (std::vector<double>{2, 2, 2}));
}

// A sine is an AR(2) process without noise and its own season: every method but the first two knows
// it. Largest errors over a gap of 0.8 s; what is left is the fit's own bias on a finite past.
TEST(GapFill, MethodsThatKnowPeriodsContinueASine) {
  constexpr std::size_t kBefore = 500, kGap = 40;
  const auto x = sine(kBefore + kGap + 300, 61.7, 5);
  const std::span all(x);
  const auto worst = [&](GapMethod m) {
    std::vector<double> out(kGap);
    fill_gap(m, {}, all.first(kBefore), all.subspan(kBefore + kGap), out);
    double error = 0;
    for (std::size_t i = 0; i < kGap; ++i) {
      error = std::max(error, std::abs(out[i] - x[kBefore + i]));
    }
    return error;
  };
  EXPECT_GT(worst(GapMethod::hold), 0.5);
  for (const auto m : {GapMethod::burg, GapMethod::burg_both, GapMethod::seasonal,
                       GapMethod::automatic, GapMethod::periodic}) {
    EXPECT_LT(worst(m), 0.1) << static_cast<int>(m);
  }
}

TEST(GapFill, WithNextToNoPastHolds) {
  const std::vector<double> before{4};
  std::vector<double> out(5);
  for (const auto m : {GapMethod::burg, GapMethod::burg_both, GapMethod::seasonal,
                       GapMethod::automatic, GapMethod::periodic}) {
    fill_gap(m, {}, before, {}, out);
    for (const double v : out) EXPECT_NEAR(v, 4, 1e-9) << static_cast<int>(m);
  }
}

}  // namespace
}  // namespace gauntlet
