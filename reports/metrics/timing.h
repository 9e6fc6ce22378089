// How far from the truth the pipeline's sampling instants are. Host clock, milliseconds; the error
// is signed: estimated - true.
#pragma once

#include "reports/metrics/samples.h"

namespace gauntlet::reports {

void measure_timing(const SampleLedger& ledger, MetricValues& out);

}  // namespace gauntlet::reports
