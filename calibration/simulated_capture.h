// What a phone would have recorded of a simulated watch: its frames with their arrival times, in
// the very form in which captures are read, so that one code measures both.
//
// Host clock: the watch's own at its origin, without drift, so that an arrival less a frame's end
// is the delay plus what the watch's clock is off by.
#pragma once

#include "replay/recording.h"
#include "replay/sessions.h"
#include "sim/body/motion.h"
#include "sim/engine/random.h"
#include "sim/link/link_options.h"
#include "sim/wearable/wearable.h"

namespace gauntlet::calibration {

struct SimulatedCapture {
  sim::WearableOptions device = sim::wearable_preset("pebble");
  sim::LinkOptions link = sim::link_preset("pebble");
};

replay::Recording simulate_capture(const SimulatedCapture& options, const sim::Motion& motion,
                                   WorldTime begin, WorldTime end, const sim::RandomStream& stream);

// The packets whose buffers end within [begin_s, end_s) of the device's clock since its origin.
replay::Recording cut(const replay::Recording& whole, const SimulatedCapture& options,
                      double begin_s, double end_s);

}  // namespace gauntlet::calibration
