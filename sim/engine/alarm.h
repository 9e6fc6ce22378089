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

#include "sim/engine/simulation.h"

namespace gauntlet::sim {

class Alarm {
 public:
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  virtual ~Alarm();

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
  explicit Alarm(Simulation& sim, Priority priority = kDefaultPriority, Tag tag = 0);
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

  void enter() {
    if (entry_ns_ != kNoEntry) [[unlikely]]
      leave_stale();
    node_.sequence = sequence_;
    entry_ns_ = deadline_ns_;
    sim_.queue_.push({deadline_ns_, Event::repack(key_, sequence_)});
  }
  void leave_stale();
  std::uint32_t slot() const { return Event{0, key_}.slot(); }

  Simulation& sim_;
  const std::uint64_t key_;  // priority and slot
  Node& node_;
  std::int64_t deadline_ns_ = 0;
  std::int64_t entry_ns_ = kNoEntry;  // time of the entry in the queue; never after the deadline
  std::uint32_t sequence_ = 0;        // order of the pending wake-up; 0: none
};

}  // namespace gauntlet::sim
