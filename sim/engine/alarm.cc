#include "sim/engine/alarm.h"

#include <new>

namespace gauntlet::sim {
namespace {

// An alarm's node is told apart by its flag; this only marks it as taken.
std::int64_t no_action(Node::Action, Simulation&, Node&, std::uint32_t) { return Node::kOver; }

}  // namespace

Alarm::Alarm(Simulation& sim, Priority priority, Tag tag)
    : sim_(sim), key_(Event::pack(priority, 0, sim.slab_.allocate())), node_(sim.slab_[slot()]) {
  ::new (static_cast<void*>(node_.storage)) Node::Objects{this, nullptr, 0};
  node_.act = &no_action;
  sim_.set_tag(node_, slot(), tag);
  node_.alarm = 1;
  sim_.slab_.set_has_alarms();
}

Alarm::~Alarm() {
  cancel_wake();
  Slab::expire(node_);
  sim_.slab_.release(slot());
  if (entry_ns_ != kNoEntry) sim_.queue_.add_stale();
}

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
