#include "core/signal/periodic_process.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/check.h"
#include "core/signal/plain_math.h"

namespace gauntlet {
namespace {

// Sum of the logarithms of the errors' variances, and of the squared errors over them, when each
// sample is predicted from all before it.
struct Innovations {
  double log_variances = 0, squares = 0;
};

Innovations predict(const PeriodicKernel& kernel, std::span<const double> x) {
  const std::size_t n = x.size();
  std::vector<double> r(n), a, next;
  for (std::size_t k = 0; k < n; ++k) r[k] = kernel(static_cast<double>(k));
  double variance = r[0] + kernel.noise;
  Innovations out;
  for (std::size_t t = 0; t < n; ++t) {
    if (t > 0) {
      double reflection = r[t];
      for (std::size_t j = 0; j < a.size(); ++j) reflection -= a[j] * r[t - 1 - j];
      reflection /= variance;
      next = a;
      for (std::size_t j = 0; j < a.size(); ++j) next[j] -= reflection * a[a.size() - 1 - j];
      next.push_back(reflection);
      std::swap(a, next);
      // Rounding must not make a variance of what is known to the last bit negative.
      variance = std::max(variance * (1 - reflection * reflection), 1e-12 * r[0]);
    }
    double expected = 0;
    for (std::size_t j = 0; j < a.size(); ++j) expected += a[j] * x[t - 1 - j];
    const double error = x[t] - expected;
    out.log_variances += natural_log(variance);
    out.squares += error * error / variance;
  }
  return out;
}

constexpr std::array kPeriods{0.5, 0.9, 0.97, 1.0, 1.03, 1.1, 2.0};  // of the one to begin with
constexpr std::array kRoughnesses{0.3, 0.5, 0.7, 1.0, 1.5, 2.5};
constexpr std::array kMemories{0.25, 0.5, 1.0, 2.0, 4.0, 8.0};  // in periods
constexpr std::array kNoises{0.001, 0.003, 0.01, 0.03, 0.1};    // of the variance

}  // namespace

double log_likelihood(const PeriodicKernel& kernel, std::span<const double> x) {
  CHECK(!x.empty());
  const Innovations i = predict(kernel, x);
  return -0.5 * (i.log_variances + i.squares);
}

PeriodicKernel fit_kernel(std::span<const double> x, double period) {
  CHECK(x.size() >= kFewestToFit && period > 0, x.size(), period);
  const double n = static_cast<double>(x.size());
  PeriodicKernel best;
  best.variance = 1;
  double likeliest = -std::numeric_limits<double>::infinity();
  double scale = 1;  // the variance that makes x likeliest, the rest being as it is
  const auto attempt = [&](double of_period, double roughness, double memory, double noise) {
    const PeriodicKernel k{1, of_period, roughness, memory, noise};
    const Innovations i = predict(k, x);
    const double variance = std::max(i.squares / n, 1e-12);
    const double l = -0.5 * (i.log_variances + n * natural_log(variance));
    if (l <= likeliest) return;
    likeliest = l;
    best = k;
    scale = variance;
  };
  attempt(period, 0.7, 3 * period, 0.02);
  for (int pass = 0; pass < 2; ++pass) {
    for (const double m : kMemories) attempt(best.period, best.roughness, m * period, best.noise);
    for (const double s : kNoises) attempt(best.period, best.roughness, best.memory, s);
    for (const double r : kRoughnesses) attempt(best.period, r, best.memory, best.noise);
    for (const double p : kPeriods) attempt(p * period, best.roughness, best.memory, best.noise);
  }
  best.variance = scale;
  best.noise *= scale;
  return best;
}

}  // namespace gauntlet
