// The signals of a finished run, for formulas. Time is the phone's clock since the run began.
//
//   shown.repetitions, shown.sets       how many were shown so far
//   classified.exercising               1 while the last window was taken for an exercise, else 0
//   classified.confidence               of the last window
//   rejected                            samples that the pipeline refused so far
//   guard.alarms                        of the phone's guard so far, where it is on
//   fused.DEVICE.SENSOR.x, .y, .z       what the classifier sees: fused.watch.accelerometer.x
//   fused.DEVICE.SENSOR.off             how far that is from what a perfect sensor would have read
//   fused.DEVICE.SENSOR.bias            the same, of the mean over the last 250 rows (5 s)
//   reading.DEVICE.heart_rate.x, .error      what the sensor read, 1/min, and off by how much
//   reading.DEVICE.beacon.wrong              1 while the beacon heard strongest in the last 5 s is
//                                            not the one that truly was
//   reading.DEVICE.magnetometer.turned_deg   by how much the field was turned
//   reading.DEVICE.magnetometer.norm_ut      its strength
//   metric.NAME                         any metric of the run (gauntlet metrics), constant
#pragma once

#include <string>
#include <vector>

#include "campaign/temporal_logic.h"
#include "scenarios/runner.h"

namespace gauntlet::campaign {

// Those of `names`. Code "unknown_signal": names the nearest, or why the metric has no value.
Result<Signals> signals_of_run(const scenarios::SeedRun& run,
                               const std::vector<std::string>& names);

}  // namespace gauntlet::campaign
