// Base64url without padding (RFC 4648 section 5, RFC 7515 section 2), strict: one text for one byte
// string. Refused: padding, white space, the alphabet of plain base64, a length no bytes encode to,
// and unused trailing bits that are not zero (else one token would have several spellings).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gauntlet {

std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace gauntlet
