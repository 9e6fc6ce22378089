#include "sim/engine/alarm.h"

#include <new>

namespace gauntlet::sim {
namespace {

// An alarm's node is told apart by its flag; this only marks it as taken.
std::int64_t no_action(Node::Action, Simulation&, Node&, std::uint32_t) { return Node::kOver; }

}  // namespace

Alarm::Alarm(Simulation& sim, Priority priority, Tag tag)
    : sim_(sim), slot_(sim.slab_.allocate()), priority_(priority) {
  Node& node = sim_.slab_[slot_];
  ::new (static_cast<void*>(node.storage))(Alarm*)(this);
  works_on(this);
  node.act = &no_action;
  sim_.set_tag(node, slot_, tag);
  node.alarm = 1;
}

Alarm::~Alarm() {
  cancel_wake();
  Node& node = sim_.slab_[slot_];
  Slab::expire(node);
  sim_.slab_.release(slot_);
  if (entry_ns_ != kNoEntry) sim_.queue_.add_stale();
}

void Alarm::works_on(const void* memory) {
  Node& node = sim_.slab_[slot_];
  ::new (static_cast<void*>(node.storage + sizeof(Alarm*)))(const void*)(memory);
}

bool Alarm::cancel_wake() {
  if (sequence_ == 0) return false;
  sequence_ = 0;
  --sim_.live_;
  ++sim_.counters_.cancelled;
  return true;
}

void Alarm::leave_stale(Node& node) {
  node.sequence = 0;
  sim_.queue_.add_stale();
}

}  // namespace gauntlet::sim
