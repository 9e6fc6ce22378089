#include "adversarial/attack_options.h"

namespace gauntlet::adversarial {

void AcousticOptions::describe(OptionVisitor& v) {
  v.choice("control", control,
           {{"tone", AcousticControl::tone}, {"output", AcousticControl::output}},
           "play a given tone, or the one that aliases to target_hz");
  v.number("frequency_hz", frequency_hz, {1, 1e6}, "Hz", "the tone, or what it should be near to");
  v.number("target_hz", target_hz, {0, 1000}, "Hz",
           "output control: false repetitions a second, as many as a person would make");
  v.number("clock_error_ppm", clock_error_ppm, {-1e5, 1e5}, "ppm",
           "output control: what the sampling rate differs from the attacker's belief by");
  v.flag("tracks_clock", tracks_clock, "output control: the attacker follows the sampling clock");
  v.number("tracking_error_ppm", tracking_error_ppm, {-1e5, 1e5}, "ppm", "and what is left then",
           "proposal");
  v.number("phase_deg", phase_deg, {-360, 360}, "deg", "phase of the tone at the start of the run");
  v.choice("strength", strength,
           {{"amplitude", AcousticStrength::amplitude}, {"pressure", AcousticStrength::pressure}},
           "given at the proof mass, or as a loudspeaker's level");
  v.number("amplitude_mps2", amplitude_mps2, {0, 1e4}, "m/s2", "amplitude: at the proof mass");
  v.number("level_db", level_db, {0, 170}, "dB re 20 uPa", "pressure: level at reference_m");
  v.number("reference_m", reference_m, {0.001, 100}, "m", "pressure: where the level was measured");
  v.number("distance_m", distance_m, {0.001, 1000}, "m", "pressure: loudspeaker to sensor");
  v.number("absorption_db_per_m", absorption_db_per_m, {0, 10}, "dB/m", "pressure: of the air",
           "order of ISO 9613-1 at 3 kHz");
  v.number("resonance_hz", resonance_hz, {1, 1e6}, "Hz", "pressure: of the proof mass",
           "a prior: no table exists for watch parts");
  v.number("quality", quality, {0.1, 1e5}, "1", "pressure: of the resonance", "a prior");
  v.number("response_mps2_per_pa", response_mps2_per_pa, {0, 1000}, "m/s2/Pa",
           "pressure: at resonance", "a prior: ADXL103, 4.4 m/s2 at 115 dB (WALNUT, 2017)");
  v.number("clip_high_mps2", clip_high_mps2, {0, 1e4}, "m/s2",
           "amplifier's upper limit about rest; 0: none");
  v.number("clip_low_mps2", clip_low_mps2, {0, 1e4}, "m/s2", "its lower limit; 0: none");
  v.number("am_depth", am_depth, {0, 1}, "1", "depth of amplitude modulation");
  v.number("am_hz", am_hz, {0, 1e4}, "Hz", "its frequency");
  v.number("axis_x", axis_x, {-1, 1}, "1", "direction of the force in the sensor's frame");
  v.number("axis_y", axis_y, {-1, 1}, "1", "y");
  v.number("axis_z", axis_z, {-1, 1}, "1", "z");
}

Result<void> AttackOptions::validate() const {
  if (acoustic.axis_x == 0 && acoustic.axis_y == 0 && acoustic.axis_z == 0) {
    return Error{"bad_attack", "acoustic.axis_x, _y and _z are all 0: a force needs a direction"};
  }
  if (stop_s > 0 && stop_s <= start_s) {
    return Error{"bad_attack", "stop_s (" + std::to_string(stop_s) + ") must be after start_s (" +
                                   std::to_string(start_s) + "), or 0 for never"};
  }
  return {};
}

void AttackOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind, {{"acoustic", AttackKind::acoustic}}, "what kind of attack");
  v.text("device", device, "name of the device under attack");
  v.choice("sensor", sensor,
           {{"accelerometer", SensorKind::accelerometer}, {"gyroscope", SensorKind::gyroscope}},
           "which of its sensors");
  v.number("start_s", start_s, {0, 1e6}, "s", "when it begins");
  v.number("stop_s", stop_s, {0, 1e6}, "s", "when it ends; 0: never");
  v.table("acoustic", acoustic, "parameters of kind acoustic");
}

}  // namespace gauntlet::adversarial
