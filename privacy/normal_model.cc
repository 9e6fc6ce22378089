#include "privacy/normal_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "reports/statistics/distributions.h"

namespace gauntlet::privacy {
namespace {

using reports::normal_cdf;

double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0)); }

double exactly_one_above(double d_prime, double others, double t) {
  const double target = normal_cdf(d_prime - t), other = normal_cdf(-t);
  const double none = std::pow(1 - other, others);
  return target * none + (1 - target) * others * other * std::pow(1 - other, others - 1);
}

}  // namespace

double advantage(double d_prime) { return 2 * normal_cdf(d_prime / 2) - 1; }
double area_under_curve(double d_prime) { return normal_cdf(d_prime / std::sqrt(2.0)); }
double equal_error_rate(double d_prime) { return normal_cdf(-d_prime / 2); }
double hit_rate_at(double d_prime, double false_alarm_rate) {
  return normal_cdf(d_prime + reports::normal_quantile(false_alarm_rate));
}
double d_prime_of_equal_error_rate(double rate) { return -2 * reports::normal_quantile(rate); }

double gaussian_delta(double mu, double epsilon) {
  CHECK(mu > 0, mu);
  return normal_cdf(mu / 2 - epsilon / mu) - std::exp(epsilon) * normal_cdf(-mu / 2 - epsilon / mu);
}

double linkability(double d_prime, std::size_t candidates) {
  CHECK(candidates >= 1, candidates);
  // Trapezia of a smooth function that vanishes at both ends: exact to rounding.
  constexpr double kStep = 1.0 / 64, kReach = 9;
  const double others = static_cast<double>(candidates - 1);
  double sum = 0;
  for (double s = d_prime - kReach; s <= d_prime + kReach; s += kStep) {
    sum += normal_density(s - d_prime) * std::pow(normal_cdf(s), others);
  }
  return sum * kStep;
}

SinglingOut singling_out(double d_prime, std::size_t records) {
  CHECK(records >= 2, records);
  const double others = static_cast<double>(records - 1);
  // Golden-section search; the probability has one maximum where t is above most others.
  double lo = 0, hi = d_prime + 8;
  const double shrink = (std::sqrt(5.0) - 1) / 2;
  for (int i = 0; i < 100; ++i) {
    const double a = hi - shrink * (hi - lo), b = lo + shrink * (hi - lo);
    if (exactly_one_above(d_prime, others, a) > exactly_one_above(d_prime, others, b)) {
      hi = b;
    } else {
      lo = a;
    }
  }
  return {exactly_one_above(d_prime, others, lo), lo};
}

}  // namespace gauntlet::privacy
