// A wearable's time-stamp clock: an oscillator of its own (not the sensor's), read with finite
// resolution. Times must be asked for in order.
#pragma once

#include <cstdint>

#include "core/base/options.h"
#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/wearable/oscillator.h"

namespace gauntlet::sim {

struct StampClockOptions {
  double origin_unix_s = 1433116800;  // what it shows at the start of the run, but for offset_sd_s
  double offset_sd_s = 2;
  FrequencyOptions frequency;
  double resolution_ms = 1;
  bool whole_seconds = false;  // the integer division before the cast
  std::int64_t wrap_bits = 0;  // 32: milliseconds wrap after 49.7 days
  double reset_at_s = 0;       // restarts from 0 then; 0: never
  void describe(OptionVisitor& v);
};

// "crystal"; "rc": the oscillator of that name; "wrap-u32": milliseconds in 32 bits;
// "whole-seconds": the defect.
const std::vector<std::string_view>& stamp_clock_preset_names();
StampClockOptions stamp_clock_preset(std::string_view name);

class StampClock {
 public:
  StampClock(const StampClockOptions& options, const ThermalOptions& thermal,
             const RandomStream& stream, WorldTime begin);
  // As the device stamps: floored to the resolution, truncated, wrapped.
  DeviceTime read(WorldTime t);
  // Continuous, for tests and truth.
  DeviceTime exact(WorldTime t);

 private:
  StampClockOptions options_;
  FrequencyNoise noise_;
  WorldTime begin_;
  WorldTime second_;     // start of the current second
  double y_ = 0;         // frequency within it
  double ahead_ns_ = 0;  // deviation at its start
  std::int64_t origin_ns_ = 0;
};

}  // namespace gauntlet::sim
