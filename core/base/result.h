// Result<T>: a value or the reason why there is none. For expected loss (a corrupt frame, a
// truncated recording), never for our own bugs (CHECK) and never thrown across a hot loop.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/base/check.h"

namespace gauntlet {

// `code` is stable and counted ("bad_magic"); `message` is for a person and carries the values.
struct Error {
  std::string code;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    CHECK(ok(), error_text());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(ok(), error_text());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(ok(), error_text());
    return std::move(*std::get_if<0>(&state_));
  }
  const Error& error() const {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::string error_text() const {
    const auto* e = std::get_if<1>(&state_);
    return e ? e->code + ": " + e->message : std::string{};
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}
  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    CHECK(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace gauntlet
