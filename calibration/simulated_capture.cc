#include "calibration/simulated_capture.h"

#include "core/base/counters.h"
#include "core/truth/truth.h"
#include "sim/engine/simulation.h"
#include "sim/link/link.h"

namespace gauntlet::calibration {

replay::Recording simulate_capture(const SimulatedCapture& options, const sim::Motion& motion,
                                   WorldTime begin, WorldTime end,
                                   const sim::RandomStream& stream) {
  replay::Recording recording;
  recording.source = "simulated";
  sim::Simulation simulation;
  TrueDevice truth;
  Counters dropped;
  const Duration origin = from_seconds(options.device.clock.origin_unix_s);
  sim::Link link(simulation, options.link, stream.child("link"), truth, dropped,
                 [&](const sim::Delivery& delivery) {
                   const auto frame =
                       wire::read_whole_frame(wire::FrameFormat::pebble16, delivery.bytes);
                   CHECK(frame.ok());
                   recording.add(*frame, recording.bytes.size(),
                                 HostTime{origin + simulation.now().time_since_epoch()});
                 });
  sim::Wearable wearable(simulation, options.device, 0, stream.child("wearable"), motion, begin,
                         end, truth, dropped, link.sink(), [&link] { return link.busy(); });
  wearable.start();
  simulation.run();
  return recording;
}

replay::Recording cut(const replay::Recording& whole, const SimulatedCapture& options,
                      double begin_s, double end_s) {
  replay::Recording part;
  part.source = whole.source;
  for (const replay::Packet& packet : whole.packets) {
    const auto frame = whole.frame(packet);
    const double end =
        1e-3 * static_cast<double>(frame.header.end_ms) - options.device.clock.origin_unix_s;
    if (end < begin_s || end >= end_s) continue;
    part.add(frame, packet.source_offset, packet.arrival);
  }
  return part;
}

}  // namespace gauntlet::calibration
