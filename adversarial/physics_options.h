// Parameters of attacks that reach a sensor through its physics (catalogue P1 to P10). What each
// model does with them is said in its own header.
#pragma once

#include <cstdint>

#include "core/base/options.h"

namespace gauntlet::adversarial {

// Where on the hall's floor the attacker's source stands, z up from the floor.
struct PlaceOptions {
  double x_m = 12, y_m = 7, z_m = 1;
  void describe(OptionVisitor& v);
};

// Of what comes out of the sampler:
//   tone          whatever the frequency played aliases to
//   output        an oscillation of target_hz; the tone nearest to frequency_hz that aliases there
//   side_swing    the same, one half of each cycle weakened by swing_depth: a mean is left
//   switching     two tones whose aliases turn in opposite senses, alternated so that the sign
//   stays phase_pacing  one tone, its phase set right every pacing_s: drift has that long to act
//   dual_tone     two tones target_hz apart, mixed by the amplifier's curvature before sampling
//   denial        a sweep of sweep_hz about frequency_hz: noise after sampling
enum class AcousticControl : std::uint8_t {
  tone,
  output,
  side_swing,
  switching,
  phase_pacing,
  dual_tone,
  denial
};

// amplitude: given at the proof mass. pressure: from a loudspeaker's level through air and
// resonance.
enum class AcousticStrength : std::uint8_t { amplitude, pressure };

// adversarial/acoustic.h
struct AcousticOptions {
  AcousticControl control = AcousticControl::output;
  double frequency_hz = 3000;
  double target_hz = 0.5;
  double clock_error_ppm = 0;
  double tracking_error_ppm = 1;
  double phase_deg = 0;

  AcousticStrength strength = AcousticStrength::amplitude;
  double amplitude_mps2 = 5;  // gyroscopes: rad/s
  double level_db = 110;      // re 20 uPa, at reference_m
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

  double drive_hz = 0;  // a gyroscope's: what it demodulates with; 0: none
  double swing_depth = 1;
  double pacing_s = 1;
  double curvature_per_mps2 = 0.01;  // dual_tone
  double sweep_hz = 60;              // denial
  double sweep_s = 0.37;

  void describe(OptionVisitor& v);
};

// adversarial/electromagnetic.h
struct ElectromagneticOptions {
  double carrier_hz = 900e6;
  double power_w = 10;
  double antenna_gain_dbi = 6;
  double distance_m = 1;
  double coupling_m = 0.02;
  double rectification_per_v = 0.1;
  double sensitivity_mps2_per_v = 100;
  double am_depth = 1;
  double am_hz = 0.5;
  double axis_x = 0, axis_y = 0, axis_z = 1;
  void describe(OptionVisitor& v);
};

// adversarial/light.h
struct LightOptions {
  double intensity = 10;
  double reference_m = 0.1;
  double distance_m = 0.1;
  double am_depth = 0.5;
  double rate_per_min = 150;
  double ambient = 1;
  double pulse = 0.02;
  double saturation = 100;
  bool follows_slots = false;
  double slot_error = 0.01;
  void describe(OptionVisitor& v);
};

enum class MagnetMount : std::uint8_t { room, strap };

// adversarial/magnet.h
struct MagnetOptions {
  MagnetMount mount = MagnetMount::room;
  PlaceOptions place;
  double offset_x_m = 0.05, offset_y_m = 0, offset_z_m = 0;
  double moment_x_am2 = 1, moment_y_am2 = 0, moment_z_am2 = 0;
  double turning_hz = 0;
  void describe(OptionVisitor& v);
};

enum class PendulumKind : std::uint8_t { swing, cradle };

// adversarial/pendulum_motion.h
struct PendulumOptions {
  PendulumKind kind = PendulumKind::swing;
  double length_m = 2.5;
  double radius_m = 2.5;
  double amplitude_deg = 30;
  double damping_ratio = 0.01;
  double rocking_hz = 0.5;
  double azimuth_deg = 0;
  void describe(OptionVisitor& v);
};

// adversarial/impostor_motion.h
struct ImpostorOptions {
  std::int64_t number = 1;
  std::int64_t session = 0;
  double time_warp = 1;
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::adversarial
