#include "adversarial/acoustic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "sim/body/trig.h"

namespace gauntlet::adversarial {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr double kReferencePressure_pa = 20e-6;
constexpr int kHarmonics = 5;

// Of cos(x) A in excess of c (both positive): what clipping takes away.
double excess(double a, double c, int n) {
  if (c <= 0 || a <= c) return 0;
  const double alpha = std::acos(c / a);
  if (n == 0) return (a * std::sin(alpha) - c * alpha) / std::numbers::pi;
  const double up = std::sin((n + 1) * alpha) / (2 * (n + 1));
  const double down = n == 1 ? alpha / 2 : std::sin((n - 1) * alpha) / (2 * (n - 1));
  return 2 / std::numbers::pi * (a * (up + down) - c * std::sin(n * alpha) / n);
}

// Turns, reduced before they are multiplied by 2 pi: exact to 1e-9 turns over a day at 10 kHz.
double turns(double hz, double seconds) {
  const double whole = hz * seconds;
  return whole - std::floor(whole);
}

}  // namespace

double acoustic_frequency_hz(const AcousticOptions& o, double true_rate_hz) {
  if (o.control == AcousticControl::tone) return o.frequency_hz;
  const double error_ppm = o.tracks_clock ? o.tracking_error_ppm : o.clock_error_ppm;
  const double believed_hz = true_rate_hz / (1 + error_ppm * 1e-6);
  const double n = std::max(1.0, std::nearbyint((o.frequency_hz - o.target_hz) / believed_hz));
  return n * believed_hz + o.target_hz;
}

double acoustic_amplitude_mps2(const AcousticOptions& o, double frequency_hz) {
  if (o.strength == AcousticStrength::amplitude) return o.amplitude_mps2;
  const double level_db = o.level_db - 20 * std::log10(o.distance_m / o.reference_m) -
                          o.absorption_db_per_m * o.distance_m;
  const double pressure_pa = kReferencePressure_pa * std::pow(10, level_db / 20);
  const double rho = frequency_hz / o.resonance_hz;
  const double h = (1 / o.quality) / std::hypot(1 - rho * rho, rho / o.quality);
  return o.response_mps2_per_pa * pressure_pa * h;
}

double clipped_harmonic(double amplitude, double high, double low, int n) {
  // The lower half of a cosine is the upper half of one half a turn away, with the sign turned.
  const double sign = n % 2 == 0 ? 1 : -1;
  return (n == 1 ? amplitude : 0) - excess(amplitude, high, n) + sign * excess(amplitude, low, n);
}

AcousticAttack::AcousticAttack(const AttackOptions& options)
    : options_(options),
      start_(time_from_seconds<WorldTime>(options.start_s)),
      stop_(options.stop_s > 0 ? time_from_seconds<WorldTime>(options.stop_s) : WorldTime::max()) {
  const AcousticOptions& a = options.acoustic;
  const double length = std::hypot(a.axis_x, a.axis_y, a.axis_z);
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
  axis_[0] = a.axis_x / length;
  axis_[1] = a.axis_y / length;
  axis_[2] = a.axis_z / length;
}

void AcousticAttack::add(const sim::AnalogPath& path, std::span<const WorldTime> t,
                         float* xyz) const {
  if (path.sensor != options_.sensor) return;
  const AcousticOptions& o = options_.acoustic;
  const double hz = acoustic_frequency_hz(o, path.sample_rate_hz);
  const double amplitude = acoustic_amplitude_mps2(o, hz);
  double gain[kHarmonics + 1];
  for (int n = 0; n <= kHarmonics; ++n) gain[n] = path.gain(n * hz);

  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i] < start_ || t[i] >= stop_) continue;
    const double s = seconds_since_origin(t[i]);
    double a = amplitude;
    if (o.am_depth > 0) {
      const double since_start = to_seconds(t[i] - start_);
      a *= 1 - 0.5 * o.am_depth * (1 + sim::sincos(kTwoPi * turns(o.am_hz, since_start)).cos);
    }
    const double phase = kTwoPi * (turns(hz, s) + o.phase_deg / 360);
    double v = 0;
    if ((o.clip_high_mps2 <= 0 || a <= o.clip_high_mps2) &&
        (o.clip_low_mps2 <= 0 || a <= o.clip_low_mps2)) {
      v = a * gain[1] * sim::sincos(phase).cos;
    } else {
      for (int n = 0; n <= kHarmonics; ++n) {
        v += clipped_harmonic(a, o.clip_high_mps2, o.clip_low_mps2, n) * gain[n] *
             sim::sincos(n * phase).cos;
      }
    }
    for (std::size_t k = 0; k < 3; ++k) xyz[3 * i + k] += static_cast<float>(v * axis_[k]);
  }
}

}  // namespace gauntlet::adversarial
