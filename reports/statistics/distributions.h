// Quantiles and tail areas of the distributions that intervals are made of; a thin face of
// Boost.Math, which stays in the .cc. Computed in double throughout, so that the last digit does
// not depend on how long double is implemented.
//
// Errors: arguments out of range are our bug (CHECK).
#pragma once

#include <cstdint>

namespace gauntlet::reports {

double normal_quantile(double p);
double normal_cdf(double x);
double student_t_quantile(double p, double degrees_of_freedom);
// P[T > t].
double student_t_upper_tail(double t, double degrees_of_freedom);
double chi_squared_quantile(double p, double degrees_of_freedom);
double beta_quantile(double p, double a, double b);
// P[Binomial(n, p) <= k]; 0 for k < 0.
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

}  // namespace gauntlet::reports
