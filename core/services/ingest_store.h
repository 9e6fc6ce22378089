// What ingest keeps: an append-only journal of the chunks as they came, and beside it structured
// rows of what is in them. Everything is filed by session and, above it, by cluster; there is no
// column for a person, and no token is kept.
//
// A chunk is stored in one transaction: after `put` returns it is there as durably as the database
// was opened, or an exception was thrown and nothing of it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/services/sqlite.h"

namespace gauntlet::upload::v1 {
class Chunk;
}

namespace gauntlet {

class IngestStore {
 public:
  IngestStore(const std::filesystem::path& file, Durability durability, std::int64_t bytes_max);

  enum class Put : std::uint8_t {
    created,
    repeated,  // the same bytes were there
    conflict,  // others were, or the session had ended before this sequence
    foreign,   // the session is another cluster's
  };
  Put put(std::string_view cluster, std::string_view session, std::int64_t sequence,
          std::string_view body, const upload::v1::Chunk& chunk, HostTime now);

  struct Progress {
    bool complete = false;  // the last chunk is known, and every one before it is there
    std::int64_t chunks = 0;
    std::int64_t next = 0;  // the lowest sequence that is missing
    // Stretches of stored sequences, both ends included, at most kRangesMax.
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  };
  static constexpr std::int64_t kRangesMax = 1000;
  // Empty when the session does not exist or is another cluster's.
  std::optional<Progress> progress(std::string_view cluster, std::string_view session);

  std::string bytes() const { return db_.bytes(); }
  void probe() const { db_.probe(); }

 private:
  struct Session {
    std::int64_t id = 0;
    std::string cluster;
    std::optional<std::int64_t> last;
  };
  std::optional<Session> find(std::string_view session);
  bool fits_end(const Session& session, std::int64_t sequence, bool last);
  void insert_rows(std::int64_t journal, const upload::v1::Chunk& chunk);

  Database db_;
  Statement select_session_;
  Statement insert_session_;
  Statement end_session_;
  Statement select_digest_;
  Statement select_highest_;
  Statement insert_journal_;
  Statement insert_series_;
  Statement insert_set_;
  Statement select_ranges_;
};

}  // namespace gauntlet
