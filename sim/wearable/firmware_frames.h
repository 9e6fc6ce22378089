// One sensor's samples made into frames: counts, stamps, sequence, code. Internal to the wearable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "sim/wearable/firmware.h"
#include "sim/wearable/sensor.h"

namespace gauntlet::sim {

// Samples of a full frame: the sensor's own, or the firmware's.
std::size_t batch_of(const SensorOptions& sensor, const FirmwareOptions& firmware);

class FrameWriter {
 public:
  // `begin`: what the device's clock shows when the sensors are switched on.
  FrameWriter(const SensorOptions& sensor, const FirmwareOptions& firmware, DeviceTime begin);
  // `rows`: SI units, three a sample, at most a batch; `end`: stamp of the buffer's end. The
  // duration is the time since the previous buffer's end. Valid until the next call.
  std::span<const std::byte> write(std::span<const float> rows, DeviceTime end);

 private:
  SensorKind kind_;
  double nominal_rate_hz_;
  bool delta_;
  DeviceTime previous_end_;
  std::uint8_t sequence_ = 0;
  std::vector<std::int16_t> counts_;
  std::vector<std::byte> frame_;
};

}  // namespace gauntlet::sim
