// How much better an attack does than the same attack on people who are not in the data:
//   R = (p_attack - p_control) / (1 - p_control) = 1 - ratio of the two failure rates
// with the interval of that ratio (Koopman 1984), for which attack and control may differ in size.
#pragma once

#include <cstdint>

#include "reports/statistics/intervals.h"

namespace gauntlet::privacy {

struct Share {
  std::uint64_t k = 0;
  std::uint64_t n = 0;
};

// Koopman's asymptotic score interval for p1 / p2, Biometrics 40 (1984); hi is infinite for k2 = 0.
reports::Interval ratio_interval(Share one, Share two, double level = 0.95);

struct ResidualRisk {
  double risk = 0;
  reports::Interval interval;
};
// Neither may be empty.
ResidualRisk residual_risk(Share attack, Share control, double level = 0.95);

}  // namespace gauntlet::privacy
