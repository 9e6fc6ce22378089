// How much better an adversary guesses a secret from what it sees, estimated from examples
// (metric M1): L = log2(V_post / V_prior), V_post the share of right guesses on people that neither
// trained nor chose the guesser.
//
// Guessers (F-BLEAU, Cherubin, Chatzikokolakis and Palamidessi, S&P 2019): frequentist (what was
// seen exactly so before), nearest neighbour, k nearest neighbours. The best of them on `choose` is
// measured on `test`. Distances are Euclidean: scale features before. Ties: the earlier example.
//
// Intervals. Where people share secrets: people are drawn again with all that is theirs, and the
// interval is that of percentiles.h. Where every person is a secret of his own, drawing people
// again would draw secrets twice and change the prior with them: there the secrets and their prior
// stay, and the share of right guesses has its person-level interval (comparisons.h:
// share_over_people). Its logarithm cannot be below half a right guess, nor above certainty.
//
// A plug-in estimate from one set of examples finds leakage where there is none; it is here to show
// that, and as the upper bound that a careless report would print.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/statistics/intervals.h"
#include "sim/engine/random.h"

namespace gauntlet::privacy {

struct Example {
  std::size_t person = 0;
  std::size_t secret = 0;
  std::vector<double> seen;
  std::size_t cluster = 0;  // known to the adversary anyway; the null permutes within it
};

struct LeakageOptions {
  std::size_t neighbours = 5;
  int replicates = 500;    // of the bootstrap over test people
  int permutations = 200;  // of the secrets of test people, within their cluster
};

struct LeakageEstimate {
  std::string guesser;  // "frequentist", "nearest", "k-nearest"
  double prior_vulnerability = 0;
  double posterior_vulnerability = 0;
  double bits = 0;                            // may be below 0 by chance
  std::optional<reports::Interval> interval;  // 95 %
  // Over the secrets that occur in test; and of who guesses by the prior alone.
  double macro_f1 = 0, prior_macro_f1 = 0;
  std::optional<reports::Interval> macro_f1_interval;
  double p_value = 1;  // share of permutations that guess as well
};

// The three sets share no person, or, where the secret is the person, no session; keeping them
// apart is the caller's part. None may be empty.
LeakageEstimate estimate_leakage(const std::vector<Example>& train,
                                 const std::vector<Example>& choose,
                                 const std::vector<Example>& test, const LeakageOptions& options,
                                 const sim::RandomStream& stream);

double plug_in_leakage_bits(const std::vector<Example>& examples);

}  // namespace gauntlet::privacy
