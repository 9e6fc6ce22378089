// Everything that the recordings at hand say of the world, in one go: fitted spreads with a preset,
// and the proofs that the simulated world is like the recorded one. What falls short stands in the
// report as it is.
//
// `folder` holds any of muvr-pebble/sessions, muvr-pebble/logs and sp-sw-har. The same recordings
// and seed give the same report, byte for byte.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "calibration/finding.h"
#include "core/base/result.h"

namespace gauntlet::calibration {

struct CalibrateOptions {
  std::uint64_t seed = 1;
  // What is being done, and the share of it that is.
  std::function<void(std::string_view, double)> progress;
};

// Error "no_data" when none of the three is there, naming them; and those of the readers.
Result<Report> calibrate(const std::string& folder, const CalibrateOptions& options);

}  // namespace gauntlet::calibration
