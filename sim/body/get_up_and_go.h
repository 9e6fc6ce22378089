// Getting up from a chair, walking a few metres, turning, walking back, turning and sitting down:
// the course on which gait is commonly tested (timed up and go: Podsiadlo and Richardson, JAGS 39,
// 1991), and which public recordings of phones and watches follow.
//
// Activities of the script: "sitting", "standing_up", "walking", "turning", "sitting_down". Leaves
// out: pushing off with the hands, the chair's contact.
#pragma once

#include <cstdint>

#include "core/base/options.h"
#include "sim/body/script.h"

namespace gauntlet::sim {

struct GetUpAndGoOptions {
  std::int64_t rounds = 1;
  double seated_s = 1.4;           // between two rounds, median
  double rise_s = 1.2;             // standing up, median
  double walk_s = 2.4;             // each way, median
  double turn_s = 1.1;             // half a turn, median
  double sink_s = 1.4;             // sitting down, median
  double arm_swing = 0.55;         // of an unhurried walk's: there is no room to get going
  double step_size = 0.7;          // likewise
  double cadence = 0.88;           // of an unhurried walk's steps a second, likewise
  double pace_variation = 0.15;    // sd of the logarithm of each of these but seated_s
  double seated_variation = 0.62;  // of seated_s
  void describe(OptionVisitor& v);
};

// `stream` is the session's, as for make_script().
Script make_get_up_and_go(const GetUpAndGoOptions& options, const PersonOptions& person,
                          const RandomStream& stream, WorldTime begin = WorldTime{});

}  // namespace gauntlet::sim
