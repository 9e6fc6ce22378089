// The headers of the four frame formats, as one table each and one engine for all.
//
// | format   | year, application | bytes | byte order |
// | pebble5  | 2015, Lift        | 5     | single bytes |
// | pebble16 | 2015, Muvr        | 16    | little-endian |
// | muvr20   | 2016, Muvr        | 20    | little-endian |
// | delta18  | our own           | 18    | little-endian |
// Source: those applications' public code and recordings; delta18 is pebble16's header with the
// size of the code behind it (delta.h). Every header byte belongs to a field, so
// that decoding and encoding again gives the same bytes whatever stood in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gauntlet::wire {

enum class FrameFormat : std::uint8_t { pebble5, pebble16, muvr20, delta18 };
inline constexpr FrameFormat kFrameFormats[] = {FrameFormat::pebble5, FrameFormat::pebble16,
                                                FrameFormat::muvr20, FrameFormat::delta18};
std::string_view to_string(FrameFormat format);

// The union of all formats' fields, each as wide as the widest so that one table type serves; a
// field that a format lacks stays 0.
struct FrameHeader {
  std::uint64_t magic = 0;  // muvr20: 0x61
  std::uint64_t type = 0;   // pebble*: 0xad acceleration, 0xbd rotation, 0xed heart rate; delta18:
                            // 0xac, 0xbc
  std::uint64_t count = 0;  // all but muvr20: samples
  std::uint64_t rate_hz = 0;      // nominal; the real one is found by measuring
  std::uint64_t sample_size = 0;  // bytes a sample; 0 in every pebble5 recording
  std::uint64_t pad = 0;          // pebble5: means nothing, kept
  std::uint64_t device = 0;    // pebble16: 0 Pebble, 0xf0 iPhone; muvr20: 0x65 Pebble, 0x64 Apple
  std::uint64_t sequence = 0;  // pebble16: one more each frame, modulo 256
  std::uint64_t end_ms = 0;    // pebble16: device clock at the END of the buffer, Unix epoch
  std::uint64_t duration_ms = 0;  // pebble16: from the buffer's start to its end
  std::uint64_t type_count = 0;   // muvr20: kinds of data in the frame; only 1 is known
  std::uint64_t start_bits = 0;   // muvr20: IEEE 754 double, seconds, START of the buffer
  std::uint64_t value_count = 0;  // muvr20: three a sample
  std::uint64_t tag = 0;          // muvr20: "tal?" as it stands, least significant byte first
  std::uint64_t code_bytes = 0;   // delta18: behind the header
  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

struct HeaderField {
  std::string_view name;
  std::uint8_t offset;
  std::uint8_t width;  // bytes, little-endian
  std::uint64_t FrameHeader::* member;
};

std::span<const HeaderField> header_fields(FrameFormat format);
std::size_t header_bytes(FrameFormat format);

// `bytes` holds at least header_bytes(format).
FrameHeader read_header(FrameFormat format, std::span<const std::byte> bytes);
// Bits beyond a field's width must not be set: CHECKed.
void write_header(FrameFormat format, const FrameHeader& header, std::span<std::byte> bytes);

}  // namespace gauntlet::wire
