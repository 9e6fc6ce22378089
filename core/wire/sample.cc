#include "core/wire/sample.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace gauntlet::wire {
namespace {

constexpr unsigned kAxisBits = 13;
constexpr std::array<unsigned, 3> kAxisShift{0, 13, 26};
constexpr unsigned kPadShift = 39;
constexpr std::uint64_t kAxisMask = (std::uint64_t{1} << kAxisBits) - 1;

std::uint64_t load_word(const std::byte* at) {
  std::uint64_t word = 0;
  for (unsigned i = 0; i < kSampleBytes; ++i) {
    word |= std::to_integer<std::uint64_t>(at[i]) << (8 * i);
  }
  return word;
}

void store_word(std::uint64_t word, std::byte* at) {
  for (unsigned i = 0; i < kSampleBytes; ++i) at[i] = static_cast<std::byte>(word >> (8 * i));
}

// Bit 12 is the sign: flip it, and take away what it then stands for.
std::int16_t sign_extend(std::uint64_t bits) {
  constexpr int kSign = 1 << (kAxisBits - 1);
  return static_cast<std::int16_t>((static_cast<int>(bits) ^ kSign) - kSign);
}

}  // namespace

void decode_samples(std::span<const std::byte> packed, std::span<std::int16_t> xyz,
                    std::span<std::uint8_t> pads) {
  const std::size_t n = packed.size() / kSampleBytes;
  CHECK(n * kSampleBytes == packed.size() && xyz.size() == 3 * n, packed.size(), xyz.size());
  CHECK(pads.empty() || pads.size() == n, pads.size(), n);
  const std::byte* at = packed.data();
  for (std::size_t i = 0; i < n; ++i, at += kSampleBytes) {
    const std::uint64_t word = load_word(at);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      xyz[3 * i + axis] = sign_extend((word >> kAxisShift[axis]) & kAxisMask);
    }
    if (!pads.empty()) pads[i] = static_cast<std::uint8_t>((word >> kPadShift) & 1);
  }
}

std::uint32_t encode_samples(std::span<const std::int16_t> xyz, std::span<const std::uint8_t> pads,
                             std::span<std::byte> packed, Clip clip) {
  const std::size_t n = xyz.size() / 3;
  CHECK(n * 3 == xyz.size() && packed.size() == kSampleBytes * n, xyz.size(), packed.size());
  CHECK(pads.empty() || pads.size() == n, pads.size(), n);
  const std::int16_t lowest = clip == Clip::watch ? std::int16_t{-kSampleMax} : kSampleMin;
  std::uint32_t clipped = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t word = pads.empty() ? 0 : std::uint64_t{pads[i] & 1u} << kPadShift;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int16_t value = xyz[3 * i + axis];
      const std::int16_t sent = std::clamp(value, lowest, kSampleMax);
      clipped += sent != value;
      word |= (static_cast<std::uint64_t>(sent) & kAxisMask) << kAxisShift[axis];
    }
    store_word(word, packed.data() + kSampleBytes * i);
  }
  return clipped;
}

}  // namespace gauntlet::wire
