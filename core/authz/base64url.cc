#include "core/authz/base64url.h"

#include <array>
#include <cstdint>

namespace gauntlet {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kInvalid = 0xff;

constexpr std::array<std::uint8_t, 256> make_reverse() {
  std::array<std::uint8_t, 256> reverse{};
  for (auto& r : reverse) r = kInvalid;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    reverse[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return reverse;
}
constexpr auto kReverse = make_reverse();

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  char* out = text.data();
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, in += 3) {
    const std::uint32_t bits = (std::uint32_t{in[0]} << 16) | (std::uint32_t{in[1]} << 8) | in[2];
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[(bits >> 12) & 63];
    *out++ = kAlphabet[(bits >> 6) & 63];
    *out++ = kAlphabet[bits & 63];
  }
  if (left > 0) {
    const std::uint32_t bits =
        (std::uint32_t{in[0]} << 16) | (left == 2 ? std::uint32_t{in[1]} << 8 : 0);
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[(bits >> 12) & 63];
    if (left == 2) *out++ = kAlphabet[(bits >> 6) & 63];
  }
  return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  const std::size_t odd = text.size() % 4;
  if (odd == 1) return std::nullopt;
  std::string bytes(text.size() * 3 / 4, '\0');
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  char* out = bytes.data();
  unsigned seen = 0;  // the two high bits are set once anything invalid went by
  const auto six = [&seen](unsigned char c) -> std::uint32_t {
    seen |= kReverse[c];
    return kReverse[c];
  };
  for (std::size_t quads = text.size() / 4; quads > 0; --quads, in += 4) {
    const std::uint32_t bits =
        (six(in[0]) << 18) | (six(in[1]) << 12) | (six(in[2]) << 6) | six(in[3]);
    *out++ = static_cast<char>((bits >> 16) & 0xff);
    *out++ = static_cast<char>((bits >> 8) & 0xff);
    *out++ = static_cast<char>(bits & 0xff);
  }
  std::uint32_t spare = 0;  // bits of the last character that belong to no byte
  if (odd >= 2) {
    const std::uint32_t bits =
        (six(in[0]) << 18) | (six(in[1]) << 12) | (odd == 3 ? six(in[2]) << 6 : 0);
    *out++ = static_cast<char>((bits >> 16) & 0xff);
    if (odd == 3) *out++ = static_cast<char>((bits >> 8) & 0xff);
    spare = odd == 3 ? bits & 0xff : bits & 0xffff;
  }
  if ((seen & ~63u) != 0 || spare != 0) return std::nullopt;
  return bytes;
}

}  // namespace gauntlet
