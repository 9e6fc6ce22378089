// What the user marked on the phone against what really happened: the mistakes that a label made by
// hand carries into training. A set's mark is the set_start nearest to its true begin among those
// from 30 s before the begin (or the end of the set before) to its end; each mark serves one set.
#pragma once

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

void measure_labels(const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
