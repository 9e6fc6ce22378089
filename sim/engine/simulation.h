// The event loop of one simulated world: one thread, virtual time, a total order of events by
// (time, priority, order of scheduling).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>

#include "core/base/check.h"
#include "core/base/time.h"

namespace gauntlet::sim {

// Lower runs first among events of the same instant.
using Priority = std::uint8_t;
inline constexpr Priority kDefaultPriority = 128;

// Stale handles (of events that ran or were cancelled) are detected, never confused with new ones.
struct EventId {
  std::uint64_t value = 0;
};

class Simulation {
 public:
  using Callback = std::function<void()>;

  WorldTime now() const { return now_; }
  // `t` must not be in the past.
  EventId at(WorldTime t, Callback callback, Priority priority = kDefaultPriority) {
    CHECK(t >= now_, t.time_since_epoch().count(), now_.time_since_epoch().count());
    const std::uint64_t id = ++next_;
    queue_.emplace(Key{t, priority, id}, std::move(callback));
    index_.emplace(id, Key{t, priority, id});
    return {id};
  }
  EventId after(Duration d, Callback callback, Priority priority = kDefaultPriority) {
    return at(now_ + d, std::move(callback), priority);
  }
  // False when the event has run or was cancelled before.
  bool cancel(EventId id) {
    const auto it = index_.find(id.value);
    if (it == index_.end()) return false;
    queue_.erase(it->second);
    index_.erase(it);
    return true;
  }
  // Runs until no event is left, or until the first event later than `until` (now() is then
  // `until`). Returns the number of events run.
  std::uint64_t run(WorldTime until = WorldTime::max()) {
    std::uint64_t n = 0;
    while (!queue_.empty() && std::get<0>(queue_.begin()->first) <= until) {
      auto node = queue_.extract(queue_.begin());
      now_ = std::get<0>(node.key());
      index_.erase(std::get<2>(node.key()));
      node.mapped()();
      ++n;
    }
    if (until != WorldTime::max() && now_ < until) now_ = until;
    return n;
  }
  bool empty() const { return queue_.empty(); }

 private:
  using Key = std::tuple<WorldTime, Priority, std::uint64_t>;
  WorldTime now_{};
  std::uint64_t next_ = 0;
  std::map<Key, Callback> queue_;
  std::map<std::uint64_t, Key> index_;
};

}  // namespace gauntlet::sim
