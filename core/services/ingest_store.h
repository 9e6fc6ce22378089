// What ingest keeps: an append-only journal of the chunks as they came, and beside it structured
// rows of what is in them. Everything is filed by session and, above it, by cluster; there is no
// column for a person, and no token is kept.
//
// A chunk is stored in one transaction: after `put` returns it is there as durably as the store was
// opened, or a StoreError was thrown. After a throw it may be there all the same (the answer of a
// database was lost): putting it again finds it repeated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/services/store.h"

namespace gauntlet::upload::v1 {
class Chunk;
}

namespace gauntlet {

class IngestStore {
 public:
  virtual ~IngestStore() = default;

  enum class Put : std::uint8_t {
    created,
    repeated,  // the same bytes were there
    conflict,  // others were, or the session had ended before this sequence
    foreign,   // the session is another cluster's
  };
  virtual Put put(std::string_view cluster, std::string_view session, std::int64_t sequence,
                  std::string_view body, const upload::v1::Chunk& chunk, HostTime now) = 0;

  struct Progress {
    bool complete = false;  // the last chunk is known, and every one before it is there
    std::int64_t chunks = 0;
    std::int64_t next = 0;  // the lowest sequence that is missing
    // Stretches of stored sequences, both ends included, at most kRangesMax.
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;

    void add_range(std::int64_t first, std::int64_t last);
  };
  static constexpr std::int64_t kRangesMax = 1000;
  // Empty when the session does not exist or is another cluster's.
  virtual std::optional<Progress> progress(std::string_view cluster, std::string_view session) = 0;

  virtual std::string bytes() const = 0;
  virtual void probe() const = 0;
};

// `bytes_max`: it grows no further; 0 for no limit.
std::unique_ptr<IngestStore> make_sqlite_ingest_store(const std::filesystem::path& file,
                                                      Durability durability,
                                                      std::int64_t bytes_max);

// The rows of a chunk's series and sets, as either store keeps them.
struct SeriesRow {
  std::int64_t device, sensor, start_ns, period_ns, samples, filled;
};
std::vector<SeriesRow> series_rows(const upload::v1::Chunk& chunk);

}  // namespace gauntlet
