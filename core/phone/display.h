// What the user sees: that a set began, each repetition, that it ended. Holds the recent signal so
// that repetitions made before the set was recognised are counted when it is.
//
// Only signal that lies within windows called exercise is counted, so the walk away from the bench
// is not; nothing waits longer than for its window.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/events/events.h"
#include "core/phone/repetition_counter.h"
#include "core/phone/set_detector.h"
#include "core/phone/uploader.h"
#include "core/signal/grid_resampler.h"

namespace gauntlet {

class Display {
 public:
  Display(const SetOptions& sets, const RepetitionCounterOptions& repetitions, Duration period);

  // Rows of the counted accelerometer, m/s2.
  void append(const GridRows& rows);
  void on_window(HostTime from, HostTime to, const std::string& label);
  // By hand: a mark begins or ends the set; the repetitions typed with its end are spread
  // evenly over it.
  void on_mark(const UserMark& mark);
  // A set whose windows stopped coming ends.
  void on_time(HostTime now);
  // Ends the set that runs, if one does.
  void close();

  // What is new since the last call, `at` not yet filled in.
  std::vector<Shown> take_shown();
  std::vector<UploadedSet> take_sets();

 private:
  static constexpr Duration kRemembered = std::chrono::seconds{60};
  struct Row {
    HostTime t;
    std::array<float, 3> value;
  };
  void react(SetDetector::Change change);
  void count_repetitions();

  Duration period_;
  SetDetector detector_;
  RepetitionCounter counter_;
  std::deque<Row> rows_;
  HostTime counted_to_;
  std::uint32_t count_ = 0;
  std::optional<UserMark> marked_;  // by hand: the set that runs
  std::vector<Shown> shown_;
  std::vector<UploadedSet> sets_;
};

}  // namespace gauntlet
