#include "core/wire/cab1.h"

#include <optional>
#include <string>

#include "core/base/check.h"

namespace gauntlet::wire {
namespace {

constexpr std::uint32_t kMagic = 0xcab1;
constexpr std::size_t kMaxParts = 0xff;
constexpr std::size_t kMaxPartBytes = 0xffff;

// Once something is missing nothing more is read.
class BigEndianReader {
 public:
  explicit BigEndianReader(std::span<const std::byte> bytes) : left_(bytes) {}
  std::optional<std::uint32_t> number(std::size_t width) {
    const auto bytes = take(width);
    if (!bytes) return std::nullopt;
    std::uint32_t value = 0;
    for (const std::byte b : *bytes) value = value << 8 | std::to_integer<std::uint32_t>(b);
    return value;
  }
  std::optional<std::span<const std::byte>> take(std::size_t n) {
    ended_ = ended_ || left_.size() < n;
    if (ended_) return std::nullopt;
    const auto front = left_.first(n);
    left_ = left_.subspan(n);
    return front;
  }
  std::size_t left() const { return left_.size(); }

 private:
  std::span<const std::byte> left_;
  bool ended_ = false;
};

void append(std::vector<std::byte>& out, std::size_t value, unsigned width) {
  for (unsigned i = width; i-- > 0;) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

Error truncated(std::size_t left) {
  return {"truncated", "cab1: ends after " + std::to_string(left) + " more bytes"};
}

}  // namespace

Result<Cab1View> read_cab1(std::span<const std::byte> bytes) {
  BigEndianReader in(bytes);
  const auto magic = in.number(2);
  if (magic && *magic != kMagic) {
    return Error{"bad_magic", "cab1: starts with " + std::to_string(*magic)};
  }
  const auto count = in.number(1), timestamp = in.number(4);
  if (!timestamp) return truncated(bytes.size());
  Cab1View view;
  view.timestamp = *timestamp;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto size = in.number(2), location = in.number(1);
    if (!location) return truncated(in.left());
    const auto part = in.take(*size);
    if (!part) return truncated(in.left());
    view.parts.push_back({static_cast<std::uint8_t>(*location), *part});
  }
  view.size = bytes.size() - in.left();
  return view;
}

Result<Cab1View> read_whole_cab1(std::span<const std::byte> bytes) {
  auto view = read_cab1(bytes);
  if (view.ok() && view->size != bytes.size()) {
    return Error{"count_mismatch",
                 "cab1: " + std::to_string(bytes.size() - view->size) + " bytes left over"};
  }
  return view;
}

std::vector<std::byte> write_cab1(std::uint32_t timestamp, std::span<const Cab1Part> parts) {
  CHECK(parts.size() <= kMaxParts, parts.size());
  std::vector<std::byte> out;
  append(out, kMagic, 2);
  append(out, parts.size(), 1);
  append(out, timestamp, 4);
  for (const Cab1Part& part : parts) {
    CHECK(part.bytes.size() <= kMaxPartBytes, part.bytes.size());
    append(out, part.bytes.size(), 2);
    append(out, part.location, 1);
    out.insert(out.end(), part.bytes.begin(), part.bytes.end());
  }
  return out;
}

}  // namespace gauntlet::wire
