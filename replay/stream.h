// What a recording's packets say once duplicates are gone: which were lost, and in what pattern.
//
// A duplicate is a packet whose bytes are those of one of the last kLookBack different packets
// before it (radio and log both repeat); only formats with a sequence or a time can tell one from
// two moments of stillness, so pebble5 packets never count as duplicates.
// A gap is what the 8-bit sequence number skips: up to 127 packets; a step back is `reordered`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "replay/recording.h"

namespace gauntlet::replay {

inline constexpr std::size_t kLookBack = 16;

struct PacketStream {
  std::vector<std::size_t> unique;  // indices into Recording::packets
  // lost_before[i]: packets lost between unique[i - 1] and unique[i]; 0 for the first.
  std::vector<std::uint32_t> lost_before;
  std::uint64_t duplicates = 0;
  std::uint64_t lost = 0;
  std::uint64_t reordered = 0;
};

PacketStream clean(const Recording& recording);

// How long the runs are: length → how often. The two regimes of the captures differ here at a
// glance: whole sessions without a gap, or single packets between single losses.
struct RunLengths {
  std::map<std::uint32_t, std::uint64_t> received;
  std::map<std::uint32_t, std::uint64_t> lost;
  void add(const PacketStream& stream);
  void merge(const RunLengths& other);
};

}  // namespace gauntlet::replay
