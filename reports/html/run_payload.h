// The part of the report's data that comes from one run: what its plots draw.
#pragma once

#include "reports/json_writer.h"
#include "reports/metrics/measure.h"

namespace gauntlet::reports {

// Writes one JSON object; `detail_bytes` bounds the full-rate signals in it.
void write_run_payload(JsonWriter& json, const RunRecord& record, const RunDetail& detail,
                       std::size_t detail_bytes);

}  // namespace gauntlet::reports
