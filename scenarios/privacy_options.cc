#include "scenarios/privacy_options.h"

namespace gauntlet::scenarios {

void PrivacyOptions::describe(OptionVisitor& v) {
  v.integer("people", people, {8, 10000}, "people", "who are simulated");
  v.integer("sessions", sessions, {3, 100}, "", "of each person, on different days");
  v.number("session_s", session_s, {30, 14400}, "s", "length of each");
  v.number("known_share", known_share, {0.1, 0.9}, "",
           "of the people: the attacker's own, on whom attacks are trained and thresholds set");
  v.integer("clusters", clusters, {1, 1000}, "", "by sex, proficiency and age, equally large");
  v.number("session_gap_h", session_gap_h, {1e-3, 1e4}, "h",
           "mean between a person's sessions (exponential)");
  v.number("arrivals_per_h", arrivals_per_h, {1e-3, 1e6}, "1/h",
           "sessions of all people together (Poisson)");
  v.number(
      "token_ahead_s", token_ahead_s, {0, 1e6}, "s",
      "mean wait between a token's issue and its first use (exponential), beyond the network's");
  v.number("stored_noise_mps2", stored_noise_mps2, {0, 100}, "m/s2",
           "sd of noise added to each stored value (for rotation: rad/s)");
  v.integer("pad_bytes", pad_bytes, {0, 65536}, "B",
            "radio messages are filled up to a multiple of this; 0: as they are");
  v.integer("replicates", replicates, {100, 100000}, "", "of bootstraps over people");
  v.integer("permutations", permutations, {20, 100000}, "", "of secrets, for the null");
  v.integer("smallest_class", smallest_class, {2, 1000}, "people",
            "fewer alike in a leaked store counts as a leak");
}

}  // namespace gauntlet::scenarios
