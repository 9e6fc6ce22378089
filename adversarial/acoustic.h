// Acoustic injection into an inertial sensor's proof mass (catalogue P1 to P5).
//
//   level       L(r) = L0 - 20 log10(r / r0) - a r              dB re 20 uPa
//   pressure    p = 20 uPa 10^(L / 20)
//   response    A = k p |H|, |H| = (1/Q) / sqrt((1 - rho^2)^2 + (rho/Q)^2), rho = f / f_r
//   gyroscope   demodulated with its drive: f becomes f - f_d
//   amplifier   clipped at two limits: harmonics, and with unequal limits a constant;
//               or bent, x + c x^2: two tones give a constant, their difference and their sums
//   low-pass    the sensor's, on the constant and on each component by itself
//   sampler     the sum of them at the instants at which the device really samples: aliasing is
//               decided by these, not assumed
// What the attacker plays follows from what he believes of the sampling rate (Knowledge): nominal,
// wrong by clock_error_ppm, or by tracking_error_ppm. Side-swing, switching and phase pacing need
// the sampler's phase as well: it is not known (none), seen once at the start (white_box), or seen
// and corrected every pacing_s (drift_tracking).
//
// Sources: Trippel et al., WALNUT, EuroS&P 2017; Tu et al., Injected and Delivered, USENIX Security
// 2018; Son et al., Rocking Drones, USENIX Security 2015. Leaves out: transients of resonance and
// filter (an envelope is slow against both), the loudspeaker's own distortion, harmonics beyond the
// fifth.
//
// Not thread-safe: instants of one sensor in order, but for the readings that make up one sample.
#pragma once

#include "adversarial/attack_options.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::adversarial {

// The sampling rate as the attacker believes it to be.
double believed_rate_hz(const AttackOptions& options, const sim::AnalogPath& path);
// The tone that is played against a device that is believed to sample at `rate_hz`.
double acoustic_frequency_hz(const AcousticOptions& options, double rate_hz);
// Amplitude at the proof mass, before clipping.
double acoustic_amplitude_mps2(const AcousticOptions& options, double frequency_hz);
// Coefficient n of the Fourier series of `amplitude` cos(x), clipped to [-low, high] (0: no limit).
double clipped_harmonic(double amplitude, double high, double low, int n);

class AcousticAttack final : public sim::AnalogSource {
 public:
  // `damping_db`: of what surrounds the sensor.
  explicit AcousticAttack(const AttackOptions& options, double damping_db = 0);
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override;
  bool overloads(const sim::AnalogPath& path, WorldTime t) const override;

 private:
  struct Voice;
  double single_tone(const Voice& voice, WorldTime t) const;
  double paced(const Voice& voice, WorldTime t) const;
  double dual_tone(const Voice& voice, WorldTime t) const;
  double denial(const Voice& voice, WorldTime t) const;

  AttackOptions options_;
  AttackSpan span_;
  double axis_[3];
  // Paced: when the attacker last saw the sampler's phase.
  mutable WorldTime anchor_ = WorldTime::min(), next_look_ = WorldTime::min();
};

}  // namespace gauntlet::adversarial
