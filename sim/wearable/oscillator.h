// Oscillators: how far a real rate is from its nominal one and how it wanders.
//
// Fractional frequency y(t) = error drawn once + linear and quadratic temperature terms + white,
// flicker and random-walk frequency noise (the power-law model of NIST SP 1065, 3.1). y is held for
// one second at a time; flicker is a sum of Ornstein-Uhlenbeck processes a decade apart in
// correlation time, 1 to 10,000 s, whose Allan deviation is flat to a few per cent in between.
// Leaves out: ageing, shock, supply voltage.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/engine/random.h"

namespace gauntlet::sim {

// Temperature of a worn device: from the room's towards the skin's, first order.
struct ThermalOptions {
  double room_c = 22;
  double skin_c = 31;
  double warm_up_s = 600;  // time constant
  void describe(OptionVisitor& v);
  double at(double seconds_worn) const;
};

struct FrequencyOptions {
  double error_ppm = 0;          // mean over all units and days
  double error_sd_ppm = 20;      // of one power-up
  double error_limit_ppm = 100;  // drawn again beyond this
  double ppm_per_k = 0;          // about reference_c
  double ppm_per_k2 = -0.034;
  double reference_c = 25;
  double white_fm = 1e-8;         // Allan deviation at 1 s
  double flicker_fm = 3e-9;       // Allan deviation of the floor
  double random_walk_fm = 1e-11;  // per sqrt(s); Allan deviation at t: this * sqrt(t / 3)
  void describe(OptionVisitor& v);
  // "bad_frequency": the mean must lie within the limit.
  Result<void> validate() const;
};

// "crystal": a watch's time-stamp clock (the defaults above); "rc": a resistor-capacitor oscillator
// within 250 ppm; "sensor": an inertial part's own, 2 % (sd) within 5 %; "exact".
const std::vector<std::string_view>& frequency_preset_names();
FrequencyOptions frequency_preset(std::string_view name);

// y, one second after another.
class FrequencyNoise {
 public:
  FrequencyNoise(const FrequencyOptions& options, const ThermalOptions& thermal,
                 const RandomStream& stream);
  double next();
  // Drawn once: what the rate is off by before temperature and noise.
  double error() const { return error_; }

 private:
  static constexpr std::size_t kDecades = 5;
  FrequencyOptions options_;
  ThermalOptions thermal_;
  RandomStream white_, flicker_, walk_;
  double error_ = 0;
  double walked_ = 0;
  std::array<double, kDecades> state_{};
  std::array<double, kDecades> keep_{};
  std::array<double, kDecades> kick_{};
  std::int64_t seconds_ = 0;
};

// Numbers the instants at which a sensor samples. Instants are strictly increasing.
class SampleClock {
 public:
  SampleClock(double nominal_rate_hz, double jitter_us, const FrequencyOptions& options,
              const ThermalOptions& thermal, const RandomStream& stream);
  // The first instant is within one period after `begin`.
  void start(WorldTime begin);
  WorldTime take() {
    if (at_ == kBlock) refill();
    return instants_[at_++];
  }
  // Of this power-up, without wander.
  double true_rate_hz() const { return rate_hz_; }

 private:
  static constexpr std::size_t kBlock = 64;
  void refill();

  double nominal_hz_;
  double jitter_ns_;
  FrequencyNoise noise_;
  RandomStream jitter_;
  RandomStream phase_;
  double rate_hz_;
  double period_ns_ = 0;
  WorldTime ideal_;  // of the next one, without jitter, floored to a nanosecond
  double fraction_ns_ = 0;
  WorldTime second_end_;
  WorldTime latest_;
  std::array<WorldTime, kBlock> instants_{};
  std::size_t at_ = kBlock;
};

}  // namespace gauntlet::sim
