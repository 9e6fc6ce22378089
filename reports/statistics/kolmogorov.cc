#include "reports/statistics/kolmogorov.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::reports {
namespace {

// Distances are kept as integers: n * m * |F_a - F_b| is one.
struct Pooled {
  std::int64_t distance = 0;
  std::vector<bool> steps;  // steps[k]: the pooled sample's k smallest end a group of equal values
};

Pooled pool(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<std::int64_t>(a.size()), m = static_cast<std::int64_t>(b.size());
  Pooled pooled;
  pooled.steps.resize(a.size() + b.size() + 1);
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    pooled.steps[i + j] = true;
    const std::int64_t apart =
        std::abs(static_cast<std::int64_t>(i) * m - static_cast<std::int64_t>(j) * n);
    pooled.distance = std::max(pooled.distance, apart);
  }
  return pooled;
}

// Of all orders of n + m values, the share that is somewhere at least as far apart. g[j] after row
// i: the share among the paths from the origin to (i, j).
double exact_p(std::int64_t n, std::int64_t m, const Pooled& pooled) {
  std::vector<double> g(static_cast<std::size_t>(m) + 1);
  for (std::int64_t i = 0; i <= n; ++i) {
    for (std::int64_t j = 0; j <= m; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const std::int64_t steps = i + j;
      if (steps == 0) continue;
      if (pooled.steps[static_cast<std::size_t>(steps)] &&
          std::abs(i * m - j * n) >= pooled.distance) {
        g[at] = 1;
        continue;
      }
      const double from_a = static_cast<double>(i) * g[at];
      const double from_b = j > 0 ? static_cast<double>(j) * g[at - 1] : 0;
      g[at] = (from_a + from_b) / static_cast<double>(steps);
    }
  }
  return std::min(1.0, g.back());
}

// P[K > x] of Kolmogorov's limit; the alternating series converges fast above 0.3 and is 1 to nine
// digits below.
double limit_p(double x) {
  if (x < 0.3) return 1;
  double sum = 0;
  for (int k = 1; k <= 40; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 == 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace

KsTest ks_two_sample(std::vector<double> a, std::vector<double> b) {
  CHECK(!a.empty() && !b.empty(), a.size(), b.size());
  for (const auto* sample : {&a, &b}) {
    for (const double x : *sample) CHECK(!std::isnan(x));
  }
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto n = static_cast<std::int64_t>(a.size()), m = static_cast<std::int64_t>(b.size());
  const Pooled pooled = pool(a, b);
  const double cells = static_cast<double>(n) * static_cast<double>(m);
  const double distance = static_cast<double>(pooled.distance) / cells;
  if (pooled.distance == 0) return {0, 1};
  if (cells <= static_cast<double>(kExactCells)) return {distance, exact_p(n, m, pooled)};
  const double root = std::sqrt(cells / static_cast<double>(n + m));
  return {distance, limit_p(distance * (root + 0.12 + 0.11 / root))};
}

}  // namespace gauntlet::reports
