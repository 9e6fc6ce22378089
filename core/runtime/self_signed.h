// A certificate of one's own making, for tests and for services in development: made anew, with a
// fresh P-256 key, nothing to expire, its own authority. Not for production: nobody vouches for it.
#pragma once

#include <string>
#include <vector>

namespace gauntlet {

struct SelfSigned {
  std::string certificate_pem;
  std::string private_key_pem;
};

// Valid from 2020 on for these DNS names and numeric addresses, of which there is at least one.
SelfSigned make_self_signed(const std::vector<std::string>& names);

}  // namespace gauntlet
