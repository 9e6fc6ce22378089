// The two-sample Kolmogorov-Smirnov test: do two samples come from the same distribution?
//
// Exact under the null hypothesis, conditional on the ties of the pooled sample (Schröer and
// Trenkler, Computational Statistics & Data Analysis 20, 1995: lattice paths that stay within the
// distance, counted where the pooled values step), up to kExactCells = n * m; beyond it Smirnov's
// limit with Stephens's correction for finite samples (JRSS B 32, 1970), which is conservative
// when there are ties.
// Assumes independent observations. Errors: an empty sample or not-a-number is our bug (CHECK).
#pragma once

#include <cstdint>
#include <vector>

namespace gauntlet::reports {

inline constexpr std::uint64_t kExactCells = 4'000'000;

struct KsTest {
  double statistic = 0;  // largest distance of the two empirical distribution functions
  double p = 1;          // of a distance at least as large under the null hypothesis
};

KsTest ks_two_sample(std::vector<double> a, std::vector<double> b);

}  // namespace gauntlet::reports
