#include "core/wire/delta.h"

#include <algorithm>
#include <bit>
#include <string>

#include "core/base/check.h"
#include "core/wire/sample.h"

namespace gauntlet::wire {
namespace {

constexpr unsigned kValueBits = 13;
constexpr unsigned kFieldBits = 4;  // of shift and width
constexpr unsigned kShiftMax = 12;
constexpr unsigned kAsIs = 15;
constexpr std::size_t kBlock = 16;

class BitWriter {
 public:
  explicit BitWriter(std::span<std::byte> out) : out_(out) {}
  void put(std::uint32_t value, unsigned bits) {
    held_ |= std::uint64_t{value & ((std::uint32_t{1} << bits) - 1)} << count_;
    for (count_ += bits; count_ >= 8; count_ -= 8, held_ >>= 8) {
      out_[bytes_++] = static_cast<std::byte>(held_);
    }
  }
  std::size_t finish() {
    if (count_ > 0) out_[bytes_++] = static_cast<std::byte>(held_);
    return bytes_;
  }

 private:
  std::span<std::byte> out_;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
  std::size_t bytes_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> in) : in_(in) {}
  // 0 beyond the end; overrun() then says so.
  std::uint32_t get(unsigned bits) {
    while (count_ < bits) {
      if (bytes_ == in_.size()) {
        overrun_ = true;
        return 0;
      }
      held_ |= std::to_integer<std::uint64_t>(in_[bytes_++]) << count_;
      count_ += 8;
    }
    const auto value = static_cast<std::uint32_t>(held_ & ((std::uint64_t{1} << bits) - 1));
    held_ >>= bits;
    count_ -= bits;
    return value;
  }
  bool overrun() const { return overrun_; }
  bool clean_end() const { return bytes_ == in_.size() && held_ == 0; }

 private:
  std::span<const std::byte> in_;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
  std::size_t bytes_ = 0;
  bool overrun_ = false;
};

std::uint32_t zigzag(std::int32_t d) {
  return (static_cast<std::uint32_t>(d) << 1) ^ static_cast<std::uint32_t>(d >> 31);
}
std::int32_t unzigzag(std::uint32_t z) {
  return static_cast<std::int32_t>(z >> 1) ^ -static_cast<std::int32_t>(z & 1);
}
std::int32_t sign_extend(std::uint32_t value, unsigned bits) {
  const auto sign = std::int32_t{1} << (bits - 1);
  return (static_cast<std::int32_t>(value) ^ sign) - sign;
}

unsigned common_shift(std::span<const std::int16_t> xyz) {
  std::uint32_t any = std::uint32_t{1} << kShiftMax;
  for (const std::int16_t v : xyz) any |= static_cast<std::uint32_t>(std::int32_t{v});
  return static_cast<unsigned>(std::countr_zero(any));
}

// One axis of samples, coded values.
class Axis {
 public:
  Axis(std::span<const std::int16_t> xyz, std::size_t axis, unsigned shift)
      : xyz_(xyz), axis_(axis), shift_(shift) {}
  std::int32_t operator[](std::size_t i) const { return xyz_[3 * i + axis_] >> shift_; }
  std::uint32_t difference(std::size_t i) const { return zigzag((*this)[i] - (*this)[i - 1]); }

 private:
  std::span<const std::int16_t> xyz_;
  std::size_t axis_;
  unsigned shift_;
};

void put_axis(const Axis& axis, std::size_t n, unsigned value_bits, BitWriter& out) {
  out.put(static_cast<std::uint32_t>(axis[0]), value_bits);
  for (std::size_t from = 1; from < n; from += kBlock) {
    const std::size_t to = std::min(n, from + kBlock);
    std::uint32_t all = 0;
    for (std::size_t i = from; i < to; ++i) all |= axis.difference(i);
    const auto width = static_cast<unsigned>(std::bit_width(all));
    const bool as_is = width >= value_bits;
    out.put(as_is ? kAsIs : width, kFieldBits);
    for (std::size_t i = from; i < to; ++i) {
      as_is ? out.put(static_cast<std::uint32_t>(axis[i]), value_bits)
            : out.put(axis.difference(i), width);
    }
  }
}

// False when a value does not fit.
bool get_axis(BitReader& in, std::span<std::int16_t> xyz, std::size_t axis, unsigned shift) {
  const unsigned value_bits = kValueBits - shift;
  const std::size_t n = xyz.size() / 3;
  const std::int32_t limit = std::int32_t{1} << (value_bits - 1);
  std::int32_t value = sign_extend(in.get(value_bits), value_bits);
  xyz[axis] = static_cast<std::int16_t>(value * (1 << shift));
  unsigned width = 0;
  for (std::size_t i = 1; i < n; ++i) {
    if (i % kBlock == 1) width = in.get(kFieldBits);
    if (width == kAsIs) {
      value = sign_extend(in.get(value_bits), value_bits);
    } else {
      value += unzigzag(in.get(width));
    }
    if (value < -limit || value >= limit) return false;
    xyz[3 * i + axis] = static_cast<std::int16_t>(value * (1 << shift));
  }
  return true;
}

}  // namespace

std::size_t delta_bytes_max(std::size_t count) {
  const std::size_t blocks = (count - 1 + kBlock - 1) / kBlock;
  return (kFieldBits + 3 * (kValueBits * count + kFieldBits * blocks) + 7) / 8;
}

std::size_t encode_delta(std::span<const std::int16_t> xyz, std::span<std::byte> out) {
  const std::size_t n = xyz.size() / 3;
  CHECK(n > 0 && 3 * n == xyz.size(), xyz.size());
  CHECK(out.size() >= delta_bytes_max(n), out.size(), n);
  for (const std::int16_t v : xyz) CHECK(v >= kSampleMin && v <= kSampleMax, v);
  const unsigned shift = common_shift(xyz);
  BitWriter bits(out);
  bits.put(shift, kFieldBits);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    put_axis(Axis(xyz, axis, shift), n, kValueBits - shift, bits);
  }
  return bits.finish();
}

Result<void> decode_delta(std::span<const std::byte> code, std::span<std::int16_t> xyz) {
  CHECK(!xyz.empty() && xyz.size() % 3 == 0, xyz.size());
  BitReader bits(code);
  const std::uint32_t shift = bits.get(kFieldBits);
  if (shift > kShiftMax) return Error{"delta", "delta code: shift is " + std::to_string(shift)};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const bool fits = get_axis(bits, xyz, axis, shift);
    if (bits.overrun()) {
      return Error{"truncated", "delta code: ends within " + std::to_string(code.size()) + " B"};
    }
    if (!fits) return Error{"delta", "delta code: a value needs more than 13 bits"};
  }
  if (!bits.clean_end()) return Error{"count_mismatch", "delta code: something is left over"};
  return {};
}

}  // namespace gauntlet::wire
