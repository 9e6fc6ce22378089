// Clock, packets and radio of the simulated watch against the captures': the time that decoders
// lose, the lengths of packets, the runs of lost and of received ones, and the delays of arrivals.
//
// Each captured session is simulated over its own span, on each of `kDays` days, and cut into the
// same recordings: what is compared has gone through the same cuts and the same code.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "calibration/finding.h"
#include "replay/sessions.h"

namespace gauntlet::calibration {

inline constexpr int kDays = 20;

// How late each packet with an arrival time came, ms: arrival less the end of its buffer, less what
// the two clocks differ by (the edge of the lower convex hull under the middle of the recording).
std::vector<double> excess_delays_ms(const replay::Recording& recording);

// `logs` may have no sessions.
std::vector<Section> prove_link(const replay::Collection& sessions, const replay::Collection& logs,
                                std::uint64_t seed, const std::function<void(double)>& progress);

}  // namespace gauntlet::calibration
