// A delta code for 3-axis samples: what a watch could send instead of 5 bytes a sample.
//
// A string of bits, each byte filled from its least significant bit, numbers least significant bit
// first:
//   shift        4   0 to 12: every value is a multiple of 2^shift and is coded divided by it
//   then x, y, z one after another, with v = 13 - shift bits a value:
//   first        v   two's complement
//   then the other samples in blocks of 16 (the last may be shorter):
//   width        4   0 to 14: each sample follows as its difference from the one before it,
//                    zigzagged (0, -1, 1, -2, ... are 0, 1, 2, 3, ...), in `width` bits
//                    15: each sample follows as it is, in v bits
//   and zeros to the end of the byte.
// A still axis costs 4 bits for 16 samples; noise never costs more than 13 bits a value and 4 for
// 16 of them. Units as in sample.h; the pad bit is not kept. A code of our own: no recording has
// it.
//
// Error codes: truncated (the bits end early), delta (a shift above 12, or a value beyond 13 bits),
// count_mismatch (bytes left over, or a one among the last zeros).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/result.h"

namespace gauntlet::wire {

// The most that `count` samples take.
std::size_t delta_bytes_max(std::size_t count);
// `xyz`: three values a sample, -4096 to 4095, at least one sample; `out` has room for
// delta_bytes_max(). Returns the bytes written.
std::size_t encode_delta(std::span<const std::int16_t> xyz, std::span<std::byte> out);
// Exactly `code`; `xyz` takes three values for each sample expected, at least one.
Result<void> decode_delta(std::span<const std::byte> code, std::span<std::int16_t> xyz);

}  // namespace gauntlet::wire
