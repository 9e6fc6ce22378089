// A wearer of whom everything is known in closed form.
#pragma once

#include <cmath>
#include <numbers>

#include "core/base/units.h"
#include "sim/body/motion.h"

namespace gauntlet::sim {

class FakeMotion : public Motion {
 public:
  double sine_hz = 0, sine_mps2 = 0;  // along x; z is gravity
  double rate_radps = 0;              // about x
  double effort_before = 0, effort_after = 0, change_s = 0;
  double cadence = 0;
  double speed_mps = 0;  // along x, from the origin, one metre up
  double elbow_rad = 0;

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double s = seconds_since_origin(t[i]);
      if (force) {
        force[3 * i] = static_cast<float>(sine_mps2 * std::sin(2 * std::numbers::pi * sine_hz * s));
        force[3 * i + 1] = 0;
        force[3 * i + 2] = static_cast<float>(kStandardGravity_mps2);
      }
      if (rate) {
        rate[3 * i] = static_cast<float>(rate_radps);
        rate[3 * i + 1] = rate[3 * i + 2] = 0;
      }
    }
  }
  void see(std::span<const WorldTime> t, const std::array<double, 3>& world,
           float* seen) const override {
    for (std::size_t i = 0; i < 3 * t.size(); ++i) seen[i] = static_cast<float>(world[i % 3]);
  }
  void pose(WorldTime, Pose& q) const override {
    q.fill(0);
    q[kElbow] = elbow_rad;
  }
  double effort(WorldTime t) const override {
    return seconds_since_origin(t) < change_s ? effort_before : effort_after;
  }
  double cadence_hz(WorldTime) const override { return cadence; }
  std::array<double, 3> position_m(WorldTime t) const override {
    return {speed_mps * seconds_since_origin(t), 0, 1};
  }
};

}  // namespace gauntlet::sim
