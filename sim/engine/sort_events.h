// Sorts one opened bucket. Most hold a handful of events; bursts hold thousands and are first dealt
// out by time, so that they cost about as much per event; ties arrive sorted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine/event.h"

namespace gauntlet::sim {

// Keeps its capacity from call to call.
struct SortScratch {
  std::vector<Event> events;
  std::vector<std::uint32_t> ends;
};

// Sorts `events[0, n)` into `sorted`, another array; `n` >= 1. All times are within
// [base_ns, base_ns + 2^width_bits). Returns the number of distinct ones.
std::size_t sort_events(const Event* events, std::size_t n, Event* sorted, std::int64_t base_ns,
                        int width_bits, SortScratch& scratch);

}  // namespace gauntlet::sim
