// What attacks did and which stage noticed: injected signal, detectors' ROC, delay and false
// alarms, requests granted. Nothing in a run without attacks and without a guard.
//
// A guard's window ends at GuardScored::to; it is under attack when it ends at least 5 s after an
// attack's begin on its device and before its end, clean when it ends before the begin or 10 s
// after the end (a window's length; the clock's detectors look back further). What lies between is
// neither.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

// What one detector said in one run: a score a window, and its alarms.
struct DetectorScores {
  std::vector<double> clean, attacked;
  double clean_s = 0;
  std::uint64_t clean_alarms = 0;          // beginnings of alarms
  std::uint64_t attacks = 0, noticed = 0;  // attacks on a device; those with an alarm
  double delay_s = 0;                      // from begin to first alarm, summed over the noticed
};
// By name: the guard's detectors.
std::map<std::string, DetectorScores> detector_scores(const RunRecord& record);

void measure_attacks(const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
