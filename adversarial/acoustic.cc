#include "adversarial/acoustic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adversarial/turns.h"
#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::adversarial {
namespace {

constexpr double kReferencePressure_pa = 20e-6;
constexpr int kHarmonics = 5;

double from_db(double db) { return sim::portable::exp(db / 20 * std::numbers::ln10); }

// Of cos(x) A in excess of c (both positive): what clipping takes away.
double excess(double a, double c, int n) {
  if (c <= 0 || a <= c) return 0;
  const double alpha = std::acos(c / a);
  if (n == 0) return (a * std::sin(alpha) - c * alpha) / std::numbers::pi;
  const double up = std::sin((n + 1) * alpha) / (2 * (n + 1));
  const double down = n == 1 ? alpha / 2 : std::sin((n - 1) * alpha) / (2 * (n - 1));
  return 2 / std::numbers::pi * (a * (up + down) - c * std::sin(n * alpha) / n);
}

}  // namespace

double believed_rate_hz(const AttackOptions& o, const sim::AnalogPath& path) {
  switch (o.knowledge) {
    case Knowledge::none:
      return path.nominal_rate_hz > 0 ? path.nominal_rate_hz : path.sample_rate_hz;
    case Knowledge::white_box:
      return path.sample_rate_hz / (1 + o.acoustic.clock_error_ppm * 1e-6);
    case Knowledge::drift_tracking:
      break;
  }
  return path.sample_rate_hz / (1 + o.acoustic.tracking_error_ppm * 1e-6);
}

double acoustic_frequency_hz(const AcousticOptions& o, double rate_hz) {
  switch (o.control) {
    case AcousticControl::tone:
    case AcousticControl::dual_tone:
    case AcousticControl::denial:
      return o.frequency_hz;
    case AcousticControl::output:
    case AcousticControl::side_swing:
    case AcousticControl::switching:
    case AcousticControl::phase_pacing:
      break;
  }
  // Behind a drive the attacker need not alias: n may be 0.
  const double least = o.drive_hz > 0 ? -1e9 : 1;
  const double wanted_hz = o.frequency_hz - o.drive_hz - o.target_hz;
  const double n = std::max(least, std::nearbyint(wanted_hz / rate_hz));
  return o.drive_hz + n * rate_hz + o.target_hz;
}

double acoustic_amplitude_mps2(const AcousticOptions& o, double frequency_hz) {
  if (o.strength == AcousticStrength::amplitude) return o.amplitude_mps2;
  const double level_db = o.level_db - o.absorption_db_per_m * o.distance_m;
  const double pressure_pa =
      kReferencePressure_pa * from_db(level_db) * o.reference_m / o.distance_m;
  const double rho = frequency_hz / o.resonance_hz;
  const double off = 1 - rho * rho, lossy = rho / o.quality;
  const double h = (1 / o.quality) / std::sqrt(off * off + lossy * lossy);
  return o.response_mps2_per_pa * pressure_pa * h;
}

double clipped_harmonic(double amplitude, double high, double low, int n) {
  // The lower half of a cosine is the upper half of one half a turn away, with the sign turned.
  const double sign = n % 2 == 0 ? 1 : -1;
  return (n == 1 ? amplitude : 0) - excess(amplitude, high, n) + sign * excess(amplitude, low, n);
}

// What is the same for all instants of a block.
struct AcousticAttack::Voice {
  const sim::AnalogPath& path;
  double hz;          // as played
  double sampled_hz;  // behind the drive
  double amplitude;
  double gain[kHarmonics + 1];
};

AcousticAttack::AcousticAttack(const AttackOptions& options, double damping_db)
    : options_(options), span_(options) {
  const double weaker = from_db(-damping_db);
  options_.acoustic.amplitude_mps2 *= weaker;
  options_.acoustic.response_mps2_per_pa *= weaker;
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
  Voice voice{path, acoustic_frequency_hz(o, believed_rate_hz(options_, path)), 0, 0, {}};
  voice.sampled_hz = voice.hz - o.drive_hz;
  voice.amplitude = acoustic_amplitude_mps2(o, voice.hz);
  for (int n = 0; n <= kHarmonics; ++n) voice.gain[n] = path.gain(n * voice.sampled_hz);
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!span_.contains(t[i])) continue;
    double v = 0;
    switch (o.control) {
      case AcousticControl::tone:
      case AcousticControl::output:
        v = single_tone(voice, t[i]);
        break;
      case AcousticControl::side_swing:
      case AcousticControl::switching:
      case AcousticControl::phase_pacing:
        v = paced(voice, t[i]);
        break;
      case AcousticControl::dual_tone:
        v = dual_tone(voice, t[i]);
        break;
      case AcousticControl::denial:
        v = denial(voice, t[i]);
        break;
    }
    for (std::size_t k = 0; k < 3; ++k) xyz[3 * i + k] += static_cast<float>(v * axis_[k]);
  }
}

