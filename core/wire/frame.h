// A frame: a header and the samples behind it, in any of the four formats (header.h). Reading is
// strict and never looks beyond the bytes it was given; nothing is copied until samples are
// decoded, and decoding writes into the caller's array.
//
// Clock domain: the device's. What a format says about time differs: pebble5 nothing, pebble16 and
// delta18 the end of the buffer and its duration, muvr20 its start.
//
// Leaves out: the body of heart-rate frames (0xed), whose layout no recording shows: such a frame
// is recognised, its bytes are kept, decode() refuses it.
//
// Error codes (counted under these names):
//   bad_magic       the first byte (muvr20: magic, device, tag) is none of this format
//   truncated       fewer bytes than header and count announce
//   count_mismatch  muvr20: values not three a sample; read_whole_frame(): bytes left over
//   empty           no samples
//   sample_size     bytes a sample is neither 5 (nor 0, in pebble5; heart rate: 0)
//   rate            0 Hz
//   type_count      muvr20: not one kind of data
//   delta           delta18: the code is none (delta.h; also truncated, count_mismatch)
//   timestamp       not a number of nanoseconds that fits 64 bits
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/result.h"
#include "core/base/sensor.h"
#include "core/base/time.h"
#include "core/wire/header.h"
#include "core/wire/sample.h"

namespace gauntlet::wire {

// Valid as long as the bytes it was read from.
struct FrameView {
  FrameFormat format = FrameFormat::pebble16;
  FrameHeader header;
  std::span<const std::byte> bytes;    // header and payload
  std::span<const std::byte> payload;  // the samples

  SensorKind sensor() const;
  std::uint32_t count() const;
  std::optional<DeviceTime> start() const;
  std::optional<DeviceTime> end() const;
  std::optional<Duration> duration() const;
  bool decodable() const { return sensor() != SensorKind::heart_rate; }
  // `xyz` holds 3 * count() values; `pads` count() or nothing. Needs decodable().
  void decode(std::span<std::int16_t> xyz, std::span<std::uint8_t> pads = {}) const;
};

// Whether a frame can begin with this byte: the cheap first look of whoever searches for one.
bool may_begin_frame(FrameFormat format, std::byte first);
// The frame at the front of `bytes`; what follows it is not looked at.
Result<FrameView> read_frame(FrameFormat format, std::span<const std::byte> bytes);
// The frame that `bytes` is: as it comes in one message.
Result<FrameView> read_whole_frame(FrameFormat format, std::span<const std::byte> bytes);

// Headers with nothing but what the arguments say, for whoever sends. Arguments that do not fit
// their field are the caller's bug (CHECK).
FrameHeader pebble5_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz);
FrameHeader pebble16_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz,
                            std::uint8_t sequence, DeviceTime end, Duration duration,
                            std::uint8_t device = 0);
// code_bytes is write_frame()'s.
FrameHeader delta18_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz,
                           std::uint8_t sequence, DeviceTime end, Duration duration,
                           std::uint8_t device = 0);
FrameHeader muvr20_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz,
                          DeviceTime start, std::uint8_t device = 0x65);

// delta18: at most.
std::size_t frame_bytes(FrameFormat format, std::size_t count);

struct Encoded {
  std::size_t bytes = 0;
  std::uint32_t clipped = 0;  // values outside the range that `clip` allows
};
// Writes header and samples to the front of `out`, which has room for frame_bytes(). The number of
// samples must be the one the header announces. delta18 keeps no pads.
Encoded write_frame(FrameFormat format, const FrameHeader& header,
                    std::span<const std::int16_t> xyz, std::span<std::byte> out,
                    std::span<const std::uint8_t> pads = {}, Clip clip = Clip::watch);

}  // namespace gauntlet::wire
