#include "sim/wearable/allan.h"

#include <cmath>

#include "core/base/check.h"

namespace gauntlet::sim {

double allan_deviation(std::span<const double> y, std::size_t m) {
  CHECK(m > 0);
  const std::size_t groups = y.size() / m;
  if (groups < 2) return 0;
  double previous = 0, sum2 = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    double mean = 0;
    for (std::size_t i = 0; i < m; ++i) mean += y[g * m + i];
    mean /= static_cast<double>(m);
    if (g > 0) sum2 += (mean - previous) * (mean - previous);
    previous = mean;
  }
  return std::sqrt(sum2 / (2 * static_cast<double>(groups - 1)));
}

double overlapping_allan_deviation(std::span<const double> y, std::size_t m) {
  CHECK(m > 0);
  if (y.size() < 2 * m) return 0;
  double difference = 0, sum2 = 0;
  for (std::size_t i = 0; i < m; ++i) difference += y[m + i] - y[i];
  const std::size_t n = y.size() - 2 * m + 1;
  for (std::size_t i = 0;; ++i) {
    sum2 += difference * difference;
    if (i + 1 == n) break;
    difference += y[i + 2 * m] - 2 * y[i + m] + y[i];
  }
  return std::sqrt(sum2 / (2 * static_cast<double>(n))) / static_cast<double>(m);
}

}  // namespace gauntlet::sim
