#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "reports/statistics/distributions.h"
#include "reports/statistics/intervals.h"
#include "reports/statistics/kolmogorov.h"
#include "reports/statistics/paired.h"

namespace gauntlet::reports {
namespace {

// R: qnorm(.975), qt(.975, c(1, 9, 30)), qbeta(.025, 10, 91), pbinom(3, 10, .5).
TEST(Distributions, AgreeWithPublishedTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963985, 1e-9);
  EXPECT_NEAR(normal_cdf(1.0), 0.8413447461, 1e-10);
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.70620474, 1e-7);
  EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262157163, 1e-8);
  EXPECT_NEAR(student_t_quantile(0.975, 30), 2.042272456, 1e-8);
  EXPECT_NEAR(student_t_upper_tail(2.262157163, 9), 0.025, 1e-9);
  EXPECT_NEAR(binomial_cdf(3, 10, 0.5), 176.0 / 1024, 1e-12);
  EXPECT_EQ(binomial_cdf(-1, 10, 0.5), 0);
  EXPECT_EQ(binomial_cdf(10, 10, 0.5), 1);
}

// Newcombe, Statistics in Medicine 17 (1998), table I: four examples, methods 3 and 5.
TEST(Proportions, IntervalsAreThoseOfNewcombe1998) {
  struct Row {
    std::uint64_t k, n;
    Interval wilson, exact;
  };
  const Row rows[] = {{81, 263, {.2553, .3662}, {.2527, .3676}},
                      {15, 148, {.0624, .1605}, {.0578, .1617}},
                      {0, 20, {.0000, .1611}, {.0000, .1684}},
                      {1, 29, {.0061, .1718}, {.0009, .1776}}};
  for (const Row& r : rows) {
    const Interval w = wilson_interval(r.k, r.n), e = clopper_pearson_interval(r.k, r.n);
    EXPECT_NEAR(w.lo, r.wilson.lo, 5e-5) << r.k << '/' << r.n;
    EXPECT_NEAR(w.hi, r.wilson.hi, 5e-5) << r.k << '/' << r.n;
    EXPECT_NEAR(e.lo, r.exact.lo, 5e-5) << r.k << '/' << r.n;
    EXPECT_NEAR(e.hi, r.exact.hi, 5e-5) << r.k << '/' << r.n;
  }
}

// None of n found: Clopper-Pearson's one-sided bound at .975 is 1 - .025^(1/n).
TEST(Proportions, NoneFoundBoundsTheRate) {
  EXPECT_NEAR(clopper_pearson_interval(0, 50).hi, 1 - std::pow(.025, 1.0 / 50), 1e-12);
  EXPECT_EQ(clopper_pearson_interval(50, 50).hi, 1);
  EXPECT_EQ(wilson_interval(50, 50).hi, 1);
}

// Garwood's table, as reprinted in every handbook: 95 % limits of a Poisson mean.
TEST(Intervals, PoissonLimitsAreGarwoods) {
  struct Row {
    std::uint64_t k;
    double lo, hi;
  };
  for (const Row& r : {Row{0, 0, 3.69}, Row{1, 0.03, 5.57}, Row{5, 1.62, 11.67},
                       Row{10, 4.80, 18.39}, Row{50, 37.11, 65.92}}) {
    const Interval i = poisson_interval(r.k);
    EXPECT_NEAR(i.lo, r.lo, .005) << r.k;
    EXPECT_NEAR(i.hi, r.hi, .005) << r.k;
  }
}

// Cushny and Peebles (1905), as Student (1908) used them; R's t.test(sleep, paired = TRUE).
constexpr double kDrug1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
constexpr double kDrug2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

TEST(Paired, DifferenceIsThatOfStudentsSleepData) {
  const PairedDifference d = paired_difference(kDrug2, kDrug1);
  EXPECT_NEAR(d.difference.mean, -1.58, 1e-12);
  EXPECT_NEAR(d.difference.interval->lo, -2.4598858, 5e-8);
  EXPECT_NEAR(d.difference.interval->hi, -0.7001142, 5e-8);
  EXPECT_NEAR(*d.p_value, 0.002832890, 5e-9);
}

TEST(Paired, OnePairHasNoInterval) {
  const double a[] = {1}, b[] = {3};
  const PairedDifference d = paired_difference(a, b);
  EXPECT_EQ(d.difference.mean, 2);
  EXPECT_FALSE(d.difference.interval);
  EXPECT_FALSE(d.p_value);
}

TEST(Paired, EqualDifferencesGiveAPoint) {
  const double a[] = {0.1, 0.2, 0.4}, b[] = {0.1, 0.2, 0.4};
  const PairedDifference d = paired_difference(a, b);
  EXPECT_EQ(d.difference.interval, (Interval{0, 0}));
  EXPECT_EQ(d.p_value, 1);
}

TEST(Bootstrap, IsTheSameEveryTime) {
  EXPECT_EQ(bootstrap_mean_interval(kDrug1), bootstrap_mean_interval(kDrug1));
  EXPECT_NE(bootstrap_mean_interval(kDrug1, .95, 4000, 1),
            bootstrap_mean_interval(kDrug1, .95, 4000, 2));
  EXPECT_FALSE(bootstrap_mean_interval(std::span(kDrug1, 1)));
}

