// A sensor run from its first sample to its last.
#pragma once

#include <vector>

#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::sim {

struct Recording {
  std::vector<WorldTime> t;
  std::vector<float> xyz;
  TrueStream truth;
  // In the units of options.
  std::vector<double> axis(std::size_t i, double unit) const {
    std::vector<double> v(t.size());
    for (std::size_t n = 0; n < v.size(); ++n) v[n] = double{xyz[3 * n + i]} / unit;
    return v;
  }
};

inline Recording record(const SensorOptions& o, const Motion& motion, double length_s,
                        std::uint64_t seed = 1, std::size_t block = 100) {
  const RandomStream stream(seed, "wearable/test");
  SampledSensor sensor(o, {}, {0, o.kind}, stream, true, motion, WorldTime{},
                       WorldTime{from_seconds(length_s)});
  Recording r;
  r.truth = sensor.make_truth();
  std::vector<WorldTime> t;
  std::vector<float> xyz;
  for (;;) {
    t.clear();
    sensor.take(block, WorldTime::max(), t);
    if (t.empty()) break;
    xyz.resize(3 * t.size());
    sensor.sample(t, xyz.data(), r.truth);
    r.t.insert(r.t.end(), t.begin(), t.end());
    r.xyz.insert(r.xyz.end(), xyz.begin(), xyz.end());
  }
  return r;
}

}  // namespace gauntlet::sim
