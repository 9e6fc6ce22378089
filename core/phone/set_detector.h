// From classified windows to sets: votes of the last few windows. A window that is mostly exercise
// is called exercise, so a set's begin and end are claimed at the middle of its first and last
// positive window.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "core/base/time.h"
#include "core/phone/phone_options.h"

namespace gauntlet {

class SetDetector {
 public:
  enum class Change { none, started, ended };

  explicit SetDetector(const SetOptions& options) : options_(options) {}

  // `label` is empty for no exercise (or not confident enough). Windows come in order.
  Change on_window(HostTime from, HostTime to, const std::string& label);
  // Ends a set whose windows stopped coming: nothing was heard since `silence_s` before `now`.
  Change on_time(HostTime now);
  // Ends a set in any case.
  Change close();

  bool active() const { return active_; }
  // Of the present or the last set. While it runs the exercise is what most of its windows say.
  const std::string& exercise() const { return exercise_; }
  // How many of its windows say so.
  int votes(const std::string& exercise) const {
    const auto it = votes_.find(exercise);
    return it == votes_.end() ? 0 : it->second;
  }
  HostTime claimed_begin() const { return begin_; }
  HostTime claimed_end() const { return end_; }
  // The signal up to here belongs to the set for certain.
  HostTime signal_begin() const { return signal_begin_; }
  HostTime signal_end() const { return signal_end_; }

 private:
  struct Window {
    HostTime from, to;
    std::string label;
  };
  Change start_if_agreed();
  Change end();
  void count(const Window& w);

  SetOptions options_;
  std::deque<Window> recent_;
  bool active_ = false;
  std::map<std::string, int> votes_;  // of the set's windows
  std::string exercise_;
  HostTime begin_, end_, signal_begin_, signal_end_, last_window_;
};

}  // namespace gauntlet
