// Differences between two variants that ran on the same seeds: the same people, radio and attacks,
// so that what is left is the variants' own difference.
//
// Two intervals for the mean difference: Student's t, and the expanded percentile bootstrap
// (Hesterberg, The American Statistician 69 (2015), 4.5.2: the percentile interval, widened by what
// it lacks at small n). The bootstrap's resamples come from a counter and a fixed mixing function
// (SplitMix64), so the same differences give the same interval, always and everywhere.
//
// Errors: sizes that differ or are 0 are our bug (CHECK). With one pair there is no interval; with
// differences that are all equal both intervals are that one point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

struct PairedDifference {
  MeanEstimate difference;  // of second - first, with the t interval
  // P of a mean difference at least this far from 0, either way, if there were none. 1 when all
  // differences are 0; none with one pair.
  std::optional<double> p_value;
};
PairedDifference paired_difference(std::span<const double> first, std::span<const double> second,
                                   double level = 0.95);

std::optional<Interval> bootstrap_mean_interval(std::span<const double> values, double level = 0.95,
                                                std::uint32_t resamples = 4000,
                                                std::uint64_t seed = 1);

// The same for a figure that is not a mean, such as macro-F1 of pooled windows: `figure` is given n
// indices below n, drawn with replacement (whole people or sessions). None for n < 2.
std::optional<Interval> bootstrap_interval(
    std::size_t n, const std::function<double(std::span<const std::size_t>)>& figure,
    double level = 0.95, std::uint32_t resamples = 4000, std::uint64_t seed = 1);

}  // namespace gauntlet::reports
