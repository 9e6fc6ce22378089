// What sensors were made to read that the phone does not fuse (heart rate, magnetic field,
// beacons): behind every attacker, before the sensor's own noise and quantisation. For a formula
// that asks whether an attack moved them.
#pragma once

#include <span>
#include <vector>

#include "core/base/sensor.h"
#include "core/base/time.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::scenarios {

struct Readings {
  StreamId id;
  std::vector<WorldTime> at;
  std::vector<float> xyz;  // 3 a reading; heart rate: 1/min in x; beacons: number, dBm; T
};

// Adds nothing; must be the last of a sensor's sources. `out` outlives it.
class ReadingTap final : public sim::AnalogSource {
 public:
  explicit ReadingTap(Readings& out) : out_(out) {}
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override {
    if (path.sensor != out_.id.sensor) return;
    out_.at.insert(out_.at.end(), t.begin(), t.end());
    out_.xyz.insert(out_.xyz.end(), xyz, xyz + 3 * t.size());
  }

 private:
  Readings& out_;
};

}  // namespace gauntlet::scenarios
