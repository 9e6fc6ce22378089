// The tables of bench_signal that have a file of their own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/signal/clock_aligner.h"

namespace gauntlet {

inline constexpr std::pair<const char*, AlignerMethod> kAligners[] = {
    {"first-seen", AlignerMethod::first_seen},
    {"+ round-even", AlignerMethod::round_even},
    {"least squares", AlignerMethod::least_squares},
    {"lower hull", AlignerMethod::hull},
    {"gated Kalman", AlignerMethod::kalman}};

// The value at rank floor(p (n - 1)); 0 of nothing.
double quantile(std::vector<double> v, double p);

// What each aligner makes of the recordings that have arrival times (below GAUNTLET_DATA), against
// hindsight: nobody recorded the truth.
void print_captured_aligners(const std::string& data_folder);

// Ways to fill gaps: on sets of our own world, and on those of `sessions` ("": none).
void print_gaps(const std::string& sessions);

}  // namespace gauntlet
