// How large a population `gauntlet privacy` simulates and what the adversaries meet in it.
#pragma once

#include <cstdint>

#include "core/base/options.h"

namespace gauntlet::scenarios {

struct PrivacyOptions {
  std::int64_t people = 40;
  std::int64_t sessions = 4;     // of each person, on different days
  double session_s = 120;        // of each
  double known_share = 0.5;      // of the people: the attacker's own, whom he learns from
  std::int64_t clusters = 10;    // by sex, proficiency and age, equally large
  double session_gap_h = 48;     // mean between a person's sessions, exponential
  double arrivals_per_h = 60;    // sessions of everybody together
  double token_ahead_s = 0;      // mean wait between the issue of a token and its use, exponential
  double stored_noise_mps2 = 0;  // sd of what is added to each stored value (rad/s for rotation)
  std::int64_t pad_bytes = 0;    // messages of the radio are filled up to a multiple of this
  std::int64_t replicates = 500;
  std::int64_t permutations = 200;
  std::int64_t smallest_class = 5;  // fewer alike in a leaked store is a leak
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::scenarios
