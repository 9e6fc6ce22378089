// The event loop of one simulated world: one thread, virtual time, a total order of events by
// (time, priority, order of scheduling).
//
//   Simulation sim;
//   sim.after(20ms, [&] { sample(); });                              // once
//   sim.every(sim.now(), 20ms, [&] { sample(); });                   // until cancelled
//   sim.recur(sim.now(), [&] { sample(); return sim.now() + next(); });  // returns its next time
//   Timer timeout(sim, [&] { drop(); });  timeout.arm_after(1s);     // sim/engine/timer.h
//
// Cost: constant amortised time for each of at, cancel, reschedule and running an event, and no
// allocation once the number pending has been reached before, for callables up to 48 bytes.
// Not thread-safe; simulations do not know of one another.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/options.h"
#include "core/base/time.h"
#include "sim/engine/calendar_queue.h"
#include "sim/engine/event.h"
#include "sim/engine/slab.h"
#include "sim/engine/trace.h"
#include "sim/engine/unique_function.h"

namespace gauntlet::sim {

class Alarm;

// Stale handles (of events that ran or were cancelled) are detected, never confused with new ones.
struct EventId {
  std::uint64_t value = 0;
};

// What recur()'s callable returns to end itself.
inline constexpr WorldTime kNever = WorldTime::max();

struct SimulationOptions {
  // A model that schedules itself at the present for ever would hang the run; more events than this
  // at one instant throw Livelock.
  std::int64_t events_per_instant_max = 100'000'000;
  // Order numbers handed out before what is pending is renumbered; smaller only in tests.
  std::int64_t sequence_max = Node::kEnding - 1;
  void describe(OptionVisitor& v);
};

struct Livelock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SimulationCounters {
  std::uint64_t scheduled = 0;  // order numbers given: at, re-arming, every recurrence
  std::uint64_t run = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t rescheduled = 0;
  std::uint64_t stale_handles = 0;  // cancel or reschedule of what had run or was cancelled
  std::uint64_t pending_max = 0;
  std::uint64_t entries = 0;   // in the queue now, cancelled ones included
  std::uint64_t rebuilds = 0;  // of the queue: new width or number of buckets
  std::uint64_t sweeps = 0;    // of cancelled entries
  std::uint64_t renumberings = 0;
};

class Simulation {
 public:
  using Callback = UniqueFunction;

  explicit Simulation(SimulationOptions options = {});
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  WorldTime now() const { return WorldTime{Duration{now_ns_}}; }

  // Runs `callback()` once at `t`, which must not be in the past.
  template <class F>
    requires std::is_invocable_v<std::decay_t<F>&>
  EventId at(WorldTime t, F&& callback, Priority priority = kDefaultPriority, Tag tag = 0) {
    return insert<Once<std::decay_t<F>>>(t, priority, tag, std::forward<F>(callback));
  }
  template <class F>
  EventId after(Duration d, F&& callback, Priority priority = kDefaultPriority, Tag tag = 0) {
    return at(now() + d, std::forward<F>(callback), priority, tag);
  }
  // Runs `callback()`, which returns when to run it next (kNever: no more). It stays where it is,
  // so a recurrence costs one entry in the queue and nothing else. Its order among events of the
  // same instant is that of having been scheduled when it returned.
  template <class F>
    requires std::is_invocable_r_v<WorldTime, std::decay_t<F>&>
  EventId recur(WorldTime first, F&& callback, Priority priority = kDefaultPriority, Tag tag = 0) {
    return insert<Recurring<std::decay_t<F>>>(first, priority, tag, std::forward<F>(callback));
  }
  template <class F>
  EventId every(WorldTime first, Duration period, F&& callback,
                Priority priority = kDefaultPriority, Tag tag = 0) {
    check_period(period);
    return recur(first, Periodic<std::decay_t<F>>{first, period, std::forward<F>(callback)},
                 priority, tag);
  }

  // False when the event has run or was cancelled before. A recurring event may cancel itself.
  bool cancel(EventId id);
  // Moves a pending event, as if it were cancelled and scheduled anew. False as for cancel(), and
  // for an event that is running.
  bool reschedule(EventId id, WorldTime t);
  bool pending(EventId id) const;

  // Runs until no event is left, until the first event later than `until` (now() is then `until`),
  // or until stop(). Returns the number of events run.
  std::uint64_t run(WorldTime until = WorldTime::max());
  // Runs the next event, if any.
  bool step();
  // When the next event is due.
  std::optional<WorldTime> peek();
  // Ends run() after the present event.
  void stop() { stopped_ = true; }
  bool empty() const { return live_ == 0; }
  std::uint64_t pending_count() const { return live_; }

  // The same name gives the same tag; tags count from 1 in the order of their first mention.
  Tag tag(std::string_view name);
  const std::string& tag_name(Tag tag) const;
  // Names exist for tags below this; tag 0 is "untagged".
  std::size_t tag_count() const { return tag_names_.size(); }

  // Null: no trace. The trace must outlive the runs it records.
  void trace_to(Trace* trace) { trace_ = trace; }
  SimulationCounters counters() const;

 private:
  friend class Alarm;

  template <class F>
  static constexpr bool kFits = sizeof(F) <= Node::kInline && alignof(F) <= 16;

