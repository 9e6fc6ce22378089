// What each wearable spent (energy, wake-ups, time awake and on the air, bytes by layer) and how
// far off its sensors' samples were placed.
#pragma once

#include "reports/metrics/samples.h"
#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

// Nothing when the record has no accounts.
void measure_devices(const SampleLedger& ledger, const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
