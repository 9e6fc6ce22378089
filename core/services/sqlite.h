// SQLite behind RAII: one connection per service, statements prepared once, transactions that roll
// back unless committed. Write-ahead log, foreign keys on, deleted rows overwritten, the file for
// its owner's eyes only.
//
//   Statement insert = db.prepare("INSERT INTO t VALUES (?, ?)");
//   insert.run(7, "text");
//   for (auto rows = select.query(7); rows.next();) use(rows.text(0));
//
// Errors: SqliteError (an exception: a store that fails is no expected loss); `full` says that the
// size limit was reached. Not thread-safe; calls block the caller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/services/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gauntlet {

class SqliteError : public StoreError {
 public:
  SqliteError(int code_in, const std::string& what) : StoreError(what), code(code_in) {}
  bool full() const override;
  int code;
};

// Bound as BLOB, where a plain string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

// The rows of one execution; resets its statement when it goes. One at a time per statement.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();
  bool next();
  std::int64_t integer(int column) const;
  // Text or blob; valid for as long as the string it is copied into.
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  template <class... Values>
  Rows query(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return Rows(statement_.get());
  }
  // For statements without rows.
  template <class... Values>
  void run(const Values&... values) {
    query(values...).next();
  }

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  // `bytes_max`: the file grows no further (SqliteError::full); 0 for no limit.
  Database(const std::filesystem::path& file, Durability durability, std::int64_t bytes_max = 0);

  // One or more statements without parameters.
  void execute(const char* sql);
  Statement prepare(std::string_view sql);
  // Rows changed by the last statement.
  std::int64_t changes() const;
  // The rowid of the last row inserted.
  std::int64_t last_row() const;
  // The whole store as the bytes of a database file, whatever its durability: what a thief of the
  // disk would read.
  std::string bytes() const;
  // Throws SqliteError when the file can no longer be read.
  void probe() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  friend class Transaction;
  std::unique_ptr<sqlite3, Close> db_;
  std::optional<Statement> begin_, commit_;  // prepared when the first transaction needs them
};

class Transaction {
 public:
  explicit Transaction(Database& db);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& db_;
  bool open_ = true;
};

}  // namespace gauntlet
