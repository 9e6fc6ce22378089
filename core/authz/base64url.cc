#include "core/authz/base64url.h"

#include <array>
#include <cstdint>

namespace gauntlet {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// Six bits of a character, shifted to each of the four places of a quad; whatever is no character
// sets a bit above all of them.
constexpr std::uint32_t kInvalid = 0xff00'0000;
constexpr std::array<std::array<std::uint32_t, 256>, 4> make_places() {
  std::array<std::array<std::uint32_t, 256>, 4> places{};
  for (std::size_t place = 0; place < 4; ++place) {
    for (auto& bits : places[place]) bits = kInvalid;
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
      places[place][static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint32_t>(i)
                                                                << (18 - 6 * place);
    }
  }
  return places;
}
constexpr auto kPlaces = make_places();

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
  std::uint32_t seen = 0;
  for (std::size_t quads = text.size() / 4; quads > 0; --quads, in += 4) {
    const std::uint32_t bits =
        kPlaces[0][in[0]] | kPlaces[1][in[1]] | kPlaces[2][in[2]] | kPlaces[3][in[3]];
    seen |= bits;
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>(bits >> 8);
    *out++ = static_cast<char>(bits);
  }
  std::uint32_t spare = 0;  // bits of the last character that belong to no byte
  if (odd >= 2) {
    const std::uint32_t bits =
        kPlaces[0][in[0]] | kPlaces[1][in[1]] | (odd == 3 ? kPlaces[2][in[2]] : 0);
    seen |= bits;
    *out++ = static_cast<char>(bits >> 16);
    if (odd == 3) *out++ = static_cast<char>(bits >> 8);
    spare = odd == 3 ? bits & 0xff : bits & 0xffff;
  }
  if ((seen & kInvalid) != 0 || spare != 0) return std::nullopt;
  return bytes;
}

}  // namespace gauntlet
