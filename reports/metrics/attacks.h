// What attacks did and which stage noticed: injected signal, detectors' ROC, delay and false
// alarms, requests granted. Nothing in a run without attacks and without a guard.
//
// A guard's window ends at GuardScored::to; it is under attack when it ends at least 5 s after an
// attack's begin on its device and before its end, clean when it ends before the begin or 10 s
// after the end (a window's length; the clock's detectors look back further). What lies between is
// neither.
#pragma once

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

void measure_attacks(const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
