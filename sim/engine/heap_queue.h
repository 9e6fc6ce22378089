// A 4-ary heap of events: half the depth of a binary one, the four children in one cache line. The
// calendar queue keeps its late inserts here; the tests and benchmarks use it as an oracle.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sim/engine/event.h"

namespace gauntlet::sim {

class HeapQueue {
 public:
  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }
  const Event& top() const { return events_.front(); }

  void push(const Event& event) {
    std::size_t i = events_.size();
    events_.push_back(event);
    while (i > 0) {
      const std::size_t parent = (i - 1) / 4;
      if (!(event < events_[parent])) break;
      events_[i] = events_[parent];
      i = parent;
    }
    events_[i] = event;
  }

  void pop() {
    const Event last = events_.back();
    events_.pop_back();
    if (events_.empty()) return;
    const std::size_t n = events_.size();
    std::size_t i = 0;
    for (;;) {
      const std::size_t first = 4 * i + 1;
      if (first >= n) break;
      std::size_t least = first;
      for (std::size_t c = first + 1; c < std::min(first + 4, n); ++c) {
        if (events_[c] < events_[least]) least = c;
      }
      if (!(events_[least] < last)) break;
      events_[i] = events_[least];
      i = least;
    }
    events_[i] = last;
  }

  // In no particular order; whoever changes keys must keep their order.
  std::vector<Event>& events() { return events_; }

 private:
  std::vector<Event> events_;
};

}  // namespace gauntlet::sim
