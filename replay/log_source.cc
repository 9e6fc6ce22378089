#include "replay/log_source.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

namespace gauntlet::replay {
namespace {

// A binary file has no line ends to speak of; no log line is longer than a frame of 255 samples.
constexpr std::size_t kMaxLine = 1 << 14;

// Nanoseconds since 1970 fit 64 bits until 2262.
constexpr int kLastYear = 2200;

std::optional<int> number(std::string_view text, std::size_t first, std::size_t width) {
  int value = 0;
  const char* const from = text.data() + first;
  const auto [end, error] = std::from_chars(from, from + width, value);
  if (error != std::errc{} || end != from + width || value < 0) return std::nullopt;
  return value;
}

// "2015-04-24 15:29:12.857"
std::optional<HostTime> wall_time(std::string_view line) {
  constexpr std::string_view kShape = "dddd-dd-dd dd:dd:dd.ddd";
  if (line.size() < kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] != 'd' && kShape[i] != line[i]) return std::nullopt;
  }
  const auto y = number(line, 0, 4), mo = number(line, 5, 2), d = number(line, 8, 2);
  const auto h = number(line, 11, 2), mi = number(line, 14, 2), s = number(line, 17, 2);
  const auto ms = number(line, 20, 3);
  if (!y || !mo || !d || !h || !mi || !s || !ms) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*y},
                                         std::chrono::month{static_cast<unsigned>(*mo)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *y < 1970 || *y > kLastYear || *h > 23 || *mi > 59 || *s > 60)
    return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch();
  return HostTime{days + std::chrono::hours{*h} + std::chrono::minutes{*mi} +
                  std::chrono::seconds{*s} + std::chrono::milliseconds{*ms}};
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Groups of digits between '<' and '>'.
std::optional<std::vector<std::byte>> hex_bytes(std::string_view line) {
  const std::size_t open = line.find('<'), close = line.find('>');
  if (open == line.npos || close == line.npos || close < open) return std::nullopt;
  std::vector<std::byte> bytes;
  int high = -1;
  for (const char c : line.substr(open + 1, close - open - 1)) {
    if (c == ' ') continue;
    const int digit = nibble(c);
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::byte>(high * 16 + digit));
      high = -1;
    }
  }
  if (high >= 0) return std::nullopt;
  return bytes;
}

std::string parse_line(std::string_view line, std::uint64_t offset, Recording& into) {
  if (line.size() > kMaxLine || line.find('<') == line.npos) return "bad_line";
  const auto arrival = wall_time(line);
  if (!arrival) return "bad_time";
  const auto bytes = hex_bytes(line);
  if (!bytes) return "bad_hex";
  const auto frame = wire::read_whole_frame(wire::FrameFormat::pebble16, *bytes);
  if (!frame.ok()) return frame.error().code;
  into.add(*frame, offset, arrival);
  return {};
}

}  // namespace

void parse_log(std::span<const std::byte> source, Recording& into) {
  const std::string_view text(reinterpret_cast<const char*>(source.data()), source.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.find_first_not_of(" \t\r") != line.npos) {
      std::string reason = parse_line(line, at, into);
      if (!reason.empty()) into.damage.push_back({at, line.size(), std::move(reason)});
    }
    at = end + 1;
  }
}

}  // namespace gauntlet::replay
