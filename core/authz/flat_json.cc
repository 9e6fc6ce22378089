#include "core/authz/flat_json.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace gauntlet {
namespace {

// The largest integer every JSON reader keeps exactly (RFC 8259 section 6).
constexpr std::int64_t kIntegerMax = std::int64_t{1} << 53;

bool is_plain(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x20 && u < 0x80 && c != '"' && c != '\\';
}

// How many characters at the front are plain: eight at a time (each byte's highest bit is set where
// the byte is not; no carry crosses from one byte to the next).
std::size_t plain_length(std::string_view s) {
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101, kHigh = 0x80 * kEach;
  const auto zero = [](std::uint64_t w) { return ~(((w & ~kHigh) + ~kHigh) | w) & kHigh; };
  std::size_t n = 0;
  for (; n + 8 <= s.size(); n += 8) {
    std::uint64_t w = 0;
    std::memcpy(&w, s.data() + n, 8);
    const std::uint64_t control = ~((w | kHigh) - 0x20 * kEach) & kHigh;  // low seven bits < 0x20
    if (((w & kHigh) | control | zero(w ^ ('"' * kEach)) | zero(w ^ ('\\' * kEach))) != 0) break;
  }
  while (n < s.size() && is_plain(s[n])) ++n;
  return n;
}

// Length of the well-formed UTF-8 sequence at the front (Unicode 15 table 3-7), 0 if there is none.
std::size_t utf8_length(std::string_view s) {
  const auto at = [&](std::size_t i) -> unsigned {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
  };
  const auto tail = [&](std::size_t i) { return at(i) >= 0x80 && at(i) <= 0xbf; };
  const unsigned b = at(0);
  if (s.empty()) return 0;
  if (b < 0x80) return 1;
  if (b >= 0xc2 && b <= 0xdf) return tail(1) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) {
    if ((b == 0xe0 && at(1) < 0xa0) || (b == 0xed && at(1) > 0x9f)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (b >= 0xf0 && b <= 0xf4) {
    if ((b == 0xf0 && at(1) < 0x90) || (b == 0xf4 && at(1) > 0x8f)) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace

class FlatJsonParser {
 public:
  FlatJsonParser(std::string_view text, FlatJsonLimits limits) : text_(text), limits_(limits) {}

  Result<FlatJson> parse() {
    if (text_.size() > limits_.bytes || !object()) {
      return Error{"malformed", "not a flat JSON object, at byte " + std::to_string(at_)};
    }
    return std::move(json_);
  }

 private:
  bool object() {
    json_.members_.reserve(limits_.members);
    skip_space();
    if (!take('{')) return false;
    skip_space();
    if (!take('}')) {
      do {
        skip_space();
        if (json_.members_.size() == limits_.members || !member()) return false;
        skip_space();
      } while (take(','));
      if (!take('}')) return false;
    }
    skip_space();
    return at_ == text_.size();
  }

  bool member() {
    std::string name;
    if (!string(name) || json_.find(name) != nullptr) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    if (peek() == '"') {
      std::string value;
      if (!string(value)) return false;
      json_.members_.emplace_back(std::move(name), std::move(value));
      return true;
    }
    std::int64_t value = 0;
    if (!integer(value)) return false;
    json_.members_.emplace_back(std::move(name), value);
    return true;
  }

  bool string(std::string& out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      at_ += plain_length(text_.substr(at_));
      out.append(text_, begin, at_ - begin);
      if (take('"')) return true;
      if (take('\\')) {
        if (!escape(out)) return false;
        continue;
      }
      const std::size_t n = utf8_length(text_.substr(at_));
      if (n < 2) return false;  // the end, a raw control character, or no UTF-8
      out.append(text_, at_, n);
      at_ += n;
    }
    return false;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (c == 'u') return unicode_escape(out);
    const std::size_t i = kNames.find(c);
    if (c == '\0' || i == std::string_view::npos) return false;
    out.push_back(kValues[i]);
    return true;
  }

  bool unicode_escape(std::string& out) {
    const auto first = four_hex();
    if (!first || (*first >= 0xdc00 && *first <= 0xdfff)) return false;
    std::uint32_t code = *first;
    if (code >= 0xd800 && code <= 0xdbff) {
      if (!take('\\') || !take('u')) return false;
      const auto second = four_hex();
      if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (*second - 0xdc00);
    }
    append_utf8(out, code);
    return true;
  }

  std::optional<std::uint32_t> four_hex() {
    if (text_.size() - std::min(at_, text_.size()) < 4) return std::nullopt;
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      std::uint32_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint32_t>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint32_t>(c - 'A') + 10;
      } else {
        return std::nullopt;
      }
      code = code * 16 + digit;
    }
    return code;
  }

  bool integer(std::int64_t& out) {
    const bool negative = take('-');
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') {
      out = out * 10 + (peek() - '0');
      ++at_;
      if (out > kIntegerMax) return false;
    }
    const std::size_t digits = at_ - begin;
    if (digits == 0 || (digits > 1 && text_[begin] == '0')) return false;
    if (negative) out = -out;
    return true;
  }

  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  FlatJsonLimits limits_;
  std::size_t at_ = 0;
  FlatJson json_;
};

const FlatJson::Value* FlatJson::find(std::string_view name) const {
  for (const auto& [n, value] : members_) {
    if (n == name) return &value;
  }
  return nullptr;
}

const std::string* FlatJson::text(std::string_view name) const {
  const Value* value = find(name);
  return value ? std::get_if<std::string>(value) : nullptr;
}

const std::int64_t* FlatJson::integer(std::string_view name) const {
  const Value* value = find(name);
  return value ? std::get_if<std::int64_t>(value) : nullptr;
}

bool FlatJson::has_exactly(std::initializer_list<std::string_view> names) const {
  if (members_.size() != names.size()) return false;
  const bool in_this_order =
      std::equal(names.begin(), names.end(), members_.begin(),
                 [](std::string_view name, const auto& member) { return member.first == name; });
  return in_this_order ||
         std::all_of(names.begin(), names.end(), [this](auto n) { return find(n) != nullptr; });
}

Result<FlatJson> parse_flat_json(std::string_view text, FlatJsonLimits limits) {
  return FlatJsonParser(text, limits).parse();
}

namespace {

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (u < 0x20) {
      out.append("\\u00");
      out.push_back(kHex[u >> 4]);
      out.push_back(kHex[u & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

void FlatJsonWriter::begin(std::string_view name) {
  if (out_.size() > 1) out_.push_back(',');
  append_quoted(out_, name);
  out_.push_back(':');
}

FlatJsonWriter& FlatJsonWriter::add(std::string_view name, std::string_view text) {
  begin(name);
  append_quoted(out_, text);
  return *this;
}

FlatJsonWriter& FlatJsonWriter::add(std::string_view name, std::int64_t integer) {
  begin(name);
  out_.append(std::to_string(integer));
  return *this;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

}  // namespace gauntlet
