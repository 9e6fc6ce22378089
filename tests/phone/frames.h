// Frames by hand, as a watch would send them.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include "core/base/units.h"
#include "core/wire/frame.h"

namespace gauntlet {

using Bytes = std::vector<std::byte>;
// Acceleration in m/s2 at a time in seconds.
using Acceleration = std::function<std::array<double, 3>(double)>;

// The n-th frame of `count` samples of a device whose sample k is taken at (k + 1) * period_s on
// its own clock, plus the clock's origin.
inline Bytes watch_frame(int n, double period_s, const Acceleration& signal,
                         SensorKind sensor = SensorKind::accelerometer, int count = 100) {
  std::vector<std::int16_t> xyz;
  for (int k = 0; k < count; ++k) {
    for (const double a : signal((n * count + k + 1) * period_s)) {
      xyz.push_back(static_cast<std::int16_t>(std::lround(a * kMgPerMps2)));
    }
  }
  const auto stamp = [&](int i) {
    return std::chrono::milliseconds{std::llround(1e3 * i * count * period_s)};
  };
  const auto header = wire::pebble16_header(
      sensor, static_cast<std::uint32_t>(count), 50, static_cast<std::uint8_t>(n),
      DeviceTime{std::chrono::hours{1} + stamp(n + 1)}, stamp(n + 1) - stamp(n));
  Bytes bytes(wire::frame_bytes(wire::FrameFormat::pebble16, static_cast<std::size_t>(count)));
  wire::write_frame(wire::FrameFormat::pebble16, header, xyz, bytes);
  return bytes;
}

inline std::array<double, 3> resting(double) { return {9.8, 0, 0}; }

}  // namespace gauntlet
