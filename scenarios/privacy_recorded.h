// How well recorded people are told apart across their runs (M2, M4), by the attack that simulated
// ones meet. Whether two runs are one person's is judged by a scorer that has learned from
// everybody but these two. The first half of a person's runs is enrolled, the others are probes.
// Runs of one day: across days less would be linked.
#pragma once

#include "core/base/result.h"
#include "replay/track.h"
#include "scenarios/privacy_findings.h"

namespace gauntlet::scenarios {

// One device's tracks. Leaves out tracks shorter than eight seconds and people with fewer than four
// of the others; code "nothing" when fewer than eight people remain. `replicates`: of the
// bootstrap.
Result<Findings> link_recorded(const std::vector<replay::SampleTrack>& tracks,
                               const std::string& device, int replicates = 500);

}  // namespace gauntlet::scenarios
