#include "sim/wearable/sensor_frames.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/wire/frame.h"

namespace gauntlet::sim {
namespace {

// Half to even, as nearbyint() does, without a call; the range of a count is far within 2^51.
std::int16_t to_count(double x) {
  constexpr double kMost = wire::kSampleMax;
  return static_cast<std::int16_t>((std::clamp(x, -kMost, kMost) + 0x1.8p52) - 0x1.8p52);
}

std::uint8_t rate_of(const SensorFrame& f) {
  return static_cast<std::uint8_t>(std::clamp(std::nearbyint(f.nominal_rate_hz), 1.0, 255.0));
}

std::size_t write_heart_rate(const SensorFrame& f, std::span<const float> rows,
                             std::span<std::byte> out) {
  auto header = wire::pebble16_header(f.kind, f.count, rate_of(f), f.sequence, f.end, f.duration);
  header.sample_size = 1;
  const std::size_t head = wire::header_bytes(wire::FrameFormat::pebble16);
  wire::write_header(wire::FrameFormat::pebble16, header, out);
  for (std::size_t i = 0; i < f.count; ++i) {
    out[head + i] = static_cast<std::byte>(std::clamp<int>(to_count(double{rows[3 * i]}), 0, 255));
  }
  return head + f.count;
}

}  // namespace

std::size_t frame_bytes_max(std::size_t count) {
  return std::max({wire::frame_bytes(wire::FrameFormat::pebble16, count),
                   wire::frame_bytes(wire::FrameFormat::delta18, count),
                   wire::frame_bytes(wire::FrameFormat::muvr20, count)});
}

double si_per_count(SensorKind kind) {
  switch (kind) {
    case SensorKind::accelerometer:
      return kMps2PerMg;
    case SensorKind::gyroscope:
      return wire::kRadpsPerCount;
    case SensorKind::magnetometer:
      return 1e-7;
    case SensorKind::strain:
      return 50e-6;
    case SensorKind::heart_rate:
    case SensorKind::beacon:
      break;
  }
  return 1;
}

std::size_t write_sensor_frame(const SensorFrame& f, std::span<const float> rows,
                               std::span<std::int16_t> counts, std::span<std::byte> out) {
  CHECK(rows.size() == 3 * f.count && counts.size() >= rows.size(), rows.size(), f.count);
  if (f.kind == SensorKind::heart_rate) return write_heart_rate(f, rows, out);
  const double per_count = si_per_count(f.kind);
  for (std::size_t i = 0; i < rows.size(); ++i) counts[i] = to_count(double{rows[i]} / per_count);
  const auto xyz = counts.first(rows.size());
  if (is_inertial(f.kind)) {
    const auto make = f.delta ? wire::delta18_header : wire::pebble16_header;
    const auto header = make(f.kind, f.count, rate_of(f), f.sequence, f.end, f.duration, 0);
    const auto format = f.delta ? wire::FrameFormat::delta18 : wire::FrameFormat::pebble16;
    return wire::write_frame(format, header, xyz, out).bytes;
  }
  const auto header = wire::muvr20_header(f.kind, f.count, rate_of(f), f.end - f.duration);
  return wire::write_frame(wire::FrameFormat::muvr20, header, xyz, out).bytes;
}

}  // namespace gauntlet::sim
