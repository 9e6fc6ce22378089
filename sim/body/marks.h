// What the user taps on the phone: the start and the end of each set and how many repetitions it
// had, with the mistakes of somebody who trains.
//
// A set's two taps are wrong independently; a set whose both taps are forgotten leaves no label. A
// wrong name is that of another exercise of the same muscles (a slip of the finger in a list that
// is sorted by muscles); a wrong count is off by one or more.
// Leaves out: spelling, taps by somebody else, sets invented that were none.
#pragma once

#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/events/events.h"
#include "sim/body/script.h"

namespace gauntlet::sim {

// Probabilities are per tap or per set; a tap that is neither forgotten nor early nor late comes
// `delay_s` or so after the event. The essay tells of all of these but gives no rates: proposals.
struct LabelErrorOptions {
  double forgotten = 0.08;    // per tap
  double early_start = 0.06;  // per start
  double late_start = 0.12;   // per start
  double early_end = 0.08;    // per end
  double late_end = 0.1;      // per end
  double early_s = 6;         // mean of how much too early
  double late_s = 8;          // mean of how much too late
  double delay_s = 0.8;       // mean of a right tap's delay
  double wrong_exercise = 0.03;
  double wrong_count = 0.1;
  double count_off = 1.5;  // mean of by how many, at least 1
  void describe(OptionVisitor& v);
};

struct TimedMark {
  WorldTime at;
  UserMark::Kind kind = UserMark::Kind::set_start;
  std::string exercise;
  std::int64_t repetitions = 0;  // typed with the end of a set; 0: nothing typed
};

// In order of time; begins with session_start and ends with session_end. `stream`:
// "person/0/session/0/marks".
std::vector<TimedMark> user_marks(const Script& script, const LabelErrorOptions& options,
                                  const RandomStream& stream);

}  // namespace gauntlet::sim
