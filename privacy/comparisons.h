// How well scores tell whose session it is: verification (M4), linkability (M2), singling out (M3).
// The unit is the person: intervals come from people, never from sessions.
//
// A comparison is of one session (the probe) with one person's enrolled record; higher scores mean
// more alike. Ties are lost: a genuine score that an impostor equals does not link.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/statistics/intervals.h"
#include "sim/engine/random.h"

namespace gauntlet::privacy {

struct Probe {
  std::size_t person = 0;      // whose session it is
  std::vector<double> scores;  // against every record, by person; one of them is genuine
};

// `people` records; every probe has a score against each of them.
struct Comparisons {
  std::size_t people = 0;
  std::vector<Probe> probes;
};

struct Estimate {
  double value = 0;
  std::optional<reports::Interval> interval;
};
// 1 - e: errors as the attack's success.
Estimate complement(const Estimate& e);

struct Verification {
  Estimate equal_error_rate, area_under_curve, miss_rate;  // miss rate at `false_match_rate`
  double false_match_rate = 1e-3;
};
// Interval: bootstrap over people on both sides (probes and records), percentile.
Verification verification(const Comparisons& comparisons, const sim::RandomStream& stream,
                          double false_match_rate = 1e-3, int replicates = 1000);

// P[genuine score > the largest of candidates - 1 impostor scores], over all choices of impostors;
// interval: Student's t over people. candidates: 2 … people.
Estimate linkability(const Comparisons& comparisons, std::size_t candidates);

// P[exactly one record scores above the threshold]; the threshold must come from other people.
Estimate singled_out(const Comparisons& comparisons, double threshold);
// The threshold that singles out most often.
double best_threshold(const Comparisons& calibration);

// d' of the scores: difference of the means over the pooled standard deviation.
double d_prime(const Comparisons& comparisons);

}  // namespace gauntlet::privacy
