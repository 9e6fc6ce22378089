#include "core/authz/crypto.h"
#include "core/services/postgres.h"
#include "core/services/postgres_stores.h"
#include "core/wire/upload.pb.h"

namespace gauntlet {
namespace {

using postgres::blob;
using postgres::Link;

// What put() answers, in the order of IngestStore::Put. The session's row is the lock: two
// instances of the service may serve one session at once.
constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS sessions (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, session TEXT NOT NULL UNIQUE,
  cluster TEXT NOT NULL, created_ns BIGINT NOT NULL, last_sequence BIGINT);
CREATE INDEX IF NOT EXISTS sessions_cluster ON sessions(cluster);
CREATE TABLE IF NOT EXISTS journal (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session BIGINT NOT NULL REFERENCES sessions(id), sequence BIGINT NOT NULL,
  received_ns BIGINT NOT NULL, digest BYTEA NOT NULL, body BYTEA NOT NULL,
  UNIQUE(session, sequence));
CREATE TABLE IF NOT EXISTS series (
  journal BIGINT NOT NULL REFERENCES journal(id), ordinal BIGINT NOT NULL,
  device BIGINT NOT NULL, sensor BIGINT NOT NULL, start_ns BIGINT NOT NULL,
  period_ns BIGINT NOT NULL, samples BIGINT NOT NULL, filled BIGINT NOT NULL,
  PRIMARY KEY(journal, ordinal));
CREATE TABLE IF NOT EXISTS sets (
  journal BIGINT NOT NULL REFERENCES journal(id), ordinal BIGINT NOT NULL,
  exercise TEXT NOT NULL, begin_ns BIGINT NOT NULL, end_ns BIGINT NOT NULL,
  repetitions BIGINT NOT NULL, PRIMARY KEY(journal, ordinal));

CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'journal_is_append_only') THEN
    CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
      FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
  END IF;
END $$;

CREATE OR REPLACE FUNCTION ingest_put(p_cluster TEXT, p_session TEXT, p_sequence BIGINT,
    p_now BIGINT, p_digest BYTEA, p_body BYTEA, p_last BOOLEAN,
    p_series BIGINT[], p_exercises TEXT[], p_sets BIGINT[]) RETURNS INT LANGUAGE plpgsql AS $$
DECLARE known sessions%ROWTYPE; stored BYTEA; entry BIGINT;
BEGIN
  INSERT INTO sessions(session, cluster, created_ns) VALUES (p_session, p_cluster, p_now)
    ON CONFLICT (session) DO NOTHING;
  SELECT * INTO known FROM sessions WHERE session = p_session FOR UPDATE;
  IF known.cluster <> p_cluster THEN RETURN 3; END IF;
  SELECT digest INTO stored FROM journal WHERE session = known.id AND sequence = p_sequence;
  IF FOUND THEN
    IF stored = p_digest THEN RETURN 1; END IF;
    RETURN 2;
  END IF;
  IF known.last_sequence IS NOT NULL THEN
    IF p_last OR p_sequence >= known.last_sequence THEN RETURN 2; END IF;
  ELSIF p_last AND EXISTS (SELECT 1 FROM journal WHERE session = known.id
                             AND sequence >= p_sequence) THEN
    RETURN 2;
  END IF;
  INSERT INTO journal(session, sequence, received_ns, digest, body)
    VALUES (known.id, p_sequence, p_now, p_digest, p_body) RETURNING id INTO entry;
  INSERT INTO series SELECT entry, i, p_series[6*i+1], p_series[6*i+2], p_series[6*i+3],
      p_series[6*i+4], p_series[6*i+5], p_series[6*i+6]
    FROM generate_series(0, coalesce(array_length(p_series, 1), 0) / 6 - 1) AS i;
  INSERT INTO sets SELECT entry, i, p_exercises[i+1], p_sets[3*i+1], p_sets[3*i+2], p_sets[3*i+3]
    FROM generate_series(0, coalesce(array_length(p_sets, 1), 0) / 3 - 1) AS i;
  IF p_last THEN UPDATE sessions SET last_sequence = p_sequence WHERE id = known.id; END IF;
  RETURN 0;
END $$;
)";

void prepare(pqxx::connection& c) {
  c.prepare("put",
            "SELECT ingest_put($1, $2, $3, $4, $5, $6, $7, $8::bigint[], $9::text[], "
            "$10::bigint[])");
  c.prepare("session", "SELECT id, cluster, last_sequence FROM sessions WHERE session = $1");
  // Rows of one stretch share sequence minus rank.
  c.prepare("ranges",
            "SELECT min(sequence), max(sequence) FROM (SELECT sequence, sequence - row_number() "
            "OVER (ORDER BY sequence) AS stretch FROM journal WHERE session = $1) AS s "
            "GROUP BY stretch ORDER BY 1");
}

