// From what is at the sampler's input to what the sensor puts out: alignment, bias, noise, faults,
// clipping, quantisation, in this order. Stateful: blocks must come in order of time, but how a
// stream is cut into blocks does not change a bit of it. Allocates nothing while running.
//
// Leaves out: the low-pass's effect on the motion itself (a person moves below the corner).
#pragma once

#include <array>
#include <span>

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/wearable/sensor.h"

namespace gauntlet::sim {

class SensorChain {
 public:
  // `rate_hz`: the true one. `begin`: power-up, where warming begins.
  SensorChain(const SensorOptions& options, const ThermalOptions& thermal, double rate_hz,
              WorldTime begin, const RandomStream& stream);
  // In place; N x 3, SI units. `force`: specific force at the same instants for g-sensitivity, or
  // null.
  void apply(std::span<const WorldTime> t, const float* force, float* xyz);

 private:
  struct OrnsteinUhlenbeck {
    double keep = 0, kick = 0, state = 0;
    OrnsteinUhlenbeck() = default;
    OrnsteinUhlenbeck(double sd, double tau_s, double dt_s, RandomStream& random);
    double next(RandomStream& random);
  };
  struct Axis {
    double bias = 0, per_k = 0, walked = 0, white_sd = 0;
    OrnsteinUhlenbeck wander, coloured;
  };
  void fault(WorldTime t, std::array<double, 3>& v);

  SensorOptions options_;
  ThermalOptions thermal_;
  WorldTime begin_;
  double si_;  // SI per unit
  double walk_sd_ = 0;
  std::array<std::array<double, 3>, 3> align_{};
  std::array<std::array<double, 3>, 3> g_{};
  std::array<Axis, 3> axis_;
  RandomStream noise_, coloured_, wander_, walk_, faults_;
  std::array<double, 3> last_{};
  bool any_fault_ = false;
  // The temperature changes slowly: once a second is enough.
  WorldTime next_kelvin_;
  double kelvin_ = 0;
  WorldTime stuck_until_, next_stuck_, next_spike_, next_repeat_;
};

}  // namespace gauntlet::sim
