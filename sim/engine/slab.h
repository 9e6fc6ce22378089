// Where the state of pending events lives: one 64-byte node per slot, a single cache line with the
// code to run, the handle's generation and 48 bytes for the callable itself. Nodes never move, so
// a callable may schedule others while it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include "sim/engine/event.h"
#include "sim/engine/page_array.h"

namespace gauntlet::sim {

class Alarm;
class Simulation;

struct alignas(64) Node {
  enum class Action : std::uint8_t { run, destroy };
  // Returns when to run next, in ns; kOver: the node is no longer in use.
  using Act = std::int64_t (*)(Action, Simulation&, Node&, std::uint32_t slot);
  static constexpr std::int64_t kOver = std::numeric_limits<std::int64_t>::max();
  static constexpr std::size_t kInline = 48;
  // No event's sequence: no entry; a recurrence that cancelled itself while it ran.
  static constexpr std::uint32_t kNone = 0;
  static constexpr std::uint32_t kEnding = 0xffffffff;

  Act act;                        // null: free
  std::uint32_t sequence;         // of the one entry in the queue that counts, or below
  std::uint32_t generation : 22;  // of the handle; 0: used up, the slot is retired
  std::uint32_t priority : 8;
  std::uint32_t tagged : 1;  // has a tag other than 0
  std::uint32_t alarm : 1;   // storage holds Objects
  alignas(16) std::byte storage[kInline];

  // What an alarm's node leads to, to be fetched ahead, and its tag.
  struct Objects {
    Alarm* alarm;
    const std::byte* memory;  // `lines` cache lines from here on
    std::uint32_t lines;
    std::uint32_t tag;  // an alarm's own, not in the simulation's table
  };
  Objects& objects() { return *std::launder(reinterpret_cast<Objects*>(storage)); }
  const Objects& objects() const {
    return *std::launder(reinterpret_cast<const Objects*>(storage));
  }
};
static_assert(sizeof(Node) == 64);

class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab();

  Node& operator[](std::uint32_t slot) const {
    return chunks_[slot >> kChunkBits][slot & (kChunkSize - 1)];
  }
  struct Allocated {
    std::uint32_t slot;
    Node& node;
  };
  // Last freed, first used: a steady state stays in few cache lines.
  Allocated allocate() {
    if (free_ == kNone) [[unlikely]]
      return allocate_fresh();
    const Allocated last{free_, (*this)[free_]};
    free_ = link(last.node);
    return last;
  }
  // Makes every handle to the node stale.
  static void expire(Node& node) { node.generation = (node.generation + 1) & kLastGeneration; }
  // Call after expire(). A slot whose generations are used up is never handed out again, so a stale
  // handle is never taken for a new one.
  void release(std::uint32_t slot) { release((*this)[slot], slot); }
  void release(Node& node, std::uint32_t slot) {
    node.act = nullptr;
    node.sequence = 0;
    if (node.generation == 0) return;
    link(node) = free_;
    free_ = slot;
  }
  // There is, or was, a node that leads to an object elsewhere.
  bool has_alarms() const { return has_alarms_; }
  void set_has_alarms() { has_alarms_ = true; }
  bool contains(std::uint32_t slot) const { return slot < end_; }
  std::uint32_t end() const { return end_; }

 private:
  static constexpr int kChunkBits = 10;
  static constexpr std::uint32_t kChunkSize = 1u << kChunkBits;
  static constexpr std::uint32_t kNone = ~0u;
  static constexpr std::uint32_t kLastGeneration = (1u << 22) - 1;

  struct Arena {
    std::byte* pages;
    std::size_t bytes;
  };

  static std::uint32_t& link(Node& node) { return *reinterpret_cast<std::uint32_t*>(node.storage); }
  Allocated allocate_fresh();

  std::vector<Node*> chunks_;
  std::uint32_t free_ = kNone;
  std::uint32_t end_ = 0;
  bool has_alarms_ = false;
  std::vector<Arena> arenas_;
};

}  // namespace gauntlet::sim