// Array literals: manual, 8.15.2.
std::string array_of(const std::vector<std::int64_t>& values) {
  std::string text = "{";
  for (const auto v : values) text.append(text.size() > 1 ? "," : "").append(std::to_string(v));
  return text + "}";
}
std::string array_of(const std::vector<std::string>& values) {
  std::string text = "{";
  for (const auto& value : values) {
    text.append(text.size() > 1 ? ",\"" : "\"");
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

class PostgresIngestStore final : public IngestStore {
 public:
  PostgresIngestStore(const std::string& connection, Durability durability, std::int64_t bytes_max)
      : link_(connection, durability, kSchema, prepare), bytes_max_(bytes_max) {}

  Put put(std::string_view cluster, std::string_view session, std::int64_t sequence,
          std::string_view body, const upload::v1::Chunk& chunk, HostTime now) override;
  std::optional<Progress> progress(std::string_view cluster, std::string_view session) override;
  std::string bytes() const override;
  void probe() const override {
    link_.run([](pqxx::work& tx) { return tx.exec("SELECT 1").size(); });
  }

 private:
  void check_size();
  mutable Link link_;
  std::int64_t bytes_max_;
  std::int64_t puts_ = 0;
};

// Asking costs a walk over the database's files, so only now and then.
void PostgresIngestStore::check_size() {
  constexpr std::int64_t kEvery = 256;
  if (bytes_max_ == 0 || puts_++ % kEvery != 0) return;
  const auto size = link_.run([](pqxx::work& tx) {
    return tx.exec1("SELECT pg_database_size(current_database())")[0].as<std::int64_t>();
  });
  if (size <= bytes_max_) return;
  puts_ = 0;  // ask again the next time
  throw postgres::Error(postgres::Error::Kind::full, "the database has reached its size");
}

IngestStore::Put PostgresIngestStore::put(std::string_view cluster, std::string_view session,
                                          std::int64_t sequence, std::string_view body,
                                          const upload::v1::Chunk& chunk, HostTime now) {
  check_size();
  std::vector<std::int64_t> series, sets;
  std::vector<std::string> exercises;
  for (const auto& r : series_rows(chunk)) {
    series.insert(series.end(), {r.device, r.sensor, r.start_ns, r.period_ns, r.samples, r.filled});
  }
  for (const auto& set : chunk.sets()) {
    exercises.push_back(set.exercise());
    sets.insert(sets.end(), {set.begin_ns(), set.end_ns(), std::int64_t{set.repetitions()}});
  }
  const int answer = link_.run([&](pqxx::work& tx) {
    return tx
        .exec_prepared1("put", std::string(cluster), std::string(session), sequence,
                        std::int64_t{now.time_since_epoch().count()}, blob(crypto::sha256(body)),
                        blob(body), chunk.last(), array_of(series), array_of(exercises),
                        array_of(sets))[0]
        .as<int>();
  });
  return static_cast<Put>(answer);
}

std::optional<IngestStore::Progress> PostgresIngestStore::progress(std::string_view cluster,
                                                                   std::string_view session) {
  return link_.run([&](pqxx::work& tx) -> std::optional<Progress> {
    const auto known = tx.exec_prepared("session", std::string(session));
    if (known.empty() || known[0][1].as<std::string>() != cluster) return std::nullopt;
    Progress progress;
    for (const auto& row : tx.exec_prepared("ranges", known[0][0].as<std::int64_t>())) {
      progress.add_range(row[0].as<std::int64_t>(), row[1].as<std::int64_t>());
    }
    progress.complete =
        !known[0][2].is_null() && progress.next == known[0][2].as<std::int64_t>() + 1;
    return progress;
  });
}

// Every field of every row, blobs as they are.
std::string PostgresIngestStore::bytes() const {
  return link_.run([](pqxx::work& tx) {
    std::string all;
    for (const char* table : {"sessions", "series", "sets"}) {
      for (const auto& row : tx.exec(std::string("SELECT t::text FROM ") + table + " AS t")) {
        all.append(row[0].c_str()).append("\n");
      }
    }
    for (const auto& row : tx.exec("SELECT body FROM journal ORDER BY id")) {
      all.append(pqxx::binarystring(row[0]).str()).append("\n");
    }
    return all;
  });
}

}  // namespace

bool postgres_available() { return true; }

std::unique_ptr<IngestStore> make_postgres_ingest_store(const std::string& connection,
                                                        Durability durability,
                                                        std::int64_t bytes_max) {
  return std::make_unique<PostgresIngestStore>(connection, durability, bytes_max);
}

}  // namespace gauntlet
