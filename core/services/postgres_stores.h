// The stores of ingest and profile in PostgreSQL (13 or later), each in a database of its own: two
// services share none.
//
//   make_postgres_ingest_store("host=db1 dbname=ingest user=ingest", durability, bytes_max)
//
// The tables are made when they are not there. One connection, calls block; a chunk is one round
// trip (a function in the database does the transaction's work). When the connection breaks the
// call throws a StoreError that is unavailable(), and the next call connects anew.
//
// Durability::power commits with an fsync; ::process leaves that to the server (synchronous_commit
// off), which then may lose its last moments in its own crash, though not in ours. ::memory is the
// same as ::process. Leaves out: a pool of connections, replicas, migrations.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/services/ingest_store.h"
#include "core/services/profile_store.h"

namespace gauntlet {

// Whether this program was built with libpqxx. Without it the two below throw a StoreError.
bool postgres_available();

// Throw StoreError when there is no connection or the tables cannot be made.
std::unique_ptr<IngestStore> make_postgres_ingest_store(const std::string& connection,
                                                        Durability durability,
                                                        std::int64_t bytes_max);
std::unique_ptr<ProfileStore> make_postgres_profile_store(const std::string& connection,
                                                          Durability durability);

}  // namespace gauntlet
