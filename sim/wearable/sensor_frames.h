// A sensor's readings as bytes for the radio.
//
//   accelerometer, gyroscope  pebble16, 5 bytes a sample (core/wire/sample.h), or delta18
//   heart rate                pebble16 of type 0xed, 1 byte a sample: 1/min. Only the type is on
//                             record; the byte is this project's reading.
//   others                    muvr20 with a tag of their own and the same 5 bytes: 0.1 uT a count;
//                             50 microstrain; a beacon's number and dBm
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/sensor.h"
#include "core/base/time.h"

namespace gauntlet::sim {

struct SensorFrame {
  SensorKind kind = SensorKind::accelerometer;
  std::uint32_t count = 0;
  double nominal_rate_hz = 50;
  std::uint8_t sequence = 0;
  DeviceTime end;  // of the buffer
  Duration duration{};
  bool delta = false;  // accelerometer and gyroscope only
};

std::size_t frame_bytes_max(std::size_t count);
// SI units of one count.
double si_per_count(SensorKind kind);
// `rows`: 3 x count, SI units (sensor.h), as SampledSensor::sample() gives them. `counts` holds as
// many, `out` frame_bytes_max(count). Returns the bytes written.
std::size_t write_sensor_frame(const SensorFrame& frame, std::span<const float> rows,
                               std::span<std::int16_t> counts, std::span<std::byte> out);

}  // namespace gauntlet::sim
