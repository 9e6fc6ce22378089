// Does a pipeline earn its accuracy? The sessions of a scenario (one person each) are given again
// in ways that must not matter, and their like in ways that must not matter much:
//
//   repeated       the same session at once again: the same answers
//   permuted       all sessions in another order: the same answers
//   disguised      bits that carry nothing are turned over: the same answers
//   same work      a session seen before costs as much computing as one never seen
//   other seed     people and noise from a seed that nobody has tuned to: no worse
//   both modes     in real time (performance) as in virtual time (accuracy): the same labels
//
// A session is a process (or connection) of its own; what a cheater remembers it keeps elsewhere.
// Source of the idea: MLPerf Inference's compliance tests (accuracy in performance mode, repeated
// samples, other seeds).
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "scenarios/sut_session.h"

namespace gauntlet::scenarios {

struct SutAuditOptions {
  std::int64_t sessions = 6;     // of each seed
  std::uint64_t other_seed = 0;  // that the pipeline's owner does not know
  double speed = 20;             // of real time, for the performance mode
  bool performance = true;       // whether that mode is tried at all
  std::function<void(double)> progress;
};

SutFindings audit_sut(const ScenarioOptions& options, const SharedParts& parts,
                      const SutAuditOptions& audit);

// One-sided exact permutation test: the probability, if both came from one population, of a
// difference of means (b - a) at least as great as the one seen. At most 12 values in each.
double permutation_p(std::span<const double> a, std::span<const double> b);

}  // namespace gauntlet::scenarios
