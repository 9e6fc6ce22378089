// The first event in which two runs differ, from their traces: binary search over the prefix hashes
// (sim/engine/trace_log.h), then one block of records of each.
//
// Two runs that agree up to a point differ in every prefix behind it, but for a collision of 64-bit
// hashes. Order of events' scheduling is part of an event: it is what tells two runs apart that
// will differ later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/engine/trace_log.h"

namespace gauntlet::replay {

// One of the two runs, wherever its trace lies.
struct TraceSource {
  std::uint64_t count = 0;  // records
  std::size_t blocks = 0;
  std::function<std::uint64_t(std::size_t)> prefix;  // after so many blocks
  std::function<std::vector<sim::TraceRecord>(std::size_t)> block;
  std::vector<std::string> tags;
};
// `reader` outlives the source.
TraceSource source_of(sim::TraceLogReader& reader);

struct TraceDifference {
  std::uint64_t index = 0;  // of the event, the same in both
  // Nothing: that run had ended.
  std::optional<sim::TraceRecord> a, b;
};
struct TraceComparison {
  std::optional<TraceDifference> difference;  // nothing: the same events
  std::size_t hashes_compared = 0;            // at most log2(blocks) + 2
};
TraceComparison first_difference(const TraceSource& a, const TraceSource& b);

// "event 17 at 1.25 s: link against network", with order and priority where those differ.
std::string to_string(const TraceDifference& difference, const TraceSource& a,
                      const TraceSource& b);

}  // namespace gauntlet::replay
