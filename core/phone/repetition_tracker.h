// Follows a limb through the repetitions of an exercise whose profile is known, and knows at every
// instant how many are done: the first one too, and at the instant at which the profile says that
// it is done rather than at whichever turning point the signal shows best.
//
// How: a circular hidden Markov model, a state each 40 ms of the profile's repetition, observed
// through its mean and spread of the force and of its rate of change; each row stays, goes on by
// one, two or three states, so that a repetition may take from a third of the profile's time to any
// longer one; before the first and between them there is a state of no movement. Of the paths into
// a state the most likely is kept (Viterbi), with the number of times that it went round. A
// repetition is done when the best path that has at most `lead_s` of it left, which makes up for
// the way to the screen, is more likely by `margin` than the best that has not: what was shown
// cannot be taken back.
//
// Leaves out: other sensors; the share of a repetition that the user would not count.
//
// Measured: docs/repetitions.md. Units and frame as in repetition_profile.h. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "core/base/options.h"
#include "core/phone/repetition_counter.h"
#include "core/phone/repetition_profile.h"

namespace gauntlet {

struct RepetitionTrackerOptions {
  bool enabled = true;
  double sharpness = 0.2;
  double stay = 0.3;
  double skip = 0.25;
  double leap = 0.05;
  double idle_margin = 15;
  double lead_s = 0.2;
  double margin = 1;
  double max_misfit = 4;
  double vote = 0.3;
  void describe(OptionVisitor& v);
};

class RepetitionTracker {
 public:
  RepetitionTracker(const RepetitionProfile& profile, const RepetitionTrackerOptions& options,
                    double rate_hz);
  void push(const std::array<float, 3>& specific_force_mps2);
  std::size_t completed() const { return completed_; }
  // Mean square of the distance to the most likely path, in spreads, over about a repetition: 1
  // where the profile is right.
  double misfit() const { return misfit_; }
  // Log-likelihood of all rows so far along the most likely path, times sharpness: of two profiles
  // that followed the same rows the likelier one has more.
  double evidence() const { return evidence_; }

 private:
  struct Path {
    double score;
    std::size_t rounds;
  };
  void step(const MotionRow& row);
  double distance(std::size_t state, const MotionRow& row) const;

  RepetitionTrackerOptions options_;
  std::size_t decimation_;
  MotionRows motion_;
  std::size_t phase_ = 0;
  std::vector<MotionRow> mean_, spread_;  // a state each
  std::vector<double> log_spread_;        // sum over the columns
  std::size_t nearly_ = 0;                // from this state on a repetition is as good as done
  double idle_cost_ = 0;
  std::array<double, 4> log_step_{};  // by so many states
  Path idle_{0, 0};
  std::vector<Path> paths_, next_;
  std::size_t completed_ = 0;
  double misfit_ = 1;
  double evidence_ = 0;
};

}  // namespace gauntlet
