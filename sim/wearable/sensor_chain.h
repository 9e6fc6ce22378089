// From what is at the sampler's input to what the sensor puts out: alignment, bias, temperature,
// noise, faults, clipping, quantisation, in this order. Stateful: blocks must come in order of
// time, but how a stream is cut into blocks does not change a bit of it. Allocates nothing while
// running.
//
// What changes slowly (temperature, wandering and walking bias) is held for a step of a second, or
// of a twentieth of the shortest correlation time when that is less; at the steps it is exact.
// Noise is made in blocks of samples, structure of arrays.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/wearable/sensor.h"

namespace gauntlet::sim {

class SensorChain {
 public:
  // `rate_hz`: the true one. `begin`: power-up, where warming begins.
  SensorChain(std::shared_ptr<const SensorOptions> options, const ThermalOptions& thermal,
              double rate_hz, WorldTime begin, const RandomStream& stream);
  // In place; N x 3, SI units (sensor.h). `force`: specific force at the same instants for
  // g-sensitivity, or null.
  void apply(std::span<const WorldTime> t, const float* force, float* xyz);

 private:
  static constexpr std::size_t kBlock = 64;
  // Exact: keep = exp(-dt / tau), kick = sd sqrt(1 - keep^2).
  struct OrnsteinUhlenbeck {
    double keep = 0, kick = 0, state = 0;
    OrnsteinUhlenbeck() = default;
    OrnsteinUhlenbeck(double sd, double tau_s, double dt_s, RandomStream& random);
    double next(double normal);
  };
  struct Axis {
    double bias = 0, per_k = 0, walked = 0, offset = 0;
    double white_sd = 0;
    std::vector<OrnsteinUhlenbeck> wander;
    OrnsteinUhlenbeck coloured;
    std::optional<RandomStream> white, colour;
    std::array<float, kBlock> noise{};  // of the block's samples
  };
  using Columns = std::array<std::array<double, kBlock>, 3>;

  void make_noise();
  void next_slow_step();
  void run(std::span<const WorldTime> t, const float* force, float* xyz);
  void add_spikes(std::span<const WorldTime> t, Columns& v);
  void repeat_rows(std::span<const WorldTime> t, float* xyz);

  std::shared_ptr<const SensorOptions> options_;  // one with its sampler's
  ThermalOptions thermal_;
  WorldTime begin_;
  double si_;  // SI per unit
  std::array<std::array<double, 3>, 3> align_{};
  std::array<std::array<double, 3>, 3> g_{};
  std::array<Axis, 3> axis_;
  bool any_noise_ = false;
  std::size_t at_ = kBlock;  // within the block of noise

  Duration slow_step_;
  WorldTime next_slow_;
  std::int64_t slow_steps_ = 0;
  double walk_sd_ = 0;
  RandomStream wander_, walk_;

  RandomStream spikes_, stuck_, repeats_;
  std::array<float, 3> last_{};
  WorldTime stuck_until_, next_stuck_, next_spike_, next_repeat_;
};

}  // namespace gauntlet::sim
