#include "sim/wearable/firmware_frames.h"

#include <algorithm>

#include "sim/wearable/sensor_frames.h"

namespace gauntlet::sim {

std::size_t batch_of(const SensorOptions& sensor, const FirmwareOptions& firmware) {
  return static_cast<std::size_t>(sensor.batch > 0 ? sensor.batch : firmware.batch);
}

FrameWriter::FrameWriter(const SensorOptions& sensor, const FirmwareOptions& firmware,
                         DeviceTime begin)
    : kind_(sensor.kind),
      nominal_rate_hz_(sensor.nominal_rate_hz),
      delta_(firmware.compression == Compression::delta),
      previous_end_(begin),
      counts_(3 * batch_of(sensor, firmware)),
      frame_(frame_bytes_max(batch_of(sensor, firmware))) {}

std::span<const std::byte> FrameWriter::write(std::span<const float> rows, DeviceTime end) {
  // A clock that has just restarted shows no time before 0, though older frames of a readout are
  // dated back.
  end = std::max(end, DeviceTime{});
  const Duration longest = std::chrono::milliseconds{65535};
  const Duration duration = std::clamp(end - previous_end_, Duration{0}, longest);
  previous_end_ = end;
  const auto count = static_cast<std::uint32_t>(rows.size() / 3);
  const std::size_t bytes = write_sensor_frame(
      {kind_, count, nominal_rate_hz_, sequence_++, end, duration, delta_}, rows, counts_, frame_);
  return std::span(frame_).first(bytes);
}

}  // namespace gauntlet::sim
