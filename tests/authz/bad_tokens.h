// The catalogue's J rows as a table of bad tokens, each with the reason it must be refused for.
#pragma once

#include <string>
#include <vector>

#include "tests/authz/forge.h"

namespace gauntlet::forge {

struct BadToken {
  std::string row;  // of the catalogue: J1 to J6
  std::string name;
  std::string token;
  std::string_view reason;
  // The weak verifier of the tests falls for it: at least one a row, or the table proves nothing.
  bool fools_the_weak = false;
};

// To be shown to House::ingest, a verifier pinned to ES256.
std::vector<BadToken> bad_outer_tokens(const House& house);
// Well-signed outer tokens, to be shown to House::profile and its opener.
std::vector<BadToken> bad_inner_tokens(const House& house);

}  // namespace gauntlet::forge
