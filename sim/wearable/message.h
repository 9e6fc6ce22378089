// What firmware hands to a radio: one frame, and which samples are in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "core/base/sensor.h"
#include "core/base/time.h"

namespace gauntlet::sim {

struct Message {
  std::span<const std::byte> bytes;  // valid during the call only
  SensorKind sensor = SensorKind::accelerometer;
  std::int64_t first_sample = 0;  // of the stream
  std::uint32_t count = 0;
  WorldTime created;
};

using MessageSink = std::function<void(const Message&)>;

}  // namespace gauntlet::sim
