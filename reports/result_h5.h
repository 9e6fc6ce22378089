// result.h5: everything of one seed that a person might want to plot, for h5py and the like.
//
//   /  attributes seed, scenario, scenario_text, version, git_commit, compiler, command
//   /device/<name>/<sensor>/   attributes nominal_rate_hz, true_rate_hz
//       true_ns       int64    sampling instant, phone's clock, since host_origin_ns
//       estimated_ns  int64    what the pipeline believes; equals INT64_MIN if not delivered
//       delivered     uint8
//       error_ms      float64  estimated - true; NaN if not delivered
//       signal        float32  N x 3, noiseless, m/s2 or rad/s, sensor frame
//   /device/<name>/backlog_ms  float32  once a second
//   /fused/<name>/<sensor>/{time_ns, values (N x 3), filled}
//   /sets/{exercise, begin_ns, end_ns, repetitions_ns, repetition_set}
//   /shown/{kind, exercise, count, claimed_ns, at_ns}
//   /windows/{from_ns, to_ns, label, confidence, at_ns}
//
// All *_ns on the phone's clock, less the root attribute host_origin_ns (the host time at which the
// run began), so that they are small and start at 0.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "reports/metrics/measure.h"
#include "reports/result.h"

namespace gauntlet::reports {

Result<void> write_result_h5(const std::filesystem::path& path, const RunRecord& record,
                             const RunDetail& detail, const Provenance& provenance);

}  // namespace gauntlet::reports
