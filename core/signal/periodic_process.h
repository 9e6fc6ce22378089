// The kernel of the periodic process (gap_fill.h) that a stretch of signal makes likeliest: period,
// roughness, memory and noise by marginal likelihood (Rasmussen, Williams, Gaussian Processes for
// Machine Learning, 2006, 5.4.1), each over a small grid in turn, twice; the variance in closed
// form. Regular samples have a covariance of lags only, so a likelihood takes n^2 operations, not
// n^3 (Durbin's recursion: Kay, Modern Spectral Estimation, 1988, 6.4).
#pragma once

#include <span>

#include "core/signal/gap_fill.h"

namespace gauntlet {

// Of x, a sample apart each, mean 0, under `kernel` and its noise, without the constant
// -n/2 ln(2 pi); x is not empty.
double log_likelihood(const PeriodicKernel& kernel, std::span<const double> x);

// `period`, in samples: where to begin. x as above; at least kFewestToFit.
inline constexpr std::size_t kFewestToFit = 50;
PeriodicKernel fit_kernel(std::span<const double> x, double period);

}  // namespace gauntlet
