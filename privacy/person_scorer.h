// How an attacker scores whether two sessions are one person's: per feature two normal spreads, of
// people among each other and of one person from session to session, and the ratio of the
// likelihoods "same person" and "someone else" (two-covariance model with diagonal covariances,
// Brümmer and de Villiers, Odyssey 2010).
//
// Learned from people whom the attacker knows and who are not in the evaluation. Leaves out: what
// features have in common; correlated ones count several times, which moves all scores of a probe
// alike and costs the attacker little. A stronger attacker may therefore link more.
#pragma once

#include <span>
#include <vector>

#include "privacy/comparisons.h"

namespace gauntlet::privacy {

struct SeenSession {
  std::size_t person = 0;
  std::vector<double> seen;  // features; the same number in every session
};

class PersonScorer {
 public:
  // At least two people with at least two sessions each.
  explicit PersonScorer(std::span<const SeenSession> training);

  // `record`: mean of the features over `sessions` enrolled ones. In nats.
  double score(std::span<const double> record, std::size_t sessions,
               std::span<const double> probe) const;
  // Features in which people differ at all.
  std::size_t telling() const;

 private:
  struct Feature {
    double mean = 0;
    double between = 0;  // variance among people
    double within = 0;   // variance of one person's sessions
  };
  std::vector<Feature> features_;
};

// Every probe against everybody's record, the mean of their enrolled sessions. People are
// renumbered from 0 in the order of their numbers; whoever probes is enrolled.
Comparisons compare(const PersonScorer& scorer, std::span<const SeenSession> enrolled,
                    std::span<const SeenSession> probes);

}  // namespace gauntlet::privacy
