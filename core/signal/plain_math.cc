#include "core/signal/plain_math.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace gauntlet {
namespace {

constexpr double kLn2High = 0x1.62e42fee00000p-1;  // ln 2 in two parts, so that n * high is exact
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kPi = 3.14159265358979323846;

double power_of_two(int n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

// Sums a Taylor series in x*x whose k-th ratio is sign * x^2 / ((2k + a) * (2k + b)).
double alternating_series(double first, double x2, int a, int b) {
  double term = first;
  double sum = first;
  for (int k = 0; k < 24; ++k) {
    term *= -x2 / static_cast<double>((2 * k + a) * (2 * k + b));
    sum += term;
  }
  return sum;
}

}  // namespace

double exponential(double x) {
  x = std::clamp(x, -700.0, 700.0);
  const double n = std::floor(x * 1.44269504088896340736 + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2)/2
  double sum = 1;
  for (int k = 18; k >= 1; --k) sum = 1 + sum * r / k;
  const int e = static_cast<int>(n);
  return sum * power_of_two(e / 2) * power_of_two(e - e / 2);
}

double natural_log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int e = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++e;
  }
  // ln m = 2 atanh((m - 1) / (m + 1)), argument below 0.172.
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
  return e * kLn2High + (2 * s * sum + e * kLn2Low);
}

double tangent(double x) {
  // Beyond pi/4 through the complement, so that neither series is evaluated near its zero's foot.
  if (x > kPi / 4) return 1 / tangent(kPi / 2 - x);
  if (x < -kPi / 4) return -tangent(-x);
  const double x2 = x * x;
  return alternating_series(x, x2, 2, 3) / alternating_series(1, x2, 1, 2);
}

double normal_hazard(double a) {
  constexpr double kInvSqrt2Pi = 0.39894228040143267794;
  if (a < -3) {
    // Laplace's continued fraction of the Mills ratio, from its tail.
    const double t = -a;
    double f = t;
    for (int k = 60; k >= 1; --k) f = t + k / f;
    return f;
  }
  if (a > 12) return 0;
  const double density = kInvSqrt2Pi * exponential(-0.5 * a * a);
  // Phi(a) = 1/2 + density * (a + a^3/3 + a^5/15 + ...).
  double term = a;
  double sum = a;
  for (int k = 3; k < 400; k += 2) {
    term *= a * a / k;
    sum += term;
  }
  return density / (0.5 + density * sum);
}

}  // namespace gauntlet
