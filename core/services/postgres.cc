#include "core/services/postgres.h"

namespace gauntlet::postgres {

Link::Link(std::string connection, Durability durability, const char* schema,
           std::function<void(pqxx::connection&)> prepare)
    : text_(std::move(connection)),
      durability_(durability),
      schema_(schema),
      prepare_(std::move(prepare)) {
  guarded([this] {
    connected();
    return 0;
  });
}

// SQLSTATE classes, PostgreSQL manual, appendix A.
Error::Kind Link::kind_of(const pqxx::sql_error& error) {
  const std::string& state = error.sqlstate();
  if (state == "53100") return Error::Kind::full;                           // disk_full
  const bool later = state.starts_with("08") || state.starts_with("53") ||  // connection, resources
                     state.starts_with("57") || state.starts_with("40");  // operator, serialisation
  return later ? Error::Kind::unavailable : Error::Kind::other;
}

pqxx::connection& Link::connected() {
  if (connection_) return *connection_;
  // A database that hangs must not hang the service for ever.
  auto made = std::make_unique<pqxx::connection>(text_ + " connect_timeout=2");
  pqxx::nontransaction settings(*made);
  settings.exec("SET statement_timeout = 5000; SET client_min_messages = warning");
  settings.exec(durability_ == Durability::power ? "SET synchronous_commit = on"
                                                 : "SET synchronous_commit = off");
  settings.commit();
  {
    // Two that start at once would trip over each other's tables.
    pqxx::work tables(*made);
    tables.exec("SELECT pg_advisory_xact_lock(hashtext('gauntlet schema'))");
    tables.exec(schema_);
    tables.commit();
  }
  prepare_(*made);
  connection_ = std::move(made);
  return *connection_;
}

}  // namespace gauntlet::postgres
