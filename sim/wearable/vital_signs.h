// How heart and lungs follow effort: first order, faster up than down, stepped once a second from
// the effort at the second's beginning, linear in between. Rates in 1/min.
//
// On-kinetics of heart rate: tau about 30 s for moderate effort; recovery slower, about 60 s (order
// of published step responses). Greatest heart rate: 208 - 0.7 age (Tanaka, Monahan, Seals 2001).
// Leaves out: drift over a long session, anticipation, posture.
#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "sim/body/motion.h"

namespace gauntlet::sim {

class LaggedRate {
 public:
  struct Parameters {
    double rest_per_min, most_per_min;  // at effort 0 and 1
    double on_s, off_s;                 // time constants
  };
  LaggedRate(const Parameters& parameters, const Motion& motion, WorldTime begin);
  // `t` non-decreasing, from `begin` on.
  double at(WorldTime t);

 private:
  void step();

  Parameters p_;
  const Motion& motion_;
  WorldTime second_;
  double keep_on_, keep_off_;
  double from_, to_;  // at the second's ends
};

double greatest_heart_rate_per_min(const PersonOptions* person);

}  // namespace gauntlet::sim
