// One 3-axis sample in 5 bytes: a little-endian 40-bit word, from the least significant bit
// x (13), y (13), z (13), pad (1); the axes in two's complement.
//
// Units on the wire: acceleration 1 mg a count, clamped by the watch to +-4095; rotation 4095
// counts are 4 pi rad/s. Frame: the sensor's own. Source: the packing of the 2015 Pebble
// applications (lift, muvr), checked against their recordings; the rotation's scale is the essay's
// word only.
//
// The pad bit carries nothing, but recordings have it set, so that it can be kept: decoding and
// encoding again gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

namespace gauntlet::wire {

inline constexpr std::size_t kSampleBytes = 5;
inline constexpr std::int16_t kSampleMax = 4095;
inline constexpr std::int16_t kSampleMin = -4096;  // representable, but never sent by a watch
inline constexpr double kRadpsPerCount = 4 * std::numbers::pi / kSampleMax;

// What becomes of values that do not fit: `watch` clamps to +-4095 as the devices do, `word` to
// what 13 bits hold, which keeps every decoded word as it was.
enum class Clip : std::uint8_t { watch, word };

// Decodes `packed.size() / 5` samples into x, y, z, x, … `pads`, when not empty, takes a sample's
// pad bit each. Sizes must fit: packed a multiple of 5, xyz 3 values a sample, pads one.
void decode_samples(std::span<const std::byte> packed, std::span<std::int16_t> xyz,
                    std::span<std::uint8_t> pads = {});

// The opposite; empty `pads` means 0. Returns how many values were clipped.
std::uint32_t encode_samples(std::span<const std::int16_t> xyz, std::span<const std::uint8_t> pads,
                             std::span<std::byte> packed, Clip clip = Clip::watch);

}  // namespace gauntlet::wire
