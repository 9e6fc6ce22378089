// The figures of a replay in the one shape that all results have.
#pragma once

#include <string>

#include "replay/replay_report.h"
#include "reports/result.h"

namespace gauntlet::scenarios {

reports::ResultFile replay_result(const replay::ReplayReport& report,
                                  const reports::Provenance& about);

}  // namespace gauntlet::scenarios
