// What context is worth: whole sets named from the held-out windows of real people, first by the
// signal alone, then with what a gym knows besides. The signal and its labels are recorded; habits
// and beacons are simulated over them, since no recording has them:
//
//   habits   the person has come `past_sessions` times before with the same plan, each time with
//            every set skipped or exchanged for any other exercise with the chances below, and the
//            app was told afterwards what it had been; so it is told after every set of today
//   place    the exercises are spread over `stations` in a row, one beacon each; a beacon's RSSI
//            falls with 20 dB a decade and is normal about that (`shadowing_db`)
//   set-up   the set's first second, by a classifier of its own that was trained on other people's
//
// A set is a run of successive windows of one recording and label. Top-1 is the share of sets whose
// name is likeliest. Leaves out: finding the set, forgotten corrections, the beacons' floor plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/learn/cross_validation.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::scenarios {

struct ContextOptions {
  bool judged = false;
  std::int64_t past_sessions = 4;
  double skip = 0.1;
  double exchange = 0.1;
  std::int64_t stations = 4;
  double spacing_m = 4;
  double shadowing_db = 6;
  double setup_weight = 0.3;
  std::int64_t seed = 1;
  void describe(OptionVisitor& v);
};

struct ContextRow {
  std::string evidence;  // "signal", "signal + habits", …
  std::size_t sets = 0;
  double top1 = 0;
  std::optional<reports::Interval> interval;  // bootstrap over people or sessions
};

// Without sets of two exercises or more: no row. Only for folds that keep groups whole.
std::vector<ContextRow> judge_sets(const learn::Dataset& data, const learn::Folds& folds,
                                   const learn::HeldOut& held_out, const ContextOptions& options);

}  // namespace gauntlet::scenarios
