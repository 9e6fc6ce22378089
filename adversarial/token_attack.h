// Forged tokens and requests out of turn against the real services (catalogue J1 to J6, A1).
//
// The attacker is enrolled: he has a name, a secret and tokens of his own, knows the issuer's
// public key, has seen one token of a victim that he cannot use at its service any more or anywhere
// else (a compromised ingest has seen it), and for J6 holds whatever key ingest holds. Everything
// goes through HTTP to the services' own handlers; nothing here reaches around them.
//
//   J1  alg none in any case, HMAC keyed with the public key or a weak secret, signature stripped,
//       null, cut, lengthened, of another payload
//   J2  kid that traverses, injects, is unknown; jwk, jku, x5u, crit, doubled members
//   J3  another service's token, claims changed, the inner token alone
//   J4  inner headers: RSA1_5, zip, p2c, epk, sealed for signed
//   J5  a victim's inner token within the attacker's outer one
//   J6  tokens of any cluster signed with the key that ingest has
//   A1  foreign sessions read and written, mass assignment, paths that traverse; floods, whose
//       success is what they do to others
// Accepted means that the service did not answer 401 to a token that is not the attacker's; for A1,
// that it gave out or stored what is not his. Zero of n bounds the probability below 3 / n at 95 %.
// Leaves out: timing side channels, denial beyond the request budget.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adversarial/attack_options.h"
#include "core/authz/signing.h"
#include "core/runtime/runtime.h"

namespace gauntlet::adversarial {

struct ForgeMaterial {
  std::string own;  // for ingest
  std::string own_for_profile;
  std::string seen;                          // a victim's, for ingest
  std::string public_pem;                    // the issuer's
  std::optional<SigningKey> held_by_ingest;  // J6: when it signs as well as it verifies
};

struct ForgedToken {
  std::string_view row;
  std::string name;
  std::string token;
  std::string_view audience;  // whom it is shown to: "ingest" or "profile"
};
std::vector<ForgedToken> forge_tokens(const ForgeMaterial& material, TokenFamily family);

struct ServiceAttackTarget {
  Endpoint authz, ingest, profile;
  std::string user, secret;    // the attacker's
  std::string victim_session;  // 32 hexadecimal digits
  std::string seen, public_pem;
  std::optional<SigningKey> held_by_ingest;
};

struct ServiceAttackReport {
  struct Row {
    std::uint64_t tried = 0, accepted = 0, unanswered = 0;
    std::uint64_t refused = 0;     // answered 401, 403 or 429
    std::uint64_t over_quota = 0;  // of these 429
  };
  std::map<std::string, Row, std::less<>> rows;
  std::vector<std::string> accepted;          // names, once each
  std::optional<HostTime> begun, refused_at;  // logged in; the first refusal
  std::uint64_t tried() const;
  std::uint64_t accepted_total() const;
  std::uint64_t refused() const;
  std::uint64_t over_quota() const;
};

// Ends when the budget is spent. `runtime` and `report` outlive it.
asio::awaitable<void> run_token_attack(Runtime& runtime, ServiceAttackTarget target,
                                       TokenAttackOptions options, ServiceAttackReport& report);
// One connection of one address: `addresses` and `connections` are the caller's to spread.
asio::awaitable<void> run_api_attack(Runtime& runtime, ServiceAttackTarget target,
                                     ApiAttackOptions options, ServiceAttackReport& report);

}  // namespace gauntlet::adversarial
