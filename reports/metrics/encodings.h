// The encodings in which an identifier can hide, one function each; and back from base64.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gauntlet::reports {

std::string to_hex(std::string_view bytes, bool upper = false);
// Standard (+/) or URL-safe (-_) alphabet, RFC 4648; padded with = or not.
std::string to_base64(std::string_view bytes, bool url_safe = false, bool padded = true);
// The characters of base64(x + bytes + y) that depend on `bytes` alone, for an x of `offset` (0, 1,
// 2) bytes modulo 3 and any y.
std::string base64_core(std::string_view bytes, std::size_t offset, bool url_safe);
// Either alphabet, without padding; a last character that carries less than a byte is left out.
std::string from_base64(std::string_view text);
std::string to_utf16(std::string_view ascii, bool big_endian);
// RFC 3986: everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);
// The bytes that hex digits (dashes ignored) stand for; none if it is not hex.
std::optional<std::string> from_hex_digits(std::string_view text);
// FIPS 180-4, 32 bytes.
std::string sha256(std::string_view bytes);

}  // namespace gauntlet::reports
