// What profile keeps: sealed records by keyed pseudonym, and nothing that says whose they are.
// Errors: StoreError.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/services/store.h"

namespace gauntlet {

class ProfileStore {
 public:
  virtual ~ProfileStore() = default;
  virtual std::optional<std::string> find(std::string_view pseudonym) = 0;
  // Replaces a record that is there.
  virtual void put(std::string_view pseudonym, std::string_view record) = 0;
  virtual bool remove(std::string_view pseudonym) = 0;
  virtual std::string bytes() const = 0;
  virtual void probe() const = 0;
};

std::unique_ptr<ProfileStore> make_sqlite_profile_store(const std::filesystem::path& file,
                                                        Durability durability);

}  // namespace gauntlet
