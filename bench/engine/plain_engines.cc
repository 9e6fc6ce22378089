#include "bench/engine/plain_engines.h"

#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "sim/engine/heap_queue.h"

namespace gauntlet::bench::plain {
namespace {

// Each queue: push(time, id) in the order of scheduling; pop() gives the least and runs it through
// `handle(time, id)`.
class Binary {
 public:
  template <class Handle>
  explicit Binary(Handle&) {}
  void push(std::int64_t t, std::uint32_t id) { queue_.push({t, ++order_, id}); }
  template <class Handle>
  void pop(Handle& handle) {
    const Entry e = queue_.top();
    queue_.pop();
    handle(e.time_ns, e.id);
  }

 private:
  struct Entry {
    std::int64_t time_ns;
    std::uint64_t order;
    std::uint32_t id;
    bool operator<(const Entry& o) const {
      return time_ns != o.time_ns ? time_ns > o.time_ns : order > o.order;
    }
  };
  static_assert(sizeof(Entry) == 24);
  std::priority_queue<Entry> queue_;
  std::uint64_t order_ = 0;
};

class Heap4 {
 public:
  template <class Handle>
  explicit Heap4(Handle&) {}
  void push(std::int64_t t, std::uint32_t id) {
    queue_.push({t, (std::uint64_t{++order_} << sim::Event::kSlotBits) | id});
  }
  template <class Handle>
  void pop(Handle& handle) {
    const sim::Event e = queue_.top();
    queue_.pop();
    handle(e.time_ns, e.slot());
  }

 private:
  sim::HeapQueue queue_;
  std::uint64_t order_ = 0;
};

template <class Handle>
class Function {
 public:
  explicit Function(Handle& handle) : handle_(handle) {}
  void push(std::int64_t t, std::uint32_t id) {
    queue_.push({t, ++order_, [&h = handle_, id](std::int64_t now) { h(now, id); }});
  }
  void pop(Handle&) {
    // The order does not look at the callable, so moving it out leaves a valid heap.
    const std::function<void(std::int64_t)> f = std::move(const_cast<Entry&>(queue_.top()).f);
    const std::int64_t t = queue_.top().time_ns;
    queue_.pop();
    f(t);
  }

 private:
  struct Entry {
    std::int64_t time_ns;
    std::uint64_t order;
    std::function<void(std::int64_t)> f;
    bool operator<(const Entry& o) const {
      return time_ns != o.time_ns ? time_ns > o.time_ns : order > o.order;
    }
  };
  Handle& handle_;
  std::priority_queue<Entry> queue_;
  std::uint64_t order_ = 0;
};

template <class Handle>
using BinaryOf = Binary;
template <class Handle>
using Heap4Of = Heap4;

// `handle` takes (queue, time, id) and returns false to stop.
template <template <class> class Queue, class Body>
Outcome drive(Model& model, Body body) {
  struct Handle {
    Body& body;
    void* queue = nullptr;
    bool going = true;
    void operator()(std::int64_t t, std::uint32_t id) {
      going = body(*static_cast<Queue<Handle>*>(queue), t, id);
    }
  } handle{body};
  Queue<Handle> queue(handle);
  handle.queue = &queue;
  for (std::uint32_t id = 0; id < model.n(); ++id) queue.push(model.first(id), id);
  return timed(model, [&] {
    while (handle.going) queue.pop(handle);
  });
}

template <template <class> class Queue>
Outcome cycle(Model& model) {
  return drive<Queue>(model, [&](auto& queue, std::int64_t t, std::uint32_t id) {
    const std::int64_t delay = model.next(t, id);
    if (delay >= 0) queue.push(t + delay, id);
    return delay >= 0;
  });
}

// Time-outs are ids n + device; one counts when it is at its device's deadline.
template <template <class> class Queue>
Outcome rearm(Model& model) {
  std::vector<std::int64_t> deadline(model.n());
  return drive<Queue>(model, [&](auto& queue, std::int64_t t, std::uint32_t id) {
    if (id >= model.n()) return true;  // each is overtaken by a later one
    const std::int64_t delay = model.next(t, id);
    deadline[id] = t + kTimeout_ns;
    queue.push(deadline[id], model.n() + id);
    if (delay >= 0) queue.push(t + delay, id);
    return delay >= 0;
  });
}

// Decoys are ids n + device; the successor is always first, so each is cancelled when it comes up,
// which a generation per device would say.
template <template <class> class Queue>
Outcome cancel(Model& model) {
  std::vector<std::uint32_t> generation(model.n());
  return drive<Queue>(model, [&](auto& queue, std::int64_t t, std::uint32_t id) {
    if (id >= model.n()) return true;
    ++generation[id];
    const std::int64_t delay = model.next(t, id);
    if (delay < 0) return false;
    for (std::uint32_t k = 0; k < kDecoys; ++k) {
      queue.push(t + delay + 1 + k * delay / 4, model.n() + id);
    }
    queue.push(t + delay, id);
    return true;
  });
}

}  // namespace

Outcome function_cycle(Model& model) { return cycle<Function>(model); }
Outcome function_rearm(Model& model) { return rearm<Function>(model); }
Outcome function_cancel(Model& model) { return cancel<Function>(model); }
Outcome binary_cycle(Model& model) { return cycle<BinaryOf>(model); }
Outcome binary_rearm(Model& model) { return rearm<BinaryOf>(model); }
Outcome binary_cancel(Model& model) { return cancel<BinaryOf>(model); }
Outcome heap4_cycle(Model& model) { return cycle<Heap4Of>(model); }
Outcome heap4_rearm(Model& model) { return rearm<Heap4Of>(model); }
Outcome heap4_cancel(Model& model) { return cancel<Heap4Of>(model); }

}  // namespace gauntlet::bench::plain
