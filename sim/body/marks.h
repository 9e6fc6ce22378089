// What the user taps on the phone: the start and the end of each set, with the mistakes people
// make.
#pragma once

#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/events/events.h"
#include "sim/body/script.h"

namespace gauntlet::sim {

// Per tap; what is left of 1 is a right tap, `delay_s` or so after the event. The essay tells of
// forgotten and of early taps but gives no rates: these are proposals.
struct LabelErrorOptions {
  double forgotten = 0.08;
  double early = 0.1;
  double late = 0.1;
  double early_s = 6;    // mean of how much too early
  double late_s = 8;     // mean of how much too late
  double delay_s = 0.8;  // mean of a right tap's delay
  double wrong_exercise = 0.03;
  void describe(OptionVisitor& v);
};

struct TimedMark {
  WorldTime at;
  UserMark::Kind kind = UserMark::Kind::set_start;
  std::string exercise;
};

// In order of time; begins with session_start and ends with session_end. `stream`:
// "person/0/marks".
std::vector<TimedMark> user_marks(const Script& script, const LabelErrorOptions& options,
                                  const RandomStream& stream);

}  // namespace gauntlet::sim
