// Parameters of attacks on tokens and services (catalogue J1 to J6, A1, A2).
#pragma once

#include <cstdint>

#include "core/base/options.h"

namespace gauntlet::adversarial {

enum class TokenFamily : std::uint8_t { j1, j2, j3, j4, j5, j6, all };

// adversarial/token_attack.h: forged tokens against the real handlers.
struct TokenAttackOptions {
  TokenFamily family = TokenFamily::all;
  std::int64_t requests = 200;
  double per_s = 20;
  bool open_door = false;  // adversarial/open_door.h instead of the services
  void describe(OptionVisitor& v);
};

// adversarial/api_attack.h: an enrolled attacker with a token of his own.
// Floods: with a token of his own, with tokens that are none, guessing at a secret. `all` is what
// trespasses, and the first of them.
enum class ApiAct : std::uint8_t {
  foreign_objects,
  mass_assignment,
  flood,
  traversal,
  all,
  token_flood,
  login_flood
};

struct ApiAttackOptions {
  ApiAct act = ApiAct::all;
  std::int64_t requests = 200;
  double per_s = 20;             // together
  std::int64_t addresses = 1;    // from so many hosts, each logged in by itself
  std::int64_t connections = 1;  // at once, of each; on each a request waits for the one before
  bool open_door = false;        // adversarial/open_door.h instead of the services
  bool is_flood() const {
    return act == ApiAct::flood || act == ApiAct::token_flood || act == ApiAct::login_flood;
  }
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::adversarial
