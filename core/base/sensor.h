// What a stream of samples is of, and whose it is.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gauntlet {

enum class SensorKind : std::uint8_t {
  accelerometer,
  gyroscope,
  heart_rate,
  magnetometer,
  strain,  // gauges in a garment: chest, back, arm
  beacon   // sightings of radio beacons: which one, how strong
};

// Values of a sample.
constexpr std::size_t channels_of(SensorKind kind) {
  if (kind == SensorKind::heart_rate) return 1;
  return kind == SensorKind::beacon ? 2 : 3;
}
// What a pipeline that follows movements takes in.
constexpr bool is_inertial(SensorKind kind) {
  return kind == SensorKind::accelerometer || kind == SensorKind::gyroscope;
}

constexpr std::string_view to_string(SensorKind kind) {
  switch (kind) {
    case SensorKind::accelerometer:
      return "accelerometer";
    case SensorKind::gyroscope:
      return "gyroscope";
    case SensorKind::heart_rate:
      return "heart_rate";
    case SensorKind::magnetometer:
      return "magnetometer";
    case SensorKind::strain:
      return "strain";
    case SensorKind::beacon:
      return "beacon";
  }
  return "unknown";
}

// A device is one thing with one connection to the phone; the phone's own sensors are a device too.
// Numbered from 0 in the order of the scenario.
using DeviceIndex = std::uint16_t;

struct StreamId {
  DeviceIndex device = 0;
  SensorKind sensor = SensorKind::accelerometer;
  friend constexpr auto operator<=>(const StreamId&, const StreamId&) = default;
};

}  // namespace gauntlet
