// A lower bound on epsilon from one run: m canaries were each put in or left out by a coin, the
// attacker guessed r of them and v guesses were right.
//
// Source: Steinke, Nasr and Jagielski, Privacy Auditing with One (1) Training Run, NeurIPS 2023,
// theorem 5.2: the p-value of the hypothesis that the mechanism is (epsilon, delta)-private.
#pragma once

#include <cstdint>

namespace gauntlet::privacy {

struct AuditCounts {
  std::int64_t canaries = 0;
  std::int64_t guesses = 0;  // of canaries
  std::int64_t right = 0;    // of guesses
};

double audit_p_value(const AuditCounts& counts, double epsilon, double delta);
// The largest epsilon that is refuted at `significance`; 0 when none is.
double audit_epsilon(const AuditCounts& counts, double delta, double significance = 0.05);

}  // namespace gauntlet::privacy
