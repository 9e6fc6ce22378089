// What a stolen table gives away by itself: anonymity of its records (M12) and the join of two logs
// by their times (M7).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/random.h"

namespace gauntlet::privacy {

// Records that look alike form a class; suppressed records are left out before.
struct StoreAnonymity {
  std::uint64_t records = 0;
  std::uint64_t classes = 0;
  std::uint64_t smallest = 0;  // k of k-anonymity
  double highest_risk = 0;     // 1 / smallest
  double marketer_risk = 0;    // classes / records: the share that a linkage of all gets right
  double unique = 0;           // share of records alone in their class
};
StoreAnonymity store_anonymity(std::span<const std::string> quasi_identifiers);

// Row i of both logs is the same person: authz issued a token, ingest saw a session some time
// later. For each session in order of time the adversary names an issue that came before and that
// it has not yet used. `latest` takes the newest; `told` picks at random and learns after each
// guess who it really was, which is the best that exponential delays allow: (1 - e^-rho) / rho for
// Poisson issues, rho issues per mean delay. Returns the share of right guesses.
enum class JoinKnowledge : std::uint8_t { latest, told };
double join_by_time(std::span<const double> issued_s, std::span<const double> seen_s,
                    JoinKnowledge knowledge, sim::RandomStream random);

}  // namespace gauntlet::privacy
