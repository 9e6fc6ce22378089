// Was this person in the training set (metric M9)? The likelihood-ratio attack: shadow models of
// random halves of the people say how a figure of the person (a loss) is spread when he was in and
// when he was not, two normals, and the leaked model's figure is held against both.
//
// Sources: Carlini et al., Membership Inference Attacks From First Principles, S&P 2022 (LiRA,
// online); Steinke, Nasr and Jagielski, NeurIPS 2023 (audit.h).
//
// Attacker and evaluation are apart: the first models are the shadows, the next set the thresholds
// and the number of guesses of the audit, the last are attacked, one person of each, so that trials
// are independent. Intervals: Clopper-Pearson, over two false-positive rates by Bonferroni. They
// speak of these people and other training sets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "privacy/audit.h"
#include "privacy/comparisons.h"
#include "sim/engine/random.h"

namespace gauntlet::privacy {

// Model by model, a row each: a figure of every person and whether the person was in.
struct MembershipTable {
  std::size_t people = 0;
  std::vector<double> figure;         // models x people
  std::vector<std::uint8_t> members;  // models x people
  std::size_t models() const { return people > 0 ? figure.size() / people : 0; }
};

struct MembershipSplit {
  std::size_t shadows = 200, calibration = 1000;  // all other models are attacked
};

struct Membership {
  Estimate hits_at_1e2, hits_at_1e3;          // true-positive rate at these false-positive rates
  double false_at_1e2 = 0, false_at_1e3 = 0;  // as they turned out
  std::uint64_t members = 0;                  // attacked
  Estimate advantage;  // hits less false alarms where the likelihoods are equal
  std::uint64_t attacked = 0;
  AuditCounts audit;   // of the first attacked model, everybody in it
  double epsilon = 0;  // lower bound, 95 %
};
// Every person must be in some shadows and not in others.
Membership attack_members(const MembershipTable& table, const MembershipSplit& split = {},
                          double delta = 1e-5);

// Log-likelihood ratio of each model after the shadows, a row of people each.
std::vector<double> membership_scores(const MembershipTable& table, std::size_t shadows);

// Labelled rows of one person as sums: all that ridge regression on +1 / -1 targets, one class
// against all, needs of them. A constant is appended to each row and not penalised.
class RowSums {
 public:
  RowSums(std::size_t features, std::size_t classes);
  void add(std::span<const double> row, std::size_t label);
  void add(const RowSums& other);
  RowSums nothing() const { return RowSums(width_ - 1, classes_); }  // of the same shape

  // Weights, (features + 1) x classes.
  std::vector<double> fit(double penalty) const;
  // Mean squared error of a model on these rows.
  double loss(std::span<const double> weights) const;

 private:
  std::size_t width_, classes_, rows_ = 0;
  std::vector<double> gram_, cross_;  // width x width, width x classes
};

// Models of random halves of `people`; figures are losses on `asked`, one entry a person.
MembershipTable train_on_halves(std::span<const RowSums> people, std::span<const RowSums> asked,
                                std::size_t models, double penalty,
                                const sim::RandomStream& stream);

}  // namespace gauntlet::privacy
