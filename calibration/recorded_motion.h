// A recording's motion as the motion that a simulated device feels: what was measured once, at the
// instants at which the device samples. The sensor chain then adds its own errors.
//
// Time stamps say when a sample was delivered rather than when it was taken (steps of zero, steps
// of 188 ms): within a run without loss samples are laid out evenly between its first and last
// stamp. A step above kGap_s ends a run; between runs the signal goes over in a straight line.
// Before the first sample and after the last one it stays.
//
// Resampling: Hann-windowed sinc, kHalfLobes lobes to either side, cut off at `bandwidth_hz` or
// 0.45 of the recording's own rate, whichever is lower; the response is flat to 1 % below 0.8 of
// that.
//
// Frame: the recorded device's own; so must be the simulated one's. World time 0 is `origin_ns` of
// the recorder's clock. What is up is taken from the mean force over a second; the heading is not
// known and is where the shortest turn from upright leaves it. Leaves out: taking the recording's
// own noise and clipping away (the simulated device's come on top), and what the recorder's clock
// lost.
#pragma once

#include <cstdint>
#include <memory>

#include "replay/track.h"
#include "sim/body/motion.h"

namespace gauntlet::calibration {

inline constexpr double kGap_s = 0.25;
inline constexpr int kHalfLobes = 8;

// A track without gyroscope has no rotation: angular rate is 0. CHECKs that there are two samples.
std::unique_ptr<sim::Motion> make_recorded_motion(std::shared_ptr<const replay::SampleTrack> track,
                                                  std::int64_t origin_ns, double bandwidth_hz);

}  // namespace gauntlet::calibration
