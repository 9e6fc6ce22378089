// Confidence intervals for means, proportions and quantiles.
//
// Sources: Student (1908); Wilson, JASA 22 (1927); Clopper and Pearson, Biometrika 26 (1934);
// order-statistic intervals: David and Nagaraja, Order Statistics, 3rd ed., 7.1. Quantile estimate:
// Hyndman and Fan (1996) type 7, which is NumPy's and R's default.
//
// All assume independent observations: seeds, people or sessions, never the samples of one run.
// Errors: a level outside (0, 1) or k > n is our bug (CHECK). Where the data cannot carry an
// interval (one observation, too few for a far quantile) there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gauntlet::reports {

// Closed: [lo, hi].
struct Interval {
  double lo = 0;
  double hi = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct MeanEstimate {
  double mean = 0;
  double standard_deviation = 0;  // n - 1 in the denominator; 0 for n = 1
  std::uint64_t n = 0;
  std::optional<Interval> interval;  // none for n < 2
};
// `values` must not be empty.
MeanEstimate estimate_mean(std::span<const double> values, double level = 0.95);

// k of n. Wilson's covers the level on average over p; Clopper-Pearson's at least the level for
// every p. n must not be 0.
Interval wilson_interval(std::uint64_t k, std::uint64_t n, double level = 0.95);
Interval clopper_pearson_interval(std::uint64_t k, std::uint64_t n, double level = 0.95);

// The mean of a Poisson variable of which k were counted; covers at least the level (Garwood,
// Biometrika 28 (1936)).
Interval poisson_interval(std::uint64_t k, double level = 0.95);

// Rearranges `values` (partial sort); they must not be empty. 0 <= p <= 1.
double quantile_in_place(std::vector<double>& values, double p);

struct QuantileEstimate {
  double value = 0;
  std::optional<Interval> interval;  // covers at least the level, whatever the distribution
};
QuantileEstimate estimate_quantile(std::vector<double> values, double p, double level = 0.95);

}  // namespace gauntlet::reports
