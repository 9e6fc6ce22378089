// What each wearable spent: energy, wake-ups, time awake and on the air, bytes by layer.
#pragma once

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

// Nothing when the record has no accounts.
void measure_devices(const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
