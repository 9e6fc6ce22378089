// A device whose packets come from a recording: the frames that a phone once received, at the
// instants at which it received them, with duplicates and gaps. Internal to the world.
//
// Instants without an arrival time are the player's (replay/player.h). The truth of such a device
// is the recording's own: its samples, as often as they were received; taken, by the device's own
// clock, evenly over each packet's duration, that clock laid over the world's so that no packet
// arrives before its end. Damaged stretches and kinds of data that cannot be decoded are left out.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/truth/truth.h"
#include "replay/player.h"
#include "replay/recording.h"
#include "sim/engine/simulation.h"

namespace gauntlet::scenarios {

class RecordedDevice {
 public:
  using Receive = std::function<void(std::span<const std::byte> bytes)>;

  // Appends to `truth`. What would come after `end` does not. `truth` and `simulation` outlive
  // this, and this the run. Errors: those of reading a recording; "empty": nothing decodable is in
  // it.
  static Result<std::unique_ptr<RecordedDevice>> make(const std::string& path, DeviceIndex device,
                                                      sim::Simulation& simulation, WorldTime begin,
                                                      WorldTime end, TrueDevice& truth,
                                                      Receive receive);
  std::uint64_t delivered_bytes() const { return delivered_bytes_; }

 private:
  RecordedDevice(replay::Recording recording, sim::Simulation& simulation, TrueDevice& truth,
                 Receive receive);
  void lay_out(DeviceIndex device, WorldTime begin, WorldTime end);
  std::size_t stream_of(DeviceIndex device, const wire::FrameView& frame);

  // Which true samples a packet carries; count 0: it is not played.
  struct Carried {
    SensorKind sensor = SensorKind::accelerometer;
    std::int64_t first = 0;
    std::uint32_t count = 0;
  };
  replay::Recording recording_;
  TrueDevice& truth_;
  std::vector<Carried> carried_;  // by packet
  replay::Player player_;
  std::uint64_t delivered_bytes_ = 0;
};

}  // namespace gauntlet::scenarios
