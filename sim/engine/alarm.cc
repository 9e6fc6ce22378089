#include "sim/engine/alarm.h"

namespace gauntlet::sim {

bool Alarm::cancel_wake() {
  if (sequence_ == 0) return false;
  sequence_ = 0;
  --sim_.live_;
  ++sim_.counters_.cancelled;
  return true;
}

void Alarm::leave_stale() {
  node_.sequence = Node::kNone;
  sim_.queue_.add_stale();
}

}  // namespace gauntlet::sim
