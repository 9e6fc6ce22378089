#include "privacy/residual_risk.h"

#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "reports/statistics/distributions.h"

namespace gauntlet::privacy {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Score statistic of p1 / p2 = ratio, with p1 and p2 estimated under that restriction.
double chi_squared(Share one, Share two, double ratio) {
  const double x1 = static_cast<double>(one.k), n1 = static_cast<double>(one.n);
  const double x2 = static_cast<double>(two.k), n2 = static_cast<double>(two.n);
  const double a = (n1 + n2) * ratio;
  const double b = n1 * ratio + x1 + n2 + x2 * ratio;
  const double c = x1 + x2;
  const double p2 = (b - std::sqrt(std::max(0.0, b * b - 4 * a * c))) / (2 * a);
  const double p1 = ratio * p2;
  const double difference = x1 / n1 - ratio * (x2 / n2);
  const double variance = p1 * (1 - p1) / n1 + ratio * ratio * p2 * (1 - p2) / n2;
  if (variance <= 0) return difference == 0 ? 0 : kInfinity;
  return difference * difference / variance;
}

// Where the statistic crosses `limit` between `inside` and `outside`, on a logarithmic scale.
double crossing(Share one, Share two, double limit, double inside, double outside) {
  double in = std::log(inside), out = std::log(outside);
  for (int i = 0; i < 100; ++i) {
    const double middle = (in + out) / 2;
    (chi_squared(one, two, std::exp(middle)) <= limit ? in : out) = middle;
  }
  return std::exp((in + out) / 2);
}

}  // namespace

reports::Interval ratio_interval(Share one, Share two, double level) {
  CHECK(one.n > 0 && two.n > 0 && one.k <= one.n && two.k <= two.n, one.k, one.n, two.k, two.n);
  constexpr double kFar = 1e9;
  if (one.k == 0 && two.k == 0) return {0, kInfinity};
  const double z = reports::normal_quantile((1 + level) / 2);
  const double p1 = static_cast<double>(one.k) / static_cast<double>(one.n);
  const double p2 = static_cast<double>(two.k) / static_cast<double>(two.n);
  // The statistic is 0 at the estimate and grows away from it.
  const double estimate = one.k == 0 ? 1 / kFar : two.k == 0 ? kFar : p1 / p2;
  return {one.k == 0 ? 0 : crossing(one, two, z * z, estimate, 1 / kFar),
          two.k == 0 ? kInfinity : crossing(one, two, z * z, estimate, kFar)};
}

ResidualRisk residual_risk(Share attack, Share control, double level) {
  CHECK(attack.n > 0 && control.n > 0);
  const Share failed{attack.n - attack.k, attack.n},
      control_failed{control.n - control.k, control.n};
  const reports::Interval ratio = ratio_interval(failed, control_failed, level);
  ResidualRisk out;
  const double failing = static_cast<double>(failed.k) / static_cast<double>(failed.n);
  const double control_failing =
      static_cast<double>(control_failed.k) / static_cast<double>(control_failed.n);
  out.risk = control_failing > 0 ? 1 - failing / control_failing : 0;
  out.interval = {1 - ratio.hi, 1 - ratio.lo};
  return out;
}

}  // namespace gauntlet::privacy
