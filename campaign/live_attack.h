// Attacks on tokens and services against services that run, over real sockets, by the same code as
// in the simulation (adversarial/token_attack.h).
//
// Whoever calls has checked that the target may be attacked (scenarios/live_target.h): loopback, or
// named in an authorisation file. The number of requests is the budget; they go one after the other
// at the attack's own rate.
#pragma once

#include <string>

#include "adversarial/token_attack.h"
#include "core/base/result.h"
#include "scenarios/live_target.h"

namespace gauntlet::campaign {

struct LiveAttackOptions {
  scenarios::LiveTarget target;
  Endpoint profile;             // as secure as the target
  std::string authorities_pem;  // whom to trust; empty: the system's store
  std::string user, secret;     // the attacker's own account
  std::int64_t requests = 200;
};

// Codes: "bad_attack" (neither token nor api), "unreachable", "refused" (the account does not log
// in), and those of the TLS context.
Result<adversarial::ServiceAttackReport> run_live_attack(const adversarial::AttackOptions& attack,
                                                         const LiveAttackOptions& options);

}  // namespace gauntlet::campaign
