// The pipeline by itself: a frame of three samples, and one that is none.
#include <array>
#include <iostream>
#include <vector>

#include "core/events/event_log.h"
#include "frame_counter.h"

int main() {
  using namespace gauntlet;
  EventLog events;
  FrameCounter counter(events);

  const auto header = wire::pebble16_header(SensorKind::accelerometer, 3, 50, 0,
                                            time_from_seconds<DeviceTime>(1), from_ms(60));
  const std::array<std::int16_t, 9> xyz{0, 0, 1000, 10, 0, 990, 20, 0, 980};
  std::vector<std::byte> bytes(wire::frame_bytes(wire::FrameFormat::pebble16, 3));
  wire::write_frame(wire::FrameFormat::pebble16, header, xyz, bytes);
  counter.on_frame(0, bytes, time_from_seconds<HostTime>(1));
  counter.on_frame(0, std::span(bytes).first(5), time_from_seconds<HostTime>(2));
  counter.finish();

  std::cout << events.rejected.size() << " frames\n";
  for (const auto& e : events.rejected) std::cout << e.count << ' ' << e.reason << '\n';
}