// Of one cycle's peak: the comparator holds what it saw until it is read.
bool AcousticAttack::overloads(const sim::AnalogPath& path, WorldTime t) const {
  if (path.sensor != options_.sensor || !span_.contains(t)) return false;
  const AcousticOptions& o = options_.acoustic;
  const double hz = acoustic_frequency_hz(o, believed_rate_hz(options_, path));
  double a = acoustic_amplitude_mps2(o, hz);
  if (o.am_depth > 0) {
    a *= 1 - 0.5 * o.am_depth * (1 + cosine_of(turns(o.am_hz, to_seconds(t - span_.start))));
  }
  return (o.clip_high_mps2 > 0 && a > o.clip_high_mps2) ||
         (o.clip_low_mps2 > 0 && a > o.clip_low_mps2);
}

double AcousticAttack::single_tone(const Voice& voice, WorldTime t) const {
  const AcousticOptions& o = options_.acoustic;
  double a = voice.amplitude;
  if (o.am_depth > 0) {
    const double since_start = to_seconds(t - span_.start);
    a *= 1 - 0.5 * o.am_depth * (1 + cosine_of(turns(o.am_hz, since_start)));
  }
  const double phase = turns(voice.sampled_hz, seconds_since_origin(t)) + o.phase_deg / 360;
  const bool clips = (o.clip_high_mps2 > 0 && a > o.clip_high_mps2) ||
                     (o.clip_low_mps2 > 0 && a > o.clip_low_mps2);
  if (!clips) return a * voice.gain[1] * cosine_of(phase);
  double v = 0;
  for (int n = 0; n <= kHarmonics; ++n) {
    v += clipped_harmonic(a, o.clip_high_mps2, o.clip_low_mps2, n) * voice.gain[n] *
         cosine_of(n * phase);
  }
  return v;
}

// The carrier aliases to a constant; what the attacker does to its phase and amplitude is what is
// seen of it.
double AcousticAttack::paced(const Voice& voice, WorldTime t) const {
  const AcousticOptions& o = options_.acoustic;
  double since_look_s = seconds_since_origin(t);
  if (options_.knowledge != Knowledge::none) {
    if (t >= next_look_) {
      anchor_ = t;
      next_look_ = options_.knowledge == Knowledge::drift_tracking ? t + from_seconds(o.pacing_s)
                                                                   : WorldTime::max();
    }
    since_look_s = to_seconds(t - anchor_);
  }
  const double carrier = turns(voice.sampled_hz - o.target_hz, since_look_s);
  const double cycle = turns(o.target_hz, to_seconds(t - span_.start));
  double wave = cycle, a = voice.amplitude * voice.gain[1];
  if (o.control == AcousticControl::switching) {
    wave = cycle < 0.5 ? cycle - 0.25 : 0.75 - cycle;
  } else if (o.control == AcousticControl::phase_pacing) {
    wave = 0;
  } else if (cosine_of(cycle) < 0) {
    a *= 1 - o.swing_depth;
  }
  return a * cosine_of(carrier + wave + o.phase_deg / 360);
}

double AcousticAttack::dual_tone(const Voice& voice, WorldTime t) const {
  const AcousticOptions& o = options_.acoustic;
  const double s = seconds_since_origin(t);
  const double hz2 = voice.sampled_hz + o.target_hz;
  const double a1 = voice.amplitude, a2 = acoustic_amplitude_mps2(o, voice.hz + o.target_hz);
  const double one = turns(voice.sampled_hz, s) + o.phase_deg / 360;
  const double two = turns(hz2, s) + o.phase_deg / 360;
  const auto gain = [&voice](double hz) { return voice.path.gain(hz); };
  const double straight = a1 * voice.gain[1] * cosine_of(one) + a2 * gain(hz2) * cosine_of(two);
  const double bent = 0.5 * (a1 * a1 + a2 * a2) +
                      a1 * a2 * gain(o.target_hz) * cosine_of(two - one) +
                      a1 * a2 * gain(voice.sampled_hz + hz2) * cosine_of(one + two) +
                      0.5 * a1 * a1 * voice.gain[2] * cosine_of(2 * one) +
                      0.5 * a2 * a2 * gain(2 * hz2) * cosine_of(2 * two);
  return straight + o.curvature_per_mps2 * bent;
}

// Up and down in a straight line; amplitude and gain at the instant's frequency.
double AcousticAttack::denial(const Voice& voice, WorldTime t) const {
  const AcousticOptions& o = options_.acoustic;
  const double since_s = to_seconds(t - span_.start);
  const double sweeps = std::floor(since_s / (2 * o.sweep_s));
  const double in_s = since_s - 2 * o.sweep_s * sweeps;
  const bool up = in_s < o.sweep_s;
  const double part_s = up ? in_s : in_s - o.sweep_s;
  const double low = voice.sampled_hz - 0.5 * o.sweep_hz;
  const double from = up ? low : low + o.sweep_hz;
  const double slope = (up ? o.sweep_hz : -o.sweep_hz) / o.sweep_s;
  const double before = turns(voice.sampled_hz, 2 * o.sweep_s * sweeps + (up ? 0 : o.sweep_s));
  const double phase = before + from * part_s + 0.5 * slope * part_s * part_s;
  const double hz = from + slope * part_s;
  return acoustic_amplitude_mps2(o, hz + o.drive_hz) * voice.path.gain(hz) *
         cosine_of(phase - std::floor(phase) + o.phase_deg / 360);
}

}  // namespace gauntlet::adversarial
