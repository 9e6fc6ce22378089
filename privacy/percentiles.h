// The percentile interval of a bootstrap over people, widened by what it lacks at few of them
// (expanded percentile: Hesterberg, The American Statistician 69 (2015), 4.5.2). 95 %.
#pragma once

#include <cmath>
#include <vector>

#include "reports/statistics/distributions.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::privacy {

class WidenedPercentiles {
 public:
  // At least two people.
  explicit WidenedPercentiles(std::size_t people) {
    const double n = static_cast<double>(people);
    low_ = reports::normal_cdf(-std::sqrt(n / (n - 1)) * reports::student_t_quantile(0.975, n - 1));
  }
  // Rearranges the values; there must be some.
  reports::Interval of(std::vector<double>& values) const {
    return {reports::quantile_in_place(values, low_), reports::quantile_in_place(values, 1 - low_)};
  }

 private:
  double low_ = 0.025;
};

}  // namespace gauntlet::privacy
