// How large a population `gauntlet privacy` simulates and what the adversaries meet in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/options.h"

namespace gauntlet::scenarios {

// What may flow from one host to another: identifiers that a message may contain, and those that
// may stand behind an opaque value in it, as a person does behind a token.
struct HopPolicy {
  std::string hop;
  std::vector<std::string> itself, behind;
  void describe(OptionVisitor& v);
};
// The policy of the two-part token: a cluster is known outside, a person only inside; sessions
// never meet people.
std::vector<HopPolicy> two_part_token_policy();

struct PrivacyOptions {
  std::int64_t people = 40;
  std::int64_t sessions = 4;     // of each person, on different days
  double session_s = 0;          // of each; 0: as long as the plan
  double known_share = 0.5;      // of the people: the attacker's own, whom he learns from
  std::int64_t clusters = 10;    // by sex, proficiency and age, equally large
  double session_gap_h = 48;     // mean between a person's sessions, exponential
  double arrivals_per_h = 60;    // sessions of everybody together
  double token_ahead_s = 0;      // mean wait between the issue of a token and its use, exponential
  double stored_noise_mps2 = 0;  // sd of what is added to each stored value (rad/s for rotation)
  std::int64_t pad_bytes = 0;    // messages of the radio are filled up to a multiple of this
  double hold_s_max = 0;         // messages of the radio wait at random up to so long
  double pseudonym_s = 60;       // how long a radio address or a connection is kept
  double silent_s = 5;           // longest silence between two of them
  double model_penalty = 1;      // of the ridge model whose parameters leak
  std::int64_t replicates = 500;
  std::int64_t permutations = 200;
  std::int64_t smallest_class = 5;  // fewer alike in a leaked store is a leak
  std::vector<HopPolicy> hops = two_part_token_policy();
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::scenarios
