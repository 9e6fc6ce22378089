// What refuses instead of suspecting, as a detector: its curve of hits against false alarms is one
// point. Windows are seconds of an attacked device: under attack from an attack's begin to its end,
// clean before and from 10 s after; hit when something was refused in them. A frame is refused when
// it has come, so that one that was on its way at the begin counts as attacked.
//
//   saturation_flag, dark_slots   the sensor's (TrueDevice::refusals)
//   round_trip                    the link's
//   frame_tag, decoder            the phone's intake (SamplesRejected), by reason
//   token_check, quota            the services': their windows are requests, the attacker's and the
//                                 wearer's uploads
#pragma once

#include <cstdint>
#include <string_view>

#include "reports/record.h"

namespace gauntlet::reports {

struct RefusalScores {
  std::uint64_t attacks = 0, noticed = 0;  // noticed: something was refused while it lasted
  double delay_s = 0;                      // from begin to the first, summed over the noticed
  std::uint64_t attacked_windows = 0, hits = 0;
  std::uint64_t clean_windows = 0, false_hits = 0;
  std::uint64_t false_alarms = 0;  // runs of false hits
  double clean_s = 0;
  void add(const RefusalScores& other);
};
// `by` is one of the above (checked).
RefusalScores refusal_scores(const RunRecord& record, std::string_view by);

// Refused at the door by what a frame is: not duplicates and the like, which clean radios make.
bool refused_at_intake(std::string_view reason);

}  // namespace gauntlet::reports
