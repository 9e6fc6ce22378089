// Made-up packets, as a watch would send them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/wire/frame.h"
#include "replay/recording.h"

namespace gauntlet::replay {

inline constexpr std::int64_t kSomeTime_ms = 1'429'889'399'619;

struct MadePacket {
  std::uint32_t count = 100;
  std::uint8_t sequence = 0;
  std::int64_t end_ms = kSomeTime_ms;
  std::int64_t duration_ms = 2046;
  std::int16_t value = 0;
};

inline std::vector<std::byte> frame_of(const MadePacket& p) {
  using std::chrono::milliseconds;
  const auto header =
      wire::pebble16_header(SensorKind::accelerometer, p.count, 50, p.sequence,
                            DeviceTime{milliseconds{p.end_ms}}, milliseconds{p.duration_ms});
  const std::vector<std::int16_t> xyz(std::size_t{3} * p.count, p.value);
  std::vector<std::byte> bytes(wire::frame_bytes(wire::FrameFormat::pebble16, p.count));
  wire::write_frame(wire::FrameFormat::pebble16, header, xyz, bytes);
  return bytes;
}

inline std::vector<std::byte> bytes_of_packets(const std::vector<MadePacket>& packets) {
  std::vector<std::byte> all;
  for (const MadePacket& p : packets) {
    const auto bytes = frame_of(p);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

inline Recording recording_of(const std::vector<MadePacket>& packets) {
  return parse_recording(bytes_of_packets(packets), "made up", RecordingFormat::pebble16).value();
}

// `n` packets of 100 samples that follow one another, each its own value.
inline std::vector<MadePacket> steady(std::size_t n, std::int64_t duration_ms = 2046) {
  std::vector<MadePacket> packets;
  for (std::size_t i = 0; i < n; ++i) {
    packets.push_back({.sequence = static_cast<std::uint8_t>(250 + i),
                       .end_ms = kSomeTime_ms + static_cast<std::int64_t>(i + 1) * duration_ms,
                       .duration_ms = duration_ms,
                       .value = static_cast<std::int16_t>(8 * i)});
  }
  return packets;
}

}  // namespace gauntlet::replay