TEST(Mean, OfEqualValuesIsExactlyTheValue) {
  const std::vector<double> values(7, 0.1);
  const MeanEstimate m = estimate_mean(values);
  EXPECT_EQ(m.mean, 0.1);
  EXPECT_EQ(m.interval, (Interval{0.1, 0.1}));
  EXPECT_FALSE(estimate_mean(std::span(values).first(1)).interval);
}

// NumPy: numpy.quantile([15, 20, 35, 40, 50], p).
TEST(Quantile, IsTypeSeven) {
  const std::pair<double, double> rows[] = {{0, 15},  {.05, 16}, {.3, 23},
                                            {.4, 29}, {.95, 48}, {1, 50}};
  for (const auto& [p, expected] : rows) {
    std::vector<double> values{40, 15, 50, 35, 20};
    EXPECT_NEAR(quantile_in_place(values, p), expected, 1e-12) << p;
  }
}

// The classic table for the median: n = 10 gives [x(2), x(9)] with 97.9 %, n = 6 [x(1), x(6)] with
// 96.9 %, and five observations cannot carry 95 %.
TEST(Quantile, MedianIntervalIsTheClassicTables) {
  const auto ranks = [](std::size_t n) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i + 1);
    return estimate_quantile(values, 0.5).interval;
  };
  EXPECT_EQ(ranks(10), (Interval{2, 9}));
  EXPECT_EQ(ranks(6), (Interval{1, 6}));
  EXPECT_FALSE(ranks(5));
}

// Gnedenko and Korolyuk (1951): for n = m without ties, P[n D >= k] is
// 2 (C(2n, n-k) - C(2n, n-2k) + ...) / C(2n, n).
double equal_sizes_p(int n, int k) {
  const auto log_choose = [n](int r) {
    return std::lgamma(2.0 * n + 1) - std::lgamma(r + 1.0) - std::lgamma(2.0 * n - r + 1);
  };
  double p = 0;
  for (int j = 1; n - j * k >= 0; ++j) {
    p += (j % 2 == 1 ? 2 : -2) * std::exp(log_choose(n - j * k) - log_choose(n));
  }
  return p;
}

// 0, 1, ..., n - 1, and the same moved on: n D = shift.
KsTest shifted(int n, int shift) {
  std::vector<double> a, b;
  for (int i = 0; i < n; ++i) {
    a.push_back(i);
    b.push_back(i + shift - 0.5);
  }
  return ks_two_sample(a, b);
}

TEST(KolmogorovSmirnov, IsExactForEqualSizesWithoutTies) {
  for (const auto& [n, k] : {std::pair{3, 3}, {4, 3}, {5, 5}, {10, 6}, {10, 7}, {100, 20}}) {
    const KsTest test = shifted(n, k);
    EXPECT_DOUBLE_EQ(test.statistic, static_cast<double>(k) / n);
    EXPECT_NEAR(test.p, equal_sizes_p(n, k), 1e-9) << n << ' ' << k;
  }
  EXPECT_NEAR(shifted(3, 3).p, 2.0 / 20, 1e-12);
}

TEST(KolmogorovSmirnov, TheLimitAgreesWithTheExactAnswerForLargeSamples) {
  for (const int k : {60, 80, 100, 120}) {
    EXPECT_NEAR(shifted(3000, k).p / equal_sizes_p(3000, k), 1, 0.05) << k;
  }
}

// With ties the reference is all ways of calling n of the pooled values the first sample.
TEST(KolmogorovSmirnov, WithTiesIsTheShareOfRelabellingsAsFarApart) {
  const std::vector<double> a{1, 1, 2, 4}, b{1, 2, 3, 3, 3};
  std::vector<double> pooled{1, 1, 1, 2, 2, 3, 3, 3, 4};
  std::vector<int> first{0, 0, 0, 0, 0, 1, 1, 1, 1};
  const double distance = ks_two_sample(a, b).statistic;
  int all = 0, as_far = 0;
  do {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < pooled.size(); ++i) (first[i] ? x : y).push_back(pooled[i]);
    ++all;
    as_far += ks_two_sample(x, y).statistic >= distance - 1e-12;
  } while (std::next_permutation(first.begin(), first.end()));
  EXPECT_EQ(all, 126);
  EXPECT_NEAR(distance, 0.35, 1e-12);  // after 2: three of four against two of five
  EXPECT_NEAR(ks_two_sample(a, b).p, static_cast<double>(as_far) / all, 1e-12);
}

TEST(KolmogorovSmirnov, TheSameSampleIsNoDistanceAndOrderDoesNotMatter) {
  const std::vector<double> a{3, 1, 2}, b{2, 3, 1}, c{5, 6};
  EXPECT_EQ(ks_two_sample(a, b).statistic, 0);
  EXPECT_EQ(ks_two_sample(a, b).p, 1);
  EXPECT_EQ(ks_two_sample(a, c).statistic, 1);
  EXPECT_NEAR(ks_two_sample(c, a).p, 2.0 / 10, 1e-12);
}

}  // namespace
}  // namespace gauntlet::reports
