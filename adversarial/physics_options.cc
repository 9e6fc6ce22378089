#include "adversarial/physics_options.h"

namespace gauntlet::adversarial {

void PlaceOptions::describe(OptionVisitor& v) {
  v.number("x_m", x_m, {-1000, 1000}, "m", "on the floor plan");
  v.number("y_m", y_m, {-1000, 1000}, "m", "on the floor plan");
  v.number("z_m", z_m, {-10, 100}, "m", "above the floor");
}

void AcousticOptions::describe(OptionVisitor& v) {
  v.choice("control", control,
           {{"tone", AcousticControl::tone},
            {"output", AcousticControl::output},
            {"side_swing", AcousticControl::side_swing},
            {"switching", AcousticControl::switching},
            {"phase_pacing", AcousticControl::phase_pacing},
            {"dual_tone", AcousticControl::dual_tone},
            {"denial", AcousticControl::denial}},
           "a given tone, or what is to come out of the sampler (physics_options.h)");
  v.number("frequency_hz", frequency_hz, {1, 1e6}, "Hz", "the tone, or what it should be near to");
  v.number("target_hz", target_hz, {0, 1000}, "Hz",
           "false repetitions a second, as many as a person would make");
  v.number("clock_error_ppm", clock_error_ppm, {-1e5, 1e5}, "ppm",
           "what the sampling rate differs from a white-box attacker's belief by");
  v.number("tracking_error_ppm", tracking_error_ppm, {-1e5, 1e5}, "ppm",
           "and from one's who tracks the clock", "proposal");
  v.number("phase_deg", phase_deg, {-360, 360}, "deg", "phase of the tone at the start of the run");
  v.choice("strength", strength,
           {{"amplitude", AcousticStrength::amplitude}, {"pressure", AcousticStrength::pressure}},
           "given at the proof mass, or as a loudspeaker's level");
  v.number("amplitude_mps2", amplitude_mps2, {0, 1e4}, "m/s2",
           "amplitude: at the proof mass; of gyroscopes rad/s");
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
  v.number("drive_hz", drive_hz, {0, 1e5}, "Hz",
           "a gyroscope's drive, with which it demodulates; 0: none",
           "MPU-6000: 33, 30 and 27 kHz, +-3 kHz");
  v.number("swing_depth", swing_depth, {0, 1}, "1",
           "side_swing: what is taken away of the unwanted half of a cycle", "Tu et al. 2018");
  v.number("pacing_s", pacing_s, {0.001, 3600}, "s", "phase_pacing: time between corrections");
  v.number("curvature_per_mps2", curvature_per_mps2, {0, 10}, "s2/m",
           "dual_tone: c of the amplifier's x + c x^2", "a prior");
  v.number("sweep_hz", sweep_hz, {0, 1e5}, "Hz", "denial: width of the sweep");
  v.number("sweep_s", sweep_s, {0.001, 3600}, "s", "denial: its length, up or down");
}

void ElectromagneticOptions::describe(OptionVisitor& v) {
  v.number("carrier_hz", carrier_hz, {1e3, 1e11}, "Hz", "carrier, of which only power arrives");
  v.number("power_w", power_w, {0, 1000}, "W", "transmitted", "Ghost Talk: less than 10 W");
  v.number("antenna_gain_dbi", antenna_gain_dbi, {-30, 40}, "dBi", "the attacker's antenna");
  v.number("distance_m", distance_m, {0.01, 1000}, "m", "antenna to sensor",
           "Ghost Talk: 1 to 2 m");
  v.number("coupling_m", coupling_m, {0, 1}, "m", "effective length of what works as an antenna",
           "a prior");
  v.number("rectification_per_v", rectification_per_v, {0, 100}, "1/V",
           "beta: an amplitude V is rectified to beta V^2 / 2", "a prior");
  v.number("sensitivity_mps2_per_v", sensitivity_mps2_per_v, {0, 1e6}, "m/s2/V",
           "of the ADC, in the sensor's SI unit", "3-axis analogue parts: about 30 m/s2 a volt");
  v.number("am_depth", am_depth, {0, 1}, "1", "depth of amplitude modulation");
  v.number("am_hz", am_hz, {0, 1e4}, "Hz", "its frequency");
  v.number("axis_x", axis_x, {-1, 1}, "1", "share of the sensor's channels");
  v.number("axis_y", axis_y, {-1, 1}, "1", "y");
  v.number("axis_z", axis_z, {-1, 1}, "1", "z");
}

void LightOptions::describe(OptionVisitor& v) {
  v.number("intensity", intensity, {0, 1e6}, "1",
           "mean light at reference_m, of the sensor's own that returns from the skin");
  v.number("reference_m", reference_m, {0.001, 100}, "m", "where it was measured");
  v.number("distance_m", distance_m, {0.001, 100}, "m", "lamp to sensor");
  v.number("am_depth", am_depth, {0, 1}, "1", "m of I0 (1 + m cos 2 pi f t)");
  v.number("rate_per_min", rate_per_min, {0, 1e5}, "1/min", "pulse rate that is played");
  v.number("ambient", ambient, {0, 1e6}, "1", "ambient light, of the sensor's own");
  v.number("pulse", pulse, {1e-4, 1}, "1", "of the skin: pulsatile share of the light",
           "perfusion index at the wrist: 0.5 to 5 %");
  v.number("saturation", saturation, {0.1, 1e6}, "1", "most light the photodiode's amplifier takes",
           "a prior");
  v.flag("follows_slots", follows_slots,
         "shines only while the sensor's own light does: what dark slots do not see");
  v.number("slot_error", slot_error, {0, 1}, "1", "share of it that falls into dark slots then");
}

void MagnetOptions::describe(OptionVisitor& v) {
  v.choice("mount", mount, {{"room", MagnetMount::room}, {"strap", MagnetMount::strap}},
           "stands in the hall, or sits on the device");
  v.table("place", place, "room: where");
  v.number("offset_x_m", offset_x_m, {-10, 10}, "m", "strap: from the sensor, in its frame");
  v.number("offset_y_m", offset_y_m, {-10, 10}, "m", "y");
  v.number("offset_z_m", offset_z_m, {-10, 10}, "m", "z");
  v.number("moment_x_am2", moment_x_am2, {-1e5, 1e5}, "A m2", "dipole moment",
           "1 cm3 of neodymium: about 1");
  v.number("moment_y_am2", moment_y_am2, {-1e5, 1e5}, "A m2", "y");
  v.number("moment_z_am2", moment_z_am2, {-1e5, 1e5}, "A m2", "z");
  v.number("turning_hz", turning_hz, {0, 100}, "Hz", "turns about the vertical");
}

void PendulumOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind, {{"swing", PendulumKind::swing}, {"cradle", PendulumKind::cradle}},
           "let go once, or kept rocking");
  v.number("length_m", length_m, {0.05, 50}, "m", "swing: of the pendulum; f = sqrt(g / l) / 2 pi");
  v.number("radius_m", radius_m, {0, 50}, "m", "device to pivot");
  v.number("amplitude_deg", amplitude_deg, {0, 80}, "deg", "at the start");
  v.number("damping_ratio", damping_ratio, {0, 0.5}, "1", "swing", "proposal");
  v.number("rocking_hz", rocking_hz, {0.01, 20}, "Hz", "cradle: as often as it is rocked");
  v.number("azimuth_deg", azimuth_deg, {-360, 360}, "deg",
           "of the plane of motion, about the device's z");
}

void ImpostorOptions::describe(OptionVisitor& v) {
  v.integer("number", number, {0, 1e9}, "1", "which person of the population wears the device");
  v.integer("session", session, {0, 1e9}, "1", "and on which day");
  v.number("time_warp", time_warp, {0.25, 4}, "1", "faster than that person would by this");
}

}  // namespace gauntlet::adversarial
