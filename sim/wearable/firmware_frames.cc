#include "sim/wearable/firmware_frames.h"

#include <algorithm>
#include <cmath>

#include "core/base/units.h"
#include "core/wire/frame.h"

namespace gauntlet::sim {

FrameWriter::FrameWriter(const SensorOptions& sensor, const FirmwareOptions& firmware,
                         DeviceTime begin)
    : kind_(sensor.kind),
      rate_hz_(static_cast<std::uint8_t>(
          std::clamp(std::nearbyint(sensor.nominal_rate_hz), 1.0, 255.0))),
      format_(firmware.compression == Compression::delta ? wire::FrameFormat::delta18
                                                         : wire::FrameFormat::pebble16),
      per_count_(sensor.kind == SensorKind::gyroscope ? wire::kRadpsPerCount : kMps2PerMg),
      previous_end_(begin),
      counts_(3 * static_cast<std::size_t>(firmware.batch)),
      frame_(wire::frame_bytes(format_, static_cast<std::size_t>(firmware.batch))) {}

std::span<const std::byte> FrameWriter::write(std::span<const float> xyz, DeviceTime end) {
  const std::size_t values = xyz.size();
  for (std::size_t i = 0; i < values; ++i) {
    const double v = double{xyz[i]} / per_count_;
    counts_[i] = static_cast<std::int16_t>(std::nearbyint(std::clamp(v, -4095.0, 4095.0)));
  }
  const Duration longest = std::chrono::milliseconds{65535};
  const Duration duration = std::clamp(end - previous_end_, Duration{0}, longest);
  previous_end_ = end;
  const auto count = static_cast<std::uint32_t>(values / 3);
  const auto make =
      format_ == wire::FrameFormat::delta18 ? wire::delta18_header : wire::pebble16_header;
  const auto header = make(kind_, count, rate_hz_, sequence_++, end, duration, 0);
  const auto written = wire::write_frame(format_, header, std::span(counts_).first(values), frame_);
  return std::span(frame_).first(written.bytes);
}

}  // namespace gauntlet::sim
