// Radio waves on a sensor's amplifier (catalogue P6), which rectifies what it is too slow for.
//
//   field       E = sqrt(60 P G) / d, amplitude in the far field           V/m
//   voltage     V = E h, modulated: V (1 - m cos 2 pi f t) from the start on
//   rectified   beta V^2 / 2: a constant, f, and 2 f, each behind the sensor's low-pass
//   sampler     at the instants at which the device really samples
// Source: Foo Kune et al., Ghost Talk, IEEE S&P 2013. Leaves out: the near field, the carrier
// itself (beyond every amplifier's band), polarisation, bodies in between.
//
// Thread safety: const use from several threads is safe.
#pragma once

#include "adversarial/attack_options.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::adversarial {

// At the amplifier, unmodulated.
double induced_amplitude_v(const ElectromagneticOptions& options);

class ElectromagneticAttack final : public sim::AnalogSource {
 public:
  explicit ElectromagneticAttack(const AttackOptions& options);
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override;

 private:
  AttackOptions options_;
  AttackSpan span_;
};

}  // namespace gauntlet::adversarial
