// The only JSON that tokens and request bodies of this house need: one object, whose members are
// strings or integers. A parser for nothing more cannot be made to do more.
//
// Refused: duplicate names (after unescaping), nesting, arrays, floats, booleans, null, leading
// zeros, integers beyond +-2^53, invalid UTF-8, lone surrogates, a byte order mark, raw control
// characters, anything after the object, and whatever exceeds the limits. Source: RFC 8259, with
// RFC 7515 section 4 (names must be unique) and RFC 8725 section 2.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace gauntlet {

class FlatJson {
 public:
  using Value = std::variant<std::string, std::int64_t>;

  // nullptr when there is no such member or it is of the other type.
  const std::string* text(std::string_view name) const;
  const std::int64_t* integer(std::string_view name) const;
  // These members and no others, whatever their order.
  bool has_exactly(std::initializer_list<std::string_view> names) const;
  const std::vector<std::pair<std::string, Value>>& members() const { return members_; }

 private:
  friend class FlatJsonParser;
  const Value* find(std::string_view name) const;
  std::vector<std::pair<std::string, Value>> members_;
};

struct FlatJsonLimits {
  std::size_t bytes = 8192;
  std::size_t members = 16;
};

// Error code "malformed"; the message carries the offset, never the text (it may be a secret).
Result<FlatJson> parse_flat_json(std::string_view text, FlatJsonLimits limits = {});

// Members in the order of the calls. The text must be UTF-8.
class FlatJsonWriter {
 public:
  FlatJsonWriter& add(std::string_view name, std::string_view text);
  FlatJsonWriter& add(std::string_view name, std::int64_t integer);
  std::string str() const { return out_ + '}'; }

 private:
  void begin(std::string_view name);
  std::string out_ = "{";
};

bool is_utf8(std::string_view text);

}  // namespace gauntlet
