#include "core/services/sqlite.h"

#include <sqlite3.h>

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet {
namespace {

[[noreturn]] void fail(sqlite3* db, int code, std::string_view doing) {
  throw SqliteError(code, std::string("sqlite: ")
                              .append(doing)
                              .append(": ")
                              .append(db ? sqlite3_errmsg(db) : sqlite3_errstr(code)));
}

}  // namespace

bool SqliteError::full() const { return (code & 0xff) == SQLITE_FULL; }

Rows::~Rows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(statement_), code, "step");
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Rows::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return size == 0 ? std::string{} : std::string(static_cast<const char*>(bytes), size);
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Statement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

void Statement::bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), index, value);
  CHECK(code == SQLITE_OK, code, index);
}

void Statement::bind(int index, std::string_view text) {
  // An empty view may be a null pointer, which SQLite would take for NULL.
  const char* bytes = text.empty() ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_.get(), index, bytes, text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  CHECK(code == SQLITE_OK, code, index);
}

void Statement::bind(int index, Blob blob) {
  const char* bytes = blob.bytes.empty() ? "" : blob.bytes.data();
  const int code =
      sqlite3_bind_blob64(statement_.get(), index, bytes, blob.bytes.size(), SQLITE_TRANSIENT);
  CHECK(code == SQLITE_OK, code, index);
}

void Database::Close::operator()(sqlite3* db) const {
  const int code = sqlite3_close(db);
  CHECK(code == SQLITE_OK, code);  // a statement outlived its database
}

Database::Database(const std::filesystem::path& file, Durability durability,
                   std::int64_t bytes_max) {
  const bool in_memory = durability == Durability::memory;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(
      in_memory ? ":memory:" : file.c_str(), &db,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) fail(db, code, "open " + file.string());
  if (!in_memory) {
    using std::filesystem::perms;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
  }
  sqlite3_busy_timeout(db, 1000);
  execute("PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF");
  if (!in_memory) execute("PRAGMA journal_mode = WAL");
  execute(durability == Durability::power ? "PRAGMA synchronous = FULL"
                                          : "PRAGMA synchronous = OFF");
  if (bytes_max > 0) {
    constexpr std::int64_t kPageBytes = 4096;  // SQLite's default
    const std::string sql = "PRAGMA max_page_count = " +
                            std::to_string(std::max<std::int64_t>(1, bytes_max / kPageBytes));
    execute(sql.c_str());
  }
}

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(db_.get(), code, "execute");
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(db_.get(), code, sql);
  return Statement(statement);
}

std::int64_t Database::changes() const { return sqlite3_changes64(db_.get()); }

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(db_.get()); }

void Database::probe() const {
  const char* const sql = "SELECT count(*) FROM sqlite_schema";
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(db_.get(), code, sql);
}

std::string Database::bytes() const {
  sqlite3_int64 size = 0;
  unsigned char* image = sqlite3_serialize(db_.get(), "main", &size, 0);
  if (!image) return {};
  std::string out(reinterpret_cast<const char*>(image), static_cast<std::size_t>(size));
  sqlite3_free(image);
  return out;
}

Transaction::Transaction(Database& db) : db_(db) {
  if (!db_.begin_) {
    db_.begin_ = db_.prepare("BEGIN IMMEDIATE");
    db_.commit_ = db_.prepare("COMMIT");
  }
  db_.begin_->run();
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    db_.execute("ROLLBACK");
  } catch (const SqliteError&) {
    // SQLite has rolled back by itself (a full disk, say): nothing is left to undo.
  }
}

void Transaction::commit() {
  db_.commit_->run();
  open_ = false;
}

}  // namespace gauntlet
