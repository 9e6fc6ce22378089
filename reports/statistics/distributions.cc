#include "reports/statistics/distributions.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "core/base/check.h"

namespace gauntlet::reports {

namespace {
namespace bm = boost::math;
using Policy = bm::policies::policy<bm::policies::promote_double<false>>;
using Normal = bm::normal_distribution<double, Policy>;
using StudentT = bm::students_t_distribution<double, Policy>;
using ChiSquared = bm::chi_squared_distribution<double, Policy>;
using Beta = bm::beta_distribution<double, Policy>;
using Binomial = bm::binomial_distribution<double, Policy>;
}  // namespace

double normal_quantile(double p) {
  CHECK(p > 0 && p < 1, p);
  return bm::quantile(Normal(0, 1), p);
}

double normal_cdf(double x) { return bm::cdf(Normal(0, 1), x); }

double student_t_quantile(double p, double degrees_of_freedom) {
  CHECK(p > 0 && p < 1 && degrees_of_freedom > 0, p, degrees_of_freedom);
  return bm::quantile(StudentT(degrees_of_freedom), p);
}

double student_t_upper_tail(double t, double degrees_of_freedom) {
  CHECK(degrees_of_freedom > 0, degrees_of_freedom);
  return bm::cdf(bm::complement(StudentT(degrees_of_freedom), t));
}

double chi_squared_quantile(double p, double degrees_of_freedom) {
  CHECK(p > 0 && p < 1 && degrees_of_freedom > 0, p, degrees_of_freedom);
  return bm::quantile(ChiSquared(degrees_of_freedom), p);
}

double beta_quantile(double p, double a, double b) {
  CHECK(p > 0 && p < 1 && a > 0 && b > 0, p, a, b);
  return bm::quantile(Beta(a, b), p);
}

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  CHECK(n >= 0 && p >= 0 && p <= 1, n, p);
  if (k < 0) return 0;
  if (k >= n) return 1;
  return bm::cdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}

}  // namespace gauntlet::reports
