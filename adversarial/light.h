// Pulsing light on an optical heart-rate sensor (catalogue P7).
//
//   lamp        I(t) = I0 (r0 / r)^2 (1 + m cos 2 pi f t), of the sensor's own light that returns
//   photodiode  own light (1 + pulse cos ...) + ambient + I; beyond saturation nothing is counted
//   sampled     at the sensor's light pulses, `path.pulse_rate_hz` apart: f aliases there
//   dark slots  half a pulse period later with the sensor's own light off, and subtracted: what is
//               left of the lamp is 2 sin(pi f / 2 f_pulse), or nearly all when it is lit only
//               together with the sensor's own light
//   counted     of two oscillations the larger: the mean rotation of a sum of two phasors is
//               exactly that of the larger one
// Takes the place of the sensor's reading when the lamp's is larger and its rate is one that a
// heart can have (40 to 220 1/min); 0 when saturated. Source: the catalogue's proposal. Leaves out:
// the averaging window's lag behind the change, skin between lamp and photodiode, flicker of lamps.
//
// Thread safety: const use from several threads is safe.
#pragma once

#include "adversarial/attack_options.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::adversarial {

// Amplitude that is left in what the sensor samples, of its own returning light.
double pulsing_light(const AttackOptions& options, const sim::AnalogPath& path);
// What the sensor takes the lamp for.
double apparent_rate_per_min(const LightOptions& options, double pulse_rate_hz);

class LightAttack final : public sim::AnalogSource {
 public:
  explicit LightAttack(const AttackOptions& options);
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override;
  // What falls between the sensor's own pulses is as strong as the pulse that it looks for. Rooms
  // whose own light pulses so are left out: false alarms of clean life have no source here.
  bool pulses_in_the_dark(const sim::AnalogPath& path, WorldTime t) const override;

 private:
  AttackOptions options_;
  AttackSpan span_;
};

}  // namespace gauntlet::adversarial
