#include "scenarios/privacy_options.h"

namespace gauntlet::scenarios {

void HopPolicy::describe(OptionVisitor& v) {
  v.text("hop", hop, "from one host to another: phone-ingest");
  v.strings("itself", itself,
            "identifiers that messages may contain: user_id, name, email, cluster_id, session_id");
  v.strings("behind", behind, "and those that an opaque value in them may stand for");
}

std::vector<HopPolicy> two_part_token_policy() {
  return {{"phone-authz", {"user_id"}, {"user_id", "cluster_id"}},
          {"authz-phone", {"cluster_id"}, {"user_id", "cluster_id"}},
          {"phone-profile", {"cluster_id"}, {"user_id", "cluster_id"}},
          {"profile-phone", {"user_id", "name", "email", "cluster_id"}, {"user_id", "cluster_id"}},
          {"phone-ingest", {"session_id", "cluster_id"}, {"user_id", "cluster_id"}},
          {"ingest-phone", {"session_id"}, {"user_id", "cluster_id", "session_id"}},
          {"phone-model", {"cluster_id"}, {"user_id", "cluster_id"}},
          {"model-phone", {}, {"user_id", "cluster_id"}}};
}

void PrivacyOptions::describe(OptionVisitor& v) {
  v.integer("people", people, {8, 10000}, "people", "who are simulated");
  v.integer("sessions", sessions, {3, 100}, "", "of each person, on different days");
  v.number("session_s", session_s, {0, 14400}, "s", "length of each; 0: plan.length_s");
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
  v.number("hold_s_max", hold_s_max, {0, 600}, "s",
           "each radio message is held back at random, up to so long, in order; 0: not at all");
  v.number("pseudonym_s", pseudonym_s, {10, 14400}, "s",
           "how long a radio address, or an address on the network, is kept",
           "sessions are short; BLE's usual is 900 s");
  v.number("silent_s", silent_s, {0, 3600}, "s",
           "between two of them nothing is sent, uniformly up to so long",
           "Huang et al., WCNC 2005: a silent period of variable length");
  v.number("model_penalty", model_penalty, {1e-6, 1e9}, "1",
           "ridge penalty of the model whose parameters leak; more remembers less",
           "the least that training chooses from");
  v.integer("replicates", replicates, {100, 100000}, "", "of bootstraps over people");
  v.integer("permutations", permutations, {20, 100000}, "", "of secrets, for the null");
  v.integer("smallest_class", smallest_class, {2, 1000}, "people",
            "fewer alike in a leaked store counts as a leak");
  v.list("hop", hops, "what may flow where; a hop that is not named may carry no identifier");
}

}  // namespace gauntlet::scenarios
