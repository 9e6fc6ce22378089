// What a simulation (or a replay) drives. Everything goes in here and comes out as events; nothing
// else is shared. Calls come on the runtime's executor, in time order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/sensor.h"
#include "core/base/time.h"
#include "core/events/events.h"

namespace gauntlet {

// Samples of the phone's own sensors, stamped by its own clock: what an operating system hands to
// an application. stamps.size() rows of 3 in `values`, m/s2 or rad/s.
struct LocalBatch {
  StreamId stream;
  std::span<const HostTime> stamps;
  std::span<const float> values;
};

class SystemUnderTest {
 public:
  virtual ~SystemUnderTest() = default;
  // Bytes as they came over a wearable's link, whole as the radio stack delivered them.
  virtual void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) = 0;
  // Counts as one frame of its device (see FrameRef).
  virtual void on_local(const LocalBatch& batch, HostTime arrival) = 0;
  virtual void on_mark(const UserMark& mark) = 0;
  // No more input will come. The system finishes what it holds (classifies, uploads) and then has
  // no work left on the runtime.
  virtual void finish() = 0;
};

}  // namespace gauntlet
