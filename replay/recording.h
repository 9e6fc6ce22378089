// A recording: the frames a phone received, in the order in which they came, with when they came if
// the source says so, and what of the source could not be read.
//
// Accepted sources (RecordingFormat):
//   pebble5   frames one after another (.dat of lift)
//   pebble16  frames one after another (.raw of muvr)
//   muvr20    frames one after another
//   lift-log  text, a line a frame: "2015-04-24 15:29:12.857 Muvr[…] <ad643205 …>", the phone's
//   wall
//             time (taken as UTC: the source names no zone) and a pebble16 frame in hexadecimal
//   cab1      the phone's wrappers one after another, with pebble5 or pebble16 frames inside
// A damaged source gives its whole frames; what lies between is skipped up to the next place where
// a header stands that is followed by another header or the end, and counted in `damage`.
//
// Error codes: unreadable (no such file, or too large), unknown_format (nothing accepted is in it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/wire/frame.h"

namespace gauntlet::replay {

enum class RecordingFormat : std::uint8_t { pebble5, pebble16, muvr20, lift_log, cab1 };
std::string_view to_string(RecordingFormat format);
// Also "auto", which is nullopt. Anything else is the error bad_format, which names what is
// accepted.
Result<std::optional<RecordingFormat>> recording_format(std::string_view name);

struct Packet {
  wire::FrameFormat format = wire::FrameFormat::pebble16;
  std::size_t first = 0;  // in Recording::bytes
  std::size_t size = 0;
  std::uint64_t source_offset = 0;  // where its bytes (lift-log: its line) begin in the source
  std::optional<HostTime> arrival;
  std::optional<std::uint8_t> location;  // cab1: the place on the body
};

// A stretch of the source that is in no packet.
struct Damage {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::string reason;  // a wire error code, or bad_line, bad_hex, bad_time
};

struct Recording {
  std::string source;
  RecordingFormat format = RecordingFormat::pebble16;
  std::vector<std::byte> bytes;  // of all packets
  std::vector<Packet> packets;
  std::vector<Damage> damage;

  bool partial() const { return !damage.empty(); }
  std::span<const std::byte> bytes_of(const Packet& p) const {
    return std::span(bytes).subspan(p.first, p.size);
  }
  wire::FrameView frame(const Packet& p) const {
    return wire::read_whole_frame(p.format, bytes_of(p)).value();
  }
  void add(const wire::FrameView& frame, std::uint64_t source_offset,
           std::optional<HostTime> arrival = std::nullopt,
           std::optional<std::uint8_t> location = std::nullopt);
};

// `format` nullopt: whichever accounts for most of the bytes.
Result<Recording> parse_recording(std::span<const std::byte> source, std::string name,
                                  std::optional<RecordingFormat> format = std::nullopt);
// A file; the arrival time in names like ad-1420573868817.dat (ms since the Unix epoch) is used.
Result<Recording> read_recording(const std::string& path,
                                 std::optional<RecordingFormat> format = std::nullopt);

}  // namespace gauntlet::replay
