// Do simulated people look real, and are they of use? Both asked of classifiers.
//
//   looks real   told to separate recorded from simulated two-second windows, on held-out sessions
//                or people: the area under the curve (0.5: cannot), and what gives the world away
//   is useful    macro-F1 on recorded people when trained on simulated ones only, against training
//                on recorded others
#pragma once

#include <cstdint>
#include <functional>

#include "calibration/finding.h"
#include "replay/track.h"

namespace gauntlet::calibration {

inline constexpr double kAreaGoal = 0.75;
inline constexpr double kGapGoal = 0.10;

// `gym`: captures' tracks; `people`: those of sp-sw-har. Either may be empty.
std::vector<Section> prove_realism(const std::vector<replay::SampleTrack>& gym,
                                   const std::vector<replay::SampleTrack>& people,
                                   std::uint64_t seed, const std::function<void(double)>& progress);

}  // namespace gauntlet::calibration
