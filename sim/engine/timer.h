// A time-out: an alarm with a callable. Arming it again before it fires is what it is for and costs
// a few nanoseconds (see Alarm).
#pragma once

#include <utility>

#include "sim/engine/alarm.h"

namespace gauntlet::sim {

class Timer final : public Alarm {
 public:
  Timer(Simulation& sim, UniqueFunction callback, Priority priority = kDefaultPriority, Tag tag = 0)
      : Alarm(sim, priority, tag), callback_(std::move(callback)) {}

  void arm_at(WorldTime t) { wake_at(t); }
  void arm_after(Duration d) { wake_after(d); }
  bool cancel() { return cancel_wake(); }
  bool armed() const { return pending(); }
  WorldTime deadline() const { return wake_time(); }

 private:
  // The callable must not destroy the timer; an object that does derives from Alarm.
  void wake() override { callback_(); }
  UniqueFunction callback_;
};

}  // namespace gauntlet::sim
