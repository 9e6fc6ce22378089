// What the user sees: that a set began, each repetition, that it ended. Holds the recent signal so
// that repetitions made before the set was recognised are counted when it is.
//
// Several count at once: one knows only what is periodic, the others follow a profile each, all of
// them from the set's begin. Believed is the profile that the signal and the classifier's windows
// together make the likeliest, if it fits and the set's exercise has one. What was shown is never
// taken back, so the screen shows the most that whoever was believed has counted so far: what was
// shown too many is withheld later. For each row of 40 ms a profile costs some 60 states of four
// steps and six columns, and no more.
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
#include "core/phone/phone_options.h"
#include "core/phone/repetition_counter.h"
#include "core/phone/repetition_tracker.h"
#include "core/phone/set_detector.h"
#include "core/phone/uploader.h"
#include "core/signal/grid_resampler.h"

namespace gauntlet {

class Display {
 public:
  // `options` must outlive it.
  Display(const PhoneOptions& options, Duration period);

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
  const RepetitionTracker* believed() const;
  void show_repetition(HostTime claimed);

  Duration period_;
  SetDetector detector_;
  const PhoneOptions& options_;
  RepetitionCounter counter_;
  std::vector<HostTime> found_;              // by it in this set
  std::vector<RepetitionTracker> trackers_;  // of the set that runs, one a profile
  std::deque<Row> rows_;
  HostTime counted_to_, tracked_to_;
  std::uint32_t count_ = 0;
  std::optional<UserMark> marked_;  // by hand: the set that runs
  std::vector<Shown> shown_;
  std::vector<UploadedSet> sets_;
};

}  // namespace gauntlet
