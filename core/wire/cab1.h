// The wrapper in which the 2015 phone application (Lift) sent what its sensors gave, big-endian:
//   0xcab1 u16, count u8, timestamp u32, then count times: size u16, location u8, size bytes.
// A part holds one frame (pebble5 in the recordings' time) of the sensor at a place on the body.
// The timestamp's unit and origin are not said by the source; it is kept as it is.
//
// Error codes: bad_magic, truncated, count_mismatch (bytes left over behind the last part).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace gauntlet::wire {

struct Cab1Part {
  std::uint8_t location = 0;
  std::span<const std::byte> bytes;
};

// Valid as long as the bytes it was read from.
struct Cab1View {
  std::uint32_t timestamp = 0;
  std::vector<Cab1Part> parts;
  std::size_t size = 0;  // bytes of the whole wrapper
};

// The wrapper at the front of `bytes`; what follows it is not looked at.
Result<Cab1View> read_cab1(std::span<const std::byte> bytes);
// The wrapper that `bytes` is.
Result<Cab1View> read_whole_cab1(std::span<const std::byte> bytes);
// At most 255 parts of at most 65,535 bytes (CHECK).
std::vector<std::byte> write_cab1(std::uint32_t timestamp, std::span<const Cab1Part> parts);

}  // namespace gauntlet::wire
