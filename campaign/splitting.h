// Importance splitting: how probable is a success too rare to be met by chance?
//
// The last-particle algorithm (Guyader, Hengartner and Matzner-Lober 2011): of N particles the one
// with the lowest score is thrown away and replaced by a copy of another, moved by a chain that
// stays above that score; J replacements until all succeed estimate p = (1 - 1/N)^J. With an ideal
// move J is Poisson distributed with mean -N ln p, which gives the interval; replicates are
// independent and their J add up.
//
// Inputs are independent standard normals (map them as you like); the move is preconditioned
// Crank-Nicolson, x' = sqrt(1 - s^2) x + s w, whose s is kept where about a third is accepted.
// Leaves out: the bias of a chain too short to forget where it came from; more moves mean less.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/options.h"
#include "reports/statistics/intervals.h"
#include "sim/engine/random.h"

namespace gauntlet::campaign {

struct SplittingOptions {
  std::int64_t particles = 50;
  std::int64_t moves = 20;  // of the chain behind each replacement
  std::int64_t replicates = 4;
  double smallest = 1e-9;  // gives up below: "not found", with that bound
  void describe(OptionVisitor& v);
};

struct SplittingEstimate {
  double probability = 0;      // 0: not found
  reports::Interval interval;  // 95 %; when not found from 0 to the bound reached
  std::uint64_t evaluations = 0;
  bool found = false;
  std::vector<double> example;  // inputs of a success
};

// P[score(x) > 0]. Replicates ask for scores on several threads at once; the same stream gives the
// same answer, whatever the threads.
SplittingEstimate estimate_rare(std::size_t dimensions,
                                const std::function<double(const std::vector<double>&)>& score,
                                const SplittingOptions& options, const sim::RandomStream& stream,
                                double level = 0.95);

}  // namespace gauntlet::campaign
