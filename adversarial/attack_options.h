// One attack of a scenario: a block [[attack]] with a kind.
#pragma once

#include <string>

#include "core/base/options.h"
#include "core/base/result.h"
#include "core/base/sensor.h"

namespace gauntlet::adversarial {

enum class AttackKind : std::uint8_t { acoustic };

// tone: a frequency is played. output: the attacker wants a slow oscillation of `target_hz` to come
// out of the sampler and picks the frequency nearest to `frequency_hz` that aliases there.
enum class AcousticControl : std::uint8_t { tone, output };

// amplitude: given at the proof mass. pressure: from a loudspeaker's level through air and
// resonance.
enum class AcousticStrength : std::uint8_t { amplitude, pressure };

// Output control needs the sampling rate. The attacker believes true rate / (1 + error), where the
// error is clock_error_ppm or, for one who watches the device and follows its clock,
// tracking_error_ppm.
struct AcousticOptions {
  AcousticControl control = AcousticControl::output;
  double frequency_hz = 3000;
  double target_hz = 0.5;
  double clock_error_ppm = 0;
  bool tracks_clock = false;
  double tracking_error_ppm = 1;
  double phase_deg = 0;

  AcousticStrength strength = AcousticStrength::amplitude;
  double amplitude_mps2 = 5;
  double level_db = 110;  // re 20 uPa, at reference_m
  double reference_m = 0.1;
  double distance_m = 0.5;
  double absorption_db_per_m = 0.02;
  double resonance_hz = 3000;
  double quality = 20;
  double response_mps2_per_pa = 0.39;  // at resonance

  double clip_high_mps2 = 0;  // of the amplifier, about the resting output; 0: none
  double clip_low_mps2 = 0;   // magnitude
  double am_depth = 0;        // amplitude modulation, raised cosine, at its least at the start
  double am_hz = 0.5;
  double axis_x = 0, axis_y = 0, axis_z = 1;  // direction in the sensor's frame; any length

  void describe(OptionVisitor& v);
};

struct AttackOptions {
  AttackKind kind = AttackKind::acoustic;
  std::string device = "watch";
  SensorKind sensor = SensorKind::accelerometer;
  double start_s = 0;
  double stop_s = 0;  // 0: never
  AcousticOptions acoustic;

  void describe(OptionVisitor& v);
  // What ranges cannot say ("bad_attack"); the attack's constructor insists on it.
  Result<void> validate() const;
};

}  // namespace gauntlet::adversarial
