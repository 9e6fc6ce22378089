// Acoustic injection into an inertial sensor's proof mass (catalogue P1, P2).
//
//   level       L(r) = L0 - 20 log10(r / r0) - a r              dB re 20 uPa
//   pressure    p = 20 uPa 10^(L / 20)
//   response    A = k p |H|, |H| = (1/Q) / sqrt((1 - rho^2)^2 + (rho/Q)^2), rho = f / f_r
//   amplifier   clipped at two limits: harmonics, and with unequal limits a constant
//   low-pass    the sensor's, on the constant and on each harmonic by itself
//   sampler     the sum of them at the instants at which the device really samples: aliasing is
//               decided by these, not assumed
// Sources: Trippel et al., WALNUT, EuroS&P 2017; Tu et al., Injected and Delivered, USENIX Security
// 2018. Leaves out: transients of resonance and filter (an envelope is slow against both), the
// loudspeaker's own distortion, harmonics beyond the fifth.
//
// Thread safety: const use from several threads is safe.
#pragma once

#include "adversarial/attack_options.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::adversarial {

// The tone that the attacker plays against a device that samples at `true_rate_hz`.
double acoustic_frequency_hz(const AcousticOptions& options, double true_rate_hz);
// Amplitude at the proof mass, before clipping.
double acoustic_amplitude_mps2(const AcousticOptions& options, double frequency_hz);
// Coefficient n of the Fourier series of `amplitude` cos(x), clipped to [-low, high] (0: no limit).
double clipped_harmonic(double amplitude, double high, double low, int n);

class AcousticAttack final : public sim::AnalogSource {
 public:
  explicit AcousticAttack(const AttackOptions& options);
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override;

 private:
  AttackOptions options_;
  WorldTime start_, stop_;
  double axis_[3];
};

}  // namespace gauntlet::adversarial
