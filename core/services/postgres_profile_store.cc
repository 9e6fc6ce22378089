#include "core/services/postgres.h"
#include "core/services/postgres_stores.h"

namespace gauntlet {
namespace {

using postgres::blob;
using postgres::Link;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS people (pseudonym BYTEA PRIMARY KEY, record BYTEA NOT NULL)";

void prepare(pqxx::connection& c) {
  c.prepare("find", "SELECT record FROM people WHERE pseudonym = $1");
  c.prepare("put",
            "INSERT INTO people VALUES ($1, $2) "
            "ON CONFLICT (pseudonym) DO UPDATE SET record = excluded.record");
  c.prepare("remove", "DELETE FROM people WHERE pseudonym = $1");
}

class PostgresProfileStore final : public ProfileStore {
 public:
  PostgresProfileStore(const std::string& connection, Durability durability)
      : link_(connection, durability, kSchema, prepare) {}

  std::optional<std::string> find(std::string_view pseudonym) override {
    return link_.run([&](pqxx::work& tx) -> std::optional<std::string> {
      const auto rows = tx.exec_prepared("find", blob(pseudonym));
      if (rows.empty()) return std::nullopt;
      return pqxx::binarystring(rows[0][0]).str();
    });
  }
  void put(std::string_view pseudonym, std::string_view record) override {
    link_.run([&](pqxx::work& tx) {
      return tx.exec_prepared("put", blob(pseudonym), blob(record)).affected_rows();
    });
  }
  bool remove(std::string_view pseudonym) override {
    return link_.run([&](pqxx::work& tx) {
      return tx.exec_prepared("remove", blob(pseudonym)).affected_rows() > 0;
    });
  }
  std::string bytes() const override {
    return link_.run([](pqxx::work& tx) {
      std::string all;
      for (const auto& row : tx.exec("SELECT pseudonym, record FROM people")) {
        all.append(pqxx::binarystring(row[0]).str()).append(pqxx::binarystring(row[1]).str());
      }
      return all;
    });
  }
  void probe() const override {
    link_.run([](pqxx::work& tx) { return tx.exec("SELECT 1").size(); });
  }

 private:
  mutable Link link_;
};

}  // namespace

std::unique_ptr<ProfileStore> make_postgres_profile_store(const std::string& connection,
                                                          Durability durability) {
  return std::make_unique<PostgresProfileStore>(connection, durability);
}

}  // namespace gauntlet
