#include "core/services/postgres_stores.h"

namespace gauntlet {

bool postgres_available() { return false; }

std::unique_ptr<IngestStore> make_postgres_ingest_store(const std::string&, Durability,
                                                        std::int64_t) {
  throw StoreError("this program was built without PostgreSQL (libpqxx-dev)");
}

std::unique_ptr<ProfileStore> make_postgres_profile_store(const std::string&, Durability) {
  throw StoreError("this program was built without PostgreSQL (libpqxx-dev)");
}

}  // namespace gauntlet
