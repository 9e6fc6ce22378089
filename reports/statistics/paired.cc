#include "reports/statistics/paired.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/check.h"
#include "reports/statistics/distributions.h"

namespace gauntlet::reports {

namespace {

// Steele, Lea, Flood, OOPSLA 2014: the finaliser of SplitMix64, here of a counter.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Uniform in [0, n) from the upper 32 bits; the bias, n / 2^32, is far below the bootstrap's own
// noise.
std::size_t index_below(std::uint64_t random, std::size_t n) {
  return static_cast<std::size_t>(((random >> 32) * static_cast<std::uint64_t>(n)) >> 32);
}

}  // namespace

PairedDifference paired_difference(std::span<const double> first, std::span<const double> second,
                                   double level) {
  CHECK(first.size() == second.size() && !first.empty(), first.size(), second.size());
  std::vector<double> differences(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) differences[i] = second[i] - first[i];
  PairedDifference out;
  out.difference = estimate_mean(differences, level);
  if (out.difference.n < 2) return out;
  const double n = static_cast<double>(out.difference.n);
  if (out.difference.standard_deviation == 0) {
    out.p_value = out.difference.mean == 0 ? 1.0 : 0.0;
    return out;
  }
  const double t =
      std::abs(out.difference.mean) / (out.difference.standard_deviation / std::sqrt(n));
  out.p_value = 2 * student_t_upper_tail(t, n - 1);
  return out;
}

std::optional<Interval> bootstrap_interval(
    std::size_t n, const std::function<double(std::span<const std::size_t>)>& figure, double level,
    std::uint32_t resamples, std::uint64_t seed) {
  CHECK(level > 0 && level < 1 && resamples > 1, level, resamples);
  if (n < 2) return std::nullopt;
  std::vector<double> figures(resamples);
  std::vector<std::size_t> drawn(n);
  std::uint64_t counter = mix(seed);
  for (double& f : figures) {
    for (std::size_t& i : drawn) i = index_below(mix(counter++), n);
    f = figure(drawn);
  }
  const double size = static_cast<double>(n);
  const double t = student_t_quantile((1 + level) / 2, size - 1);
  const double tail = normal_cdf(-t * std::sqrt(size / (size - 1)));
  const double lo = quantile_in_place(figures, tail);
  return Interval{lo, quantile_in_place(figures, 1 - tail)};
}

std::optional<Interval> bootstrap_mean_interval(std::span<const double> values, double level,
                                                std::uint32_t resamples, std::uint64_t seed) {
  CHECK(!values.empty());
  const auto mean_of = [values](std::span<const std::size_t> drawn) {
    double sum = 0;
    for (const std::size_t i : drawn) sum += values[i] - values[0];
    return values[0] + sum / static_cast<double>(drawn.size());
  };
  return bootstrap_interval(values.size(), mean_of, level, resamples, seed);
}

}  // namespace gauntlet::reports
