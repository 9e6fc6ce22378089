#include "core/services/ingest_store.h"

#include "core/authz/crypto.h"
#include "core/services/sqlite.h"
#include "core/wire/upload.pb.h"

namespace gauntlet {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS sessions (
  id INTEGER PRIMARY KEY, session TEXT NOT NULL UNIQUE, cluster TEXT NOT NULL,
  created_ns INTEGER NOT NULL, last_sequence INTEGER);
CREATE INDEX IF NOT EXISTS sessions_cluster ON sessions(cluster);
CREATE TABLE IF NOT EXISTS journal (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions(id),
  sequence INTEGER NOT NULL, received_ns INTEGER NOT NULL, digest BLOB NOT NULL,
  body BLOB NOT NULL, UNIQUE(session, sequence));
CREATE TRIGGER IF NOT EXISTS journal_is_append_only BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE IF NOT EXISTS series (
  journal INTEGER NOT NULL REFERENCES journal(id), ordinal INTEGER NOT NULL,
  device INTEGER NOT NULL, sensor INTEGER NOT NULL, start_ns INTEGER NOT NULL,
  period_ns INTEGER NOT NULL, samples INTEGER NOT NULL, filled INTEGER NOT NULL,
  PRIMARY KEY(journal, ordinal)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sets (
  journal INTEGER NOT NULL REFERENCES journal(id), ordinal INTEGER NOT NULL,
  exercise TEXT NOT NULL, begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
  repetitions INTEGER NOT NULL, PRIMARY KEY(journal, ordinal)) WITHOUT ROWID;
)";

Database open_store(const std::filesystem::path& file, Durability durability,
                    std::int64_t bytes_max) {
  Database db(file, durability, bytes_max);
  db.execute(kSchema);
  return db;
}

class SqliteIngestStore final : public IngestStore {
 public:
  SqliteIngestStore(const std::filesystem::path& file, Durability durability,
                    std::int64_t bytes_max);
  Put put(std::string_view cluster, std::string_view session, std::int64_t sequence,
          std::string_view body, const upload::v1::Chunk& chunk, HostTime now) override;
  std::optional<Progress> progress(std::string_view cluster, std::string_view session) override;
  std::string bytes() const override { return db_.bytes(); }
  void probe() const override { db_.probe(); }

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

SqliteIngestStore::SqliteIngestStore(const std::filesystem::path& file, Durability durability,
                                     std::int64_t bytes_max)
    : db_(open_store(file, durability, bytes_max)),
      select_session_(
          db_.prepare("SELECT id, cluster, last_sequence FROM sessions WHERE session = ?")),
      insert_session_(
          db_.prepare("INSERT INTO sessions(session, cluster, created_ns) VALUES (?, ?, ?)")),
      end_session_(db_.prepare("UPDATE sessions SET last_sequence = ? WHERE id = ?")),
      select_digest_(db_.prepare("SELECT digest FROM journal WHERE session = ? AND sequence = ?")),
      select_highest_(db_.prepare("SELECT max(sequence) FROM journal WHERE session = ?")),
      insert_journal_(db_.prepare("INSERT INTO journal(session, sequence, received_ns, digest, "
                                  "body) VALUES (?, ?, ?, ?, ?)")),
      insert_series_(db_.prepare("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
      insert_set_(db_.prepare("INSERT INTO sets VALUES (?, ?, ?, ?, ?, ?)")),
      // Rows of one stretch share sequence minus rank.
      select_ranges_(db_.prepare(
          "SELECT min(sequence), max(sequence) FROM (SELECT sequence, sequence - row_number() "
          "OVER (ORDER BY sequence) AS stretch FROM journal WHERE session = ?) "
          "GROUP BY stretch ORDER BY 1")) {}

std::optional<SqliteIngestStore::Session> SqliteIngestStore::find(std::string_view session) {
  auto rows = select_session_.query(session);
  if (!rows.next()) return std::nullopt;
  Session found{rows.integer(0), rows.text(1), std::nullopt};
  if (!rows.is_null(2)) found.last = rows.integer(2);
  return found;
}

// Nothing comes after the last chunk, and there is one last chunk.
bool SqliteIngestStore::fits_end(const Session& session, std::int64_t sequence, bool last) {
  if (session.last) return sequence < *session.last && !last;
  if (!last) return true;
  auto rows = select_highest_.query(session.id);
  return !rows.next() || rows.is_null(0) || rows.integer(0) < sequence;
}

IngestStore::Put SqliteIngestStore::put(std::string_view cluster, std::string_view session,
                                        std::int64_t sequence, std::string_view body,
                                        const upload::v1::Chunk& chunk, HostTime now) {
  const std::string digest = crypto::sha256(body);
  const std::int64_t now_ns = now.time_since_epoch().count();
  Transaction transaction(db_);
  auto known = find(session);
  if (!known) {
    insert_session_.run(session, cluster, now_ns);
    known = find(session);
  }
  if (known->cluster != cluster) return Put::foreign;
  {
    auto rows = select_digest_.query(known->id, sequence);
    if (rows.next()) return rows.text(0) == digest ? Put::repeated : Put::conflict;
  }
  if (!fits_end(*known, sequence, chunk.last())) return Put::conflict;
  insert_journal_.run(known->id, sequence, now_ns, Blob{digest}, Blob{body});
  insert_rows(db_.last_row(), chunk);
  if (chunk.last()) end_session_.run(sequence, known->id);
  transaction.commit();
  return Put::created;
}

void SqliteIngestStore::insert_rows(std::int64_t journal, const upload::v1::Chunk& chunk) {
  std::int64_t ordinal = 0;
  for (const auto& row : series_rows(chunk)) {
    insert_series_.run(journal, ordinal++, row.device, row.sensor, row.start_ns, row.period_ns,
                       row.samples, row.filled);
  }
  ordinal = 0;
  for (const auto& set : chunk.sets()) {
    insert_set_.run(journal, ordinal++, set.exercise(), std::int64_t{set.begin_ns()},
                    std::int64_t{set.end_ns()}, std::int64_t{set.repetitions()});
  }
}

std::optional<IngestStore::Progress> SqliteIngestStore::progress(std::string_view cluster,
                                                                 std::string_view session) {
  const auto known = find(session);
  if (!known || known->cluster != cluster) return std::nullopt;
  Progress progress;
  auto rows = select_ranges_.query(known->id);
  while (rows.next()) progress.add_range(rows.integer(0), rows.integer(1));
  progress.complete = known->last && progress.next == *known->last + 1;
  return progress;
}

}  // namespace

std::unique_ptr<IngestStore> make_sqlite_ingest_store(const std::filesystem::path& file,
                                                      Durability durability,
                                                      std::int64_t bytes_max) {
  return std::make_unique<SqliteIngestStore>(file, durability, bytes_max);
}

}  // namespace gauntlet
