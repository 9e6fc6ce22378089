#include "core/services/profile_store.h"
#include "core/services/sqlite.h"

namespace gauntlet {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS people (pseudonym BLOB PRIMARY KEY, record BLOB NOT NULL) "
    "WITHOUT ROWID";

Database open_store(const std::filesystem::path& file, Durability durability) {
  Database db(file, durability);
  db.execute(kSchema);
  return db;
}

class SqliteProfileStore final : public ProfileStore {
 public:
  SqliteProfileStore(const std::filesystem::path& file, Durability durability)
      : db_(open_store(file, durability)),
        select_(db_.prepare("SELECT record FROM people WHERE pseudonym = ?")),
        upsert_(db_.prepare("INSERT OR REPLACE INTO people VALUES (?, ?)")),
        delete_(db_.prepare("DELETE FROM people WHERE pseudonym = ?")) {}

  std::optional<std::string> find(std::string_view pseudonym) override {
    auto rows = select_.query(Blob{pseudonym});
    return rows.next() ? std::optional(rows.text(0)) : std::nullopt;
  }
  void put(std::string_view pseudonym, std::string_view record) override {
    upsert_.run(Blob{pseudonym}, Blob{record});
  }
  bool remove(std::string_view pseudonym) override {
    delete_.run(Blob{pseudonym});
    return db_.changes() > 0;
  }
  std::string bytes() const override { return db_.bytes(); }
  void probe() const override { db_.probe(); }

 private:
  Database db_;
  Statement select_;
  Statement upsert_;
  Statement delete_;
};

}  // namespace

std::unique_ptr<ProfileStore> make_sqlite_profile_store(const std::filesystem::path& file,
                                                        Durability durability) {
  return std::make_unique<SqliteProfileStore>(file, durability);
}

}  // namespace gauntlet
