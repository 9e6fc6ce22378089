#include "replay/trace_diff.h"

#include <algorithm>
#include <cstdio>

#include "core/base/check.h"

namespace gauntlet::replay {
namespace {

using sim::TraceRecord;

// Tags are numbered in the order in which a run mentions them: what counts is the name.
std::string name_of(const TraceSource& run, const TraceRecord& r) {
  return r.tag < run.tags.size() ? run.tags[r.tag] : "tag " + std::to_string(r.tag);
}

std::string text_of(const TraceSource& run, const std::optional<TraceRecord>& r) {
  if (!r) return "nothing, the run had ended";
  char text[64];
  std::snprintf(text, sizeof text, "%.9f s ", static_cast<double>(r->time_ns) * 1e-9);
  return text + name_of(run, *r) + " (order " + std::to_string(r->sequence) + ", priority " +
         std::to_string(r->priority) + ")";
}

}  // namespace

TraceSource source_of(sim::TraceLogReader& reader) {
  return {reader.count(), reader.blocks(),
          [&reader](std::size_t block) { return reader.prefix(block); },
          [&reader](std::size_t block) { return reader.block(block); }, reader.tags()};
}

TraceComparison first_difference(const TraceSource& a, const TraceSource& b) {
  TraceComparison out;
  // Whole blocks that both have; equal prefixes before `low`, unequal ones from `high` on.
  constexpr std::uint64_t kBlock = sim::TracePrefixes::kBlock;
  const auto whole = static_cast<std::size_t>(std::min(a.count, b.count) / kBlock);
  std::size_t low = 0, high = whole + 1;
  while (low + 1 < high) {
    const std::size_t middle = low + (high - low) / 2;
    ++out.hashes_compared;
    (a.prefix(middle) == b.prefix(middle) ? low : high) = middle;
  }
  if (low == whole && a.count == b.count) {
    ++out.hashes_compared;
    if (a.prefix(a.blocks) == b.prefix(b.blocks)) return out;
  }
  const auto records = [low](const TraceSource& run) {
    return low < run.blocks ? run.block(low) : std::vector<TraceRecord>{};
  };
  const auto of_a = records(a), of_b = records(b);
  const std::size_t both = std::min(of_a.size(), of_b.size());
  std::size_t i = 0;
  while (i < both && of_a[i] == of_b[i]) ++i;
  CHECK(i < both || of_a.size() != of_b.size(), low, i);  // the hashes said so
  TraceDifference& d = out.difference.emplace();
  d.index = std::uint64_t{low} * kBlock + i;
  if (i < of_a.size()) d.a = of_a[i];
  if (i < of_b.size()) d.b = of_b[i];
  return out;
}

std::string to_string(const TraceDifference& d, const TraceSource& a, const TraceSource& b) {
  return "event " + std::to_string(d.index) + ":\n  a: " + text_of(a, d.a) +
         "\n  b: " + text_of(b, d.b);
}

}  // namespace gauntlet::replay
