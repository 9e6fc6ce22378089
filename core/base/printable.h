// Foreign text as it may stand in a message: what is not printable ASCII as \xNN, so that a damaged
// file can neither steer the terminal nor break what reads the log.
#pragma once

#include <string>
#include <string_view>

namespace gauntlet {

inline std::string printable(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\x") += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace gauntlet
