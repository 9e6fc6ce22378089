// What the queue holds: 16 trivially copyable bytes, totally ordered by (time, priority, sequence),
// never by an address.
//
// Packing: int64 nanoseconds, then one word with priority (8 bits, most significant), sequence
// (32 bits) and slot (24 bits: 16.7 million pending events). Comparing the word after the time
// therefore compares priority, then the order of scheduling; no two events share a sequence, so the
// slot never decides. 32 bits of sequence do not limit a run: before they are used up the
// simulation renumbers what is pending (Simulation::renumber), which keeps its order exactly.
#pragma once

#include <cstdint>

namespace gauntlet::sim {

// Lower runs first among events of the same instant.
using Priority = std::uint8_t;
inline constexpr Priority kDefaultPriority = 128;

struct Event {
  static constexpr int kSlotBits = 24;
  static constexpr int kSequenceBits = 32;
  static constexpr std::uint32_t kSlotCount = 1u << kSlotBits;

  static constexpr std::uint64_t pack(Priority priority, std::uint32_t sequence,
                                      std::uint32_t slot) {
    return (std::uint64_t{priority} << (kSlotBits + kSequenceBits)) |
           (std::uint64_t{sequence} << kSlotBits) | slot;
  }
  // `key` with its sequence, `from`, replaced. A sum, as masks would cost two instructions more.
  static constexpr std::uint64_t repack(std::uint64_t key, std::uint32_t from, std::uint32_t to) {
    return key + ((std::uint64_t{to} - std::uint64_t{from}) << kSlotBits);
  }
  std::uint32_t slot() const { return static_cast<std::uint32_t>(key) & (kSlotCount - 1); }
  std::uint32_t sequence() const { return static_cast<std::uint32_t>(key >> kSlotBits); }
  Priority priority() const { return static_cast<Priority>(key >> (kSlotBits + kSequenceBits)); }

  std::int64_t time_ns = 0;  // >= 0
  std::uint64_t key = 0;
};
static_assert(sizeof(Event) == 16);

// One 128-bit comparison, without a branch on the time.
inline bool operator<(const Event& a, const Event& b) {
  using Wide = unsigned __int128;
  const auto wide = [](const Event& e) {
    return (Wide{static_cast<std::uint64_t>(e.time_ns)} << 64) | e.key;
  };
  return wide(a) < wide(b);
}

}  // namespace gauntlet::sim