  // A callable in a node: in place when it fits, else on the heap.
  template <class F>
  struct Stored {
    template <class... Args>
    static void emplace(Node& node, Args&&... args) {
      if constexpr (kFits<F>) {
        ::new (static_cast<void*>(node.storage)) F(std::forward<Args>(args)...);
      } else {
        ::new (static_cast<void*>(node.storage))(F*)(new F(std::forward<Args>(args)...));
      }
    }
    static F& get(Node& node) {
      if constexpr (kFits<F>) {
        return *std::launder(reinterpret_cast<F*>(node.storage));
      } else {
        return **std::launder(reinterpret_cast<F**>(node.storage));
      }
    }
    static void destroy(Node& node) {
      if constexpr (kFits<F>) {
        get(node).~F();
      } else {
        delete &get(node);
      }
    }
  };
  // Destroys the callable and frees its slot, also when it threw.
  template <class F>
  struct Done {
    Simulation& sim;
    Node& node;
    std::uint32_t slot;
    ~Done() {
      Stored<F>::destroy(node);
      sim.slab_.release(slot);
    }
  };

  template <class F>
  struct Once : Stored<F> {
    static std::int64_t act(Node::Action action, Simulation& sim, Node& node, std::uint32_t slot) {
      if (action == Node::Action::destroy) {
        Stored<F>::destroy(node);
        return Node::kOver;
      }
      Slab::expire(node);
      node.sequence = Node::kNone;
      --sim.live_;
      const Done<F> done{sim, node, slot};
      Stored<F>::get(node)();
      return Node::kOver;
    }
  };
  template <class F>
  struct Recurring : Stored<F> {
    static std::int64_t act(Node::Action action, Simulation& sim, Node& node, std::uint32_t slot) {
      if (action == Node::Action::destroy) {
        Stored<F>::destroy(node);
        return Node::kOver;
      }
      node.sequence = Node::kNone;
      WorldTime next = kNever;
      try {
        next = Stored<F>::get(node)();
      } catch (...) {
        end(sim, node, slot);
        throw;
      }
      if (next == kNever || node.sequence != Node::kNone) [[unlikely]] {
        end(sim, node, slot);
        return Node::kOver;
      }
      return next.time_since_epoch().count();
    }
    static void end(Simulation& sim, Node& node, std::uint32_t slot) {
      if (node.sequence != Node::kEnding) {
        Slab::expire(node);
        --sim.live_;
      }
      const Done<F> done{sim, node, slot};
    }
  };
  template <class F>
  struct Periodic {
    WorldTime next;
    Duration period;
    F callback;
    WorldTime operator()() {
      next += period;
      callback();
      return next;
    }
  };

  template <class Kind, class F>
  EventId insert(WorldTime t, Priority priority, Tag tag, F&& callback) {
    check_not_past(t);
    const auto [slot, node] = slab_.allocate();
    Kind::emplace(node, std::forward<F>(callback));
    node.act = &Kind::act;
    set_tag(node, slot, tag);
    count_pending();
    node.priority = priority;
    enqueue(node, Event::pack(priority, 0, slot), 0, t);
    return {(std::uint64_t{node.generation} << Event::kSlotBits) | slot};
  }
  // `key` says priority and slot; `from` is its sequence.
  void enqueue(Node& node, std::uint64_t key, std::uint32_t from, WorldTime t) {
    check_not_past(t);
    const std::uint32_t sequence = take_sequence();
    node.sequence = sequence;
    queue_.push({t.time_since_epoch().count(), Event::repack(key, from, sequence)});
  }
  std::uint32_t take_sequence() {
    if (next_sequence_ > sequence_max_) [[unlikely]]
      renumber();
    return static_cast<std::uint32_t>(next_sequence_++);
  }
  void count_pending() {
    if (++live_ > pending_max_) pending_max_ = live_;
  }
  void check_not_past(WorldTime t) const {
    if (t.time_since_epoch().count() < now_ns_) [[unlikely]]
      scheduled_in_the_past(t);
  }
  void set_tag(Node& node, std::uint32_t slot, Tag tag) {
    node.alarm = 0;
    node.tagged = tag != 0;
    if (tag != 0) [[unlikely]]
      store_tag(slot, tag);
  }
  [[noreturn]] void scheduled_in_the_past(WorldTime t) const;
  static void check_period(Duration period);
  void check_tag(Tag tag) const { CHECK(tag < tag_names_.size(), tag, tag_names_.size()); }
  void store_tag(std::uint32_t slot, Tag tag);
  Tag tag_of(std::uint32_t slot) const;
  Node* find(EventId id) const;
  void renumber();
  const Event* next_live();
  void follow_alarm(Node& node);
  // `ran`: events run before this one.
  void advance_to(std::int64_t time_ns, std::uint64_t key, std::uint64_t ran) {
    if (time_ns != now_ns_) [[likely]] {
      now_ns_ = time_ns;
      instant_began_ = ran;
    } else if (ran - instant_began_ >= at_instant_max_) [[unlikely]] {
      livelock({time_ns, key});
    }
  }
  [[noreturn]] void livelock(const Event& event);
  std::uint64_t run_at_most(std::uint64_t events_max, WorldTime until);

  Slab slab_;
  CalendarQueue queue_;
  std::int64_t now_ns_ = 0;
  std::uint64_t live_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t sequence_max_;
  std::uint64_t pending_max_ = 0;
  bool stopped_ = false;
  bool running_ = false;
  Trace* trace_ = nullptr;
  std::uint64_t instant_began_ = 0;  // events run before the first of this instant
  std::uint64_t at_instant_max_;
  SimulationCounters counters_;
  std::vector<Tag> tags_;
  std::vector<std::string> tag_names_;
};

}  // namespace gauntlet::sim
