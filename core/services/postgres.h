// One connection to PostgreSQL that comes back: internal to the stores.
#pragma once

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <utility>

#include "core/services/store.h"

namespace gauntlet::postgres {

class Error final : public StoreError {
 public:
  enum class Kind : std::uint8_t { other, full, unavailable };
  Error(Kind kind, const std::string& what) : StoreError(what), kind_(kind) {}
  bool full() const override { return kind_ == Kind::full; }
  bool unavailable() const override { return kind_ == Kind::unavailable; }

 private:
  Kind kind_;
};

inline pqxx::binarystring blob(std::string_view bytes) {
  return pqxx::binarystring(bytes.data(), bytes.size());
}

class Link {
 public:
  // `prepare` is called on every new connection.
  Link(std::string connection, Durability durability, const char* schema,
       std::function<void(pqxx::connection&)> prepare);

  // Runs `work(transaction)` and commits; what it returns, or a postgres::Error.
  template <class Work>
  auto run(Work work) {
    return guarded([&] {
      pqxx::work transaction(connected());
      auto result = work(transaction);
      transaction.commit();
      return result;
    });
  }

 private:
  template <class Work>
  auto guarded(Work work) {
    try {
      return work();
    } catch (const pqxx::broken_connection& error) {
      connection_.reset();
      throw Error(Error::Kind::unavailable, error.what());
    } catch (const pqxx::in_doubt_error& error) {
      connection_.reset();
      throw Error(Error::Kind::unavailable, error.what());
    } catch (const pqxx::sql_error& error) {
      throw Error(kind_of(error), error.what());
    } catch (const pqxx::failure& error) {
      connection_.reset();
      throw Error(Error::Kind::other, error.what());
    }
  }
  static Error::Kind kind_of(const pqxx::sql_error& error);
  pqxx::connection& connected();

  std::string text_;
  Durability durability_;
  const char* schema_;
  std::function<void(pqxx::connection&)> prepare_;
  std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace gauntlet::postgres
