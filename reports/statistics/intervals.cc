#include "reports/statistics/intervals.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "reports/statistics/distributions.h"

namespace gauntlet::reports {

namespace {
void check_level(double level) { CHECK(level > 0 && level < 1, level); }
}  // namespace

MeanEstimate estimate_mean(std::span<const double> values, double level) {
  check_level(level);
  CHECK(!values.empty());
  MeanEstimate out;
  out.n = values.size();
  const double n = static_cast<double>(out.n);
  // Around the first value, so that equal values give exactly their mean and exactly no spread.
  double sum = 0;
  for (const double v : values) sum += v - values[0];
  out.mean = values[0] + sum / n;
  if (out.n < 2) return out;
  double squares = 0;
  for (const double v : values) squares += (v - out.mean) * (v - out.mean);
  out.standard_deviation = std::sqrt(squares / (n - 1));
  const double half =
      student_t_quantile((1 + level) / 2, n - 1) * out.standard_deviation / std::sqrt(n);
  out.interval = Interval{out.mean - half, out.mean + half};
  return out;
}

Interval wilson_interval(std::uint64_t k, std::uint64_t n, double level) {
  check_level(level);
  CHECK(n > 0 && k <= n, k, n);
  const double size = static_cast<double>(n);
  const double p = static_cast<double>(k) / size;
  const double z = normal_quantile((1 + level) / 2);
  const double centre = p + z * z / (2 * size);
  const double half = z * std::sqrt(p * (1 - p) / size + z * z / (4 * size * size));
  const double scale = 1 + z * z / size;
  // At the ends the bound is exact; rounding would leave 1e-17.
  return {k == 0 ? 0.0 : (centre - half) / scale, k == n ? 1.0 : (centre + half) / scale};
}

Interval clopper_pearson_interval(std::uint64_t k, std::uint64_t n, double level) {
  check_level(level);
  CHECK(n > 0 && k <= n, k, n);
  const double tail = (1 - level) / 2;
  const double successes = static_cast<double>(k);
  const double failures = static_cast<double>(n - k);
  return {k == 0 ? 0.0 : beta_quantile(tail, successes, failures + 1),
          k == n ? 1.0 : beta_quantile(1 - tail, successes + 1, failures)};
}

Interval poisson_interval(std::uint64_t k, double level) {
  check_level(level);
  const double tail = (1 - level) / 2;
  const double counted = static_cast<double>(k);
  return {k == 0 ? 0.0 : chi_squared_quantile(tail, 2 * counted) / 2,
          chi_squared_quantile(1 - tail, 2 * counted + 2) / 2};
}

double quantile_in_place(std::vector<double>& values, double p) {
  CHECK(!values.empty() && p >= 0 && p <= 1, values.size(), p);
  const double position = p * static_cast<double>(values.size() - 1);
  const auto index = static_cast<std::size_t>(position);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), nth, values.end());
  const double below = *nth;
  const double fraction = position - static_cast<double>(index);
  if (fraction == 0) return below;
  const double above = *std::min_element(nth + 1, values.end());
  return below + fraction * (above - below);
}

QuantileEstimate estimate_quantile(std::vector<double> values, double p, double level) {
  check_level(level);
  QuantileEstimate out;
  out.value = quantile_in_place(values, p);
  const auto n = static_cast<std::int64_t>(values.size());
  const double tail = (1 - level) / 2;
  // With B ~ Binomial(n, p) observations below the quantile, P[x_(l) > q] = P[B < l] and
  // P[x_(u) < q] = P[B >= u] (1-based): the tightest l and u with at most `tail` on each side.
  std::int64_t lower = 0;
  while (lower < n && binomial_cdf(lower, n, p) <= tail) ++lower;
  std::int64_t upper = std::max<std::int64_t>(lower, 1);
  while (upper <= n && 1 - binomial_cdf(upper - 1, n, p) > tail) ++upper;
  if (lower < 1 || upper > n) return out;
  std::sort(values.begin(), values.end());
  out.interval = Interval{values[static_cast<std::size_t>(lower - 1)],
                          values[static_cast<std::size_t>(upper - 1)]};
  return out;
}

}  // namespace gauntlet::reports
