// The simplex method of Nelder and Mead (Computer Journal 7, 1965) with the coefficients that adapt
// to the dimension (Gao and Han, Computational Optimization and Applications 51, 2012): a minimum
// of a function without derivatives. Deterministic. Not a number counts as infinitely bad.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace gauntlet::calibration {

struct Minimum {
  std::vector<double> at;
  double value = 0;
  std::size_t evaluations = 0;
};

// `step`: how far the first simplex reaches along each coordinate. Ends after `evaluations`, or
// when the simplex's values differ by less than `tolerance`.
Minimum nelder_mead(const std::function<double(const std::vector<double>&)>& f,
                    const std::vector<double>& start, const std::vector<double>& step,
                    std::size_t evaluations, double tolerance);

}  // namespace gauntlet::calibration
