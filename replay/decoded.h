// A recording's samples with the device time at which each was taken, by one of the decoders.
// Formats that say nothing of time (pebble5) are laid out at their nominal rate from 0, packet
// after packet; muvr20 packets at their nominal rate from their own start. Heart-rate packets are
// left out.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "replay/alignment.h"
#include "replay/recording.h"
#include "replay/stream.h"

namespace gauntlet::replay {

struct DecodedSamples {
  std::vector<double> time_ms;        // device clock
  std::vector<std::int16_t> counts;   // N x 3; acceleration: mg, rotation: wire::kRadpsPerCount
  std::vector<std::uint8_t> regular;  // 0 where the time is only spread over an odd packet
  SensorKind sensor = SensorKind::accelerometer;  // of the first packet; others are left out
  double rate_hz = 0;                             // aligned: measured; else nominal; 0 when unknown
};

DecodedSamples decode(const Recording& recording, const PacketStream& stream, Decoder decoder);

// Acceleration on a regular grid from the first sample to the last, N x 3 m/s2, by linear
// interpolation (which also fills what was lost). At most kMaxGridRows.
inline constexpr std::size_t kMaxGridRows = 10'000'000;
std::vector<std::array<float, 3>> on_regular_grid(const DecodedSamples& samples, double rate_hz);

}  // namespace gauntlet::replay
