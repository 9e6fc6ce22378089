// The plainest engine that can be right, for comparison: a std::priority_queue of (time, priority,
// order) with callables in a map, cancelled by erasing from it.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "sim/engine/event.h"

namespace gauntlet::sim::testing {

class Oracle {
 public:
  struct Id {
    std::uint64_t value = 0;
  };
  WorldTime now() const { return now_; }

  Id at(WorldTime t, std::function<void()> callback, Priority priority = kDefaultPriority) {
    const std::uint64_t id = ++last_;
    tasks_.emplace(id, Task{std::move(callback), priority, id});
    queue_.emplace(t, priority, id, id);
    return {id};
  }
  bool cancel(Id id) { return tasks_.erase(id.value) == 1; }
  bool reschedule(Id id, WorldTime t) {
    const auto it = tasks_.find(id.value);
    if (it == tasks_.end()) return false;
    it->second.order = ++last_;
    queue_.emplace(t, it->second.priority, it->second.order, id.value);
    return true;
  }
  bool pending(Id id) const { return tasks_.count(id.value) == 1; }
  bool empty() const { return tasks_.empty(); }
  std::uint64_t run(WorldTime until = WorldTime::max()) {
    std::uint64_t n = 0;
    while (!queue_.empty() && std::get<0>(queue_.top()) <= until) {
      const auto [t, priority, order, id] = queue_.top();
      queue_.pop();
      const auto it = tasks_.find(id);
      if (it == tasks_.end() || it->second.order != order) continue;
      now_ = t;
      const std::function<void()> callback = std::move(it->second.callback);
      tasks_.erase(it);
      callback();
      ++n;
    }
    if (until != WorldTime::max() && now_ < until) now_ = until;
    return n;
  }

  // A time-out is cancelled and scheduled anew.
  class Timer {
   public:
    Timer(Oracle& engine, std::function<void()> callback, Priority priority = kDefaultPriority)
        : engine_(engine), callback_(std::move(callback)), priority_(priority) {}
    void arm_at(WorldTime t) {
      engine_.cancel(id_);
      id_ = engine_.at(t, callback_, priority_);
    }
    bool cancel() { return engine_.cancel(id_); }
    bool armed() const { return engine_.pending(id_); }

   private:
    Oracle& engine_;
    std::function<void()> callback_;
    Priority priority_;
    Id id_;
  };

 private:
  struct Task {
    std::function<void()> callback;
    Priority priority;
    std::uint64_t order;
  };
  using Entry = std::tuple<WorldTime, Priority, std::uint64_t, std::uint64_t>;
  WorldTime now_{};
  std::uint64_t last_ = 0;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  std::unordered_map<std::uint64_t, Task> tasks_;
};

}  // namespace gauntlet::sim::testing
