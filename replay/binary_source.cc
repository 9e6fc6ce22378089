#include "replay/binary_source.h"

#include <algorithm>

#include "core/wire/cab1.h"

namespace gauntlet::replay {
namespace {

using wire::FrameFormat;
using wire::FrameView;

// What known devices send; asked of a header only where one is looked for, so that five bytes of
// samples are seldom taken for one.
bool plausible(const FrameView& frame) {
  constexpr std::uint64_t kRates_hz[] = {10, 25, 50, 100};
  const auto& h = frame.header;
  if (std::ranges::find(kRates_hz, h.rate_hz) == std::end(kRates_hz)) return false;
  if (frame.format == FrameFormat::pebble5) return h.pad == 0;
  if (frame.format == FrameFormat::pebble16) {
    return (h.device == 0 || h.device == 0xf0) && h.duration_ms > 0;
  }
  return true;
}

bool begins_or_ends(FrameFormat format, std::span<const std::byte> rest) {
  if (rest.empty()) return true;
  const auto frame = wire::read_frame(format, rest);
  return frame.ok() || frame.error().code == "truncated";
}

// The first offset in [from, to) at which a frame surely begins; `to` when there is none.
std::size_t find_frame(FrameFormat format, std::span<const std::byte> source, std::size_t from,
                       std::size_t to) {
  for (std::size_t at = from; at < to; ++at) {
    if (!wire::may_begin_frame(format, source[at])) continue;
    const auto frame = wire::read_frame(format, source.subspan(at));
    if (!frame.ok() || !plausible(*frame)) continue;
    if (begins_or_ends(format, source.subspan(at + frame->bytes.size()))) return at;
  }
  return to;
}

bool wrapper_at(std::span<const std::byte> source, std::size_t at) {
  return source[at] == std::byte{0xca} && wire::read_cab1(source.subspan(at)).ok();
}

}  // namespace

void parse_frames(FrameFormat format, std::span<const std::byte> source, Recording& into) {
  std::size_t at = 0;
  const auto skip_to = [&](std::size_t next, std::string reason) {
    into.damage.push_back({at, next - at, std::move(reason)});
    at = next;
  };
  while (at < source.size()) {
    const auto frame = wire::read_frame(format, source.subspan(at));
    if (!frame.ok()) {
      skip_to(find_frame(format, source, at + 1, source.size()), frame.error().code);
      continue;
    }
    const std::size_t end = at + frame->bytes.size();
    if (!begins_or_ends(format, source.subspan(end))) {
      // Either the next header is damaged or this one's count: then a frame begins before its end.
      const std::size_t inside = find_frame(format, source, at + 1, end);
      if (inside < end) {
        skip_to(inside, "count_mismatch");
        continue;
      }
    }
    into.add(*frame, at);
    at = end;
  }
}

void parse_wrappers(std::span<const std::byte> source, Recording& into) {
  std::size_t at = 0;
  while (at < source.size()) {
    const auto wrapper = wire::read_cab1(source.subspan(at));
    if (!wrapper.ok()) {
      std::size_t next = at + 1;
      while (next < source.size() && !wrapper_at(source, next)) ++next;
      into.damage.push_back({at, next - at, wrapper.error().code});
      at = next;
      continue;
    }
    for (const wire::Cab1Part& part : wrapper->parts) {
      const auto offset = static_cast<std::size_t>(part.bytes.data() - source.data());
      auto frame = wire::read_whole_frame(FrameFormat::pebble5, part.bytes);
      if (!frame.ok()) {
        auto later = wire::read_whole_frame(FrameFormat::pebble16, part.bytes);
        if (later.ok()) frame = std::move(later);
      }
      if (frame.ok()) {
        into.add(*frame, offset, std::nullopt, part.location);
      } else {
        into.damage.push_back({offset, part.bytes.size(), frame.error().code});
      }
    }
    at += wrapper->size;
  }
}

}  // namespace gauntlet::replay
