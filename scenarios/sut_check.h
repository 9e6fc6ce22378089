// Does another process keep the contract of core/ports/external.proto? A greeting in a version that
// does not exist, a session without input, one with frames that are cut, empty, garbage and twice,
// and two simulated sessions of the same seed; then a list of named checks, each with what was seen
// and what to do about it.
#pragma once

#include "scenarios/sut_session.h"

namespace gauntlet::scenarios {

struct SutCheckOptions {
  // Real time for an answer, of 99 in 100.
  double answer_budget_ms = 100;
};

// `options.pipeline` names the process; everything but its time is used as it is.
SutFindings check_sut(const ScenarioOptions& options, const SharedParts& parts,
                      const SutCheckOptions& check);

}  // namespace gauntlet::scenarios
