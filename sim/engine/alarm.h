// The raw fast path: an object that is woken at a time of its own choosing.
//
//   class Radio : public Alarm { void wake() override { ...; wake_after(kConnectionInterval); } };
//
// An alarm keeps one entry in the queue. Moving it later only changes (deadline, order) in the
// object itself, and the entry follows when it comes up: re-arming a time-out costs a few
// instructions. Moving it earlier leaves a stale entry behind.
//
// Order among events of the same instant is that of the last wake_at(). An alarm must be destroyed
// before its simulation; it may destroy itself in wake().
#pragma once

#include <cstdint>
#include <limits>
#include <new>

#include "sim/engine/simulation.h"

namespace gauntlet::sim {

class Alarm {
 public:
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  virtual ~Alarm() {
    if (sequence_ != 0) cancel_wake();
    Slab::expire(node_);
    sim_.slab_.release(node_, slot());
    if (entry_ns_ != kNoEntry) sim_.queue_.add_stale();
  }

  // Replaces a wake-up that is pending. `t` must be neither in the past nor kNever.
  void wake_at(WorldTime t) {
    sim_.check_not_past(t);
    const std::uint32_t sequence = sim_.take_sequence();
    if (sequence_ == 0) sim_.count_pending();
    sequence_ = sequence;
    deadline_ns_ = t.time_since_epoch().count();
    if (deadline_ns_ < entry_ns_) enter();
  }
  void wake_after(Duration d) { wake_at(sim_.now() + d); }
  // False when no wake-up was pending.
  bool cancel_wake();
  bool pending() const { return sequence_ != 0; }
  // Meaningful while pending().
  WorldTime wake_time() const { return WorldTime{Duration{deadline_ns_}}; }
  Simulation& simulation() const { return sim_; }

 protected:
  explicit Alarm(Simulation& sim, Priority priority = kDefaultPriority, Tag tag = 0)
      : Alarm(sim, priority, tag, sim.slab_.allocate()) {}
  virtual void wake() = 0;
  // What wake() will touch besides the object's first two cache lines, to be fetched ahead with it;
  // only a hint.
  void works_on(const void* memory, std::uint32_t lines) {
    Node::Objects& objects = node_.objects();
    objects.memory = static_cast<const std::byte*>(memory);
    objects.lines = lines;
  }

 private:
  friend class Simulation;
  static constexpr std::int64_t kNoEntry = std::numeric_limits<std::int64_t>::max();

  Alarm(Simulation& sim, Priority priority, Tag tag, Slab::Allocated place)
      : sim_(sim), key_(Event::pack(priority, 0, place.slot)), node_(place.node) {
    sim.check_tag(tag);
    ::new (static_cast<void*>(node_.storage)) Node::Objects{this, nullptr, 0, tag};
    node_.act = &no_action;
    node_.tagged = tag != 0;
    node_.alarm = 1;
    sim.slab_.set_has_alarms();
  }
  // An alarm's node is told apart by its flag; this only marks it as taken.
  static std::int64_t no_action(Node::Action, Simulation&, Node&, std::uint32_t) {
    return Node::kOver;
  }
  void enter() {
    if (entry_ns_ != kNoEntry) [[unlikely]]
      leave_stale();
    node_.sequence = sequence_;
    entry_ns_ = deadline_ns_;
    sim_.queue_.push({deadline_ns_, Event::repack(key_, 0, sequence_)});
  }
  void leave_stale();
  std::uint32_t slot() const { return Event{0, key_}.slot(); }

  Simulation& sim_;
  const std::uint64_t key_;  // priority and slot, sequence 0
  Node& node_;
  std::int64_t deadline_ns_ = 0;
  std::int64_t entry_ns_ = kNoEntry;  // time of the entry in the queue; never after the deadline
  std::uint32_t sequence_ = 0;        // order of the pending wake-up; 0: none
};

}  // namespace gauntlet::sim
