#include "sim/engine/slab.h"

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

constexpr std::size_t kLargestArena = std::size_t{32} << 20;

}  // namespace

Slab::~Slab() {
  for (const Arena& arena : arenas_) free_pages(arena.pages, arena.bytes);
}

Slab::Allocated Slab::allocate_fresh() {
  CHECK(end_ < Event::kSlotCount, end_, "events pending at once");
  if (end_ >> kChunkBits == chunks_.size()) {
    // Arenas double, so that a small simulation stays small and a large one gets huge pages.
    constexpr std::size_t kChunkBytes = kChunkSize * sizeof(Node);
    const std::size_t bytes = std::clamp(chunks_.size() * kChunkBytes, kChunkBytes, kLargestArena) /
                              kChunkBytes * kChunkBytes;
    std::byte* pages = allocate_pages(bytes, false);
    arenas_.push_back({pages, bytes});
    for (std::size_t at = 0; at < bytes; at += kChunkBytes) {
      chunks_.push_back(reinterpret_cast<Node*>(pages + at));
    }
  }
  const std::uint32_t slot = end_++;
  Node& node = (*this)[slot];
  node.act = nullptr;
  node.sequence = 0;
  node.generation = 1;
  node.tagged = 0;
  node.alarm = 0;
  return {slot, node};
}

}  // namespace gauntlet::sim
