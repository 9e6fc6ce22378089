#include "core/services/ingest_store.h"

#include <algorithm>

#include "core/wire/upload.pb.h"

namespace gauntlet {
namespace {

constexpr std::uint32_t kHeartRate = 2;  // one value a sample; the others have x, y, z

}  // namespace

void IngestStore::Progress::add_range(std::int64_t first, std::int64_t last) {
  chunks += last - first + 1;
  if (first == 0) next = last + 1;
  if (std::ssize(ranges) < kRangesMax) ranges.emplace_back(first, last);
}

std::vector<SeriesRow> series_rows(const upload::v1::Chunk& chunk) {
  std::vector<SeriesRow> rows;
  rows.reserve(static_cast<std::size_t>(chunk.series_size()));
  for (const auto& series : chunk.series()) {
    const std::int64_t per_sample = series.sensor() == kHeartRate ? 1 : 3;
    const std::int64_t filled = std::count_if(series.filled().begin(), series.filled().end(),
                                              [](char c) { return c != 0; });
    rows.push_back({series.device(), series.sensor(), series.start_ns(), series.period_ns(),
                    series.values_size() / per_sample, filled});
  }
  return rows;
}

}  // namespace gauntlet
