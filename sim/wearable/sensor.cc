#include "sim/wearable/sensor.h"

#include <numbers>
#include <string>

#include "core/base/check.h"

namespace gauntlet::sim {
double SensorOptions::si_per_unit_of(SensorKind kind) {
  switch (kind) {
    case SensorKind::accelerometer:
      return kMps2PerMg;
    case SensorKind::gyroscope:
      return std::numbers::pi / 180;
    case SensorKind::magnetometer:
    case SensorKind::strain:
      return 1e-6;
    case SensorKind::heart_rate:
    case SensorKind::beacon:
      break;
  }
  return 1;
}

Result<void> validate_sensors(const std::vector<SensorOptions>& sensors) {
  if (sensors.empty()) return Error{"bad_sensors", "a device needs at least one sensor"};
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    const std::string kind(to_string(sensors[i].kind));
    for (std::size_t j = 0; j < i; ++j) {
      if (sensors[j].kind == sensors[i].kind) {
        return Error{"bad_sensors", "a device has one " + kind + ", not two"};
      }
    }
    if (auto ok = sensors[i].oscillator.validate(); !ok) {
      return Error{"bad_sensors", kind + ": " + ok.error().message};
    }
  }
  return {};
}

void AxisNoiseOptions::describe(OptionVisitor& v) {
  v.number("density", density, {0, 100}, "units /sqrt(Hz)", "white noise, one-sided density",
           "Bosch BMI270: 0.16 mg/sqrt(Hz), 0.007 deg/s/sqrt(Hz)");
  v.number("coloured_sd", coloured_sd, {0, 1000}, "units", "sd of first-order noise",
           "off; pebble: log without movement");
  v.number("coloured_tau_s", coloured_tau_s, {1e-4, 1e4}, "s", "its correlation time",
           "pebble: log without movement, 31 ms");
}

void MagneticOptions::describe(OptionVisitor& v) {
  v.number("horizontal_ut", horizontal_ut, {0, 70}, "uT", "the field's share along the ground",
           "norm of the earth's field: 25 to 65 uT");
  v.number("down_ut", down_ut, {-70, 70}, "uT", "its share towards the ground",
           "norm of the earth's field: 25 to 65 uT");
  v.number("heading_deg", heading_deg, {-360, 360}, "deg", "magnetic north, to the left of forward",
           "the scenario's choice");
}

void FaultOptions::describe(OptionVisitor& v) {
  v.number("stuck_per_hour", stuck_per_hour, {0, 1e5}, "1/h", "readings freeze", "off");
  v.number("stuck_s", stuck_s, {0, 3600}, "s", "for so long, mean", "proposal");
  v.number("spike_per_hour", spike_per_hour, {0, 1e5}, "1/h", "one wild reading on one axis",
           "off");
  v.number("spike_size", spike_size, {0, 1e5}, "units", "its size", "proposal");
  v.number("repeat_per_hour", repeat_per_hour, {0, 1e5}, "1/h", "a reading delivered twice", "off");
  v.number("gap_per_hour", gap_per_hour, {0, 1e5}, "1/h", "the sensor stops sampling", "off");
  v.number("gap_s", gap_s, {0, 3600}, "s", "for so long, mean", "proposal");
}

void SensorOptions::describe(OptionVisitor& v) {
  v.preset(sensor_preset_names(), "a known sensor",
           [this](std::string_view name) { *this = sensor_preset(name); });
  v.choice("kind", kind,
           {{"accelerometer", SensorKind::accelerometer},
            {"gyroscope", SensorKind::gyroscope},
            {"heart_rate", SensorKind::heart_rate},
            {"magnetometer", SensorKind::magnetometer},
            {"strain", SensorKind::strain},
            {"beacon", SensorKind::beacon}},
           "what it measures; decides the units below: mg, deg/s, 1/min, uT, microstrain or dBm");
  v.number("nominal_rate_hz", nominal_rate_hz, {0.1, 10000}, "Hz", "output data rate on paper",
           "the recorded watch: 50 Hz, of sp-sw-har: 100 Hz");
  v.integer("batch", batch, {0, 255}, "samples", "samples of a frame; 0: the firmware's",
            "neutral");
  v.table("oscillator", oscillator, "the sensor's own oscillator");
  v.number("sampling_jitter_us", sampling_jitter_us, {0, 5000}, "us", "sd of each sampling instant",
           "proposal");
  v.flag("saturation_flag", saturation_flag, "samples of an amplifier in its rails are withheld");
  v.choice("sampling", sampling,
           {{"plain", Sampling::plain},
            {"random_average", Sampling::random_average},
            {"out_of_phase", Sampling::out_of_phase}},
           "how a sample is taken; the others are defences against injected tones");
  v.integer("sampling_count", sampling_count, {1, 1024}, "1", "readings averaged at random",
            "proposal");
  v.number("resonance_hz", resonance_hz, {1, 1e6}, "Hz", "what an out-of-phase pair cancels",
           "order of the resonances of small inertial parts");
  v.number("mount_hz", mount_hz, {0, 1000}, "Hz",
           "resonance of the device on its strap or in its pocket; 0: rigid", "off");
  v.number("mount_damping", mount_damping, {0.01, 0.99}, "1", "its damping ratio", "proposal");
  v.flag("lowpass", lowpass, "analogue low-pass of two poles before the sampler");
  v.number("lowpass_of_rate", lowpass_of_rate, {0.01, 1000}, "1",
           "its corner, relative to the rate", "below half the rate (Nyquist)");
  v.integer("oversampling", oversampling, {1, 64}, "1",
            "instants of motion per sample that mount and low-pass see", "neutral");
  v.flag("alignment", alignment, "scale, cross-axis and g-sensitivity errors");
  v.number("scale_sd", scale_sd, {0, 0.5}, "1", "sd of each axis' scale error", "proposal: 0.5 %");
  v.number("cross_axis_sd", cross_axis_sd, {0, 0.5}, "1", "sd of each cross-axis term",
           "proposal: 0.5 %");
  v.number("g_sensitivity", g_sensitivity, {0, 10}, "deg/s/g", "gyroscope: sd of each axis' term",
           "off; gyroscopes 0.1, order of data sheets");
  v.flag("bias", bias, "turn-on bias, instability and random walk");
  v.number("turn_on_bias_sd", turn_on_bias_sd, {0, 1e4}, "units", "sd of each power-up's bias",
           "order of data sheets' offsets");
  v.number("instability_sd", instability_sd, {0, 1e3}, "units",
           "sd of the wandering bias (Ornstein-Uhlenbeck)",
           "order of a low-grade part: 0.2 mg, 10 deg/h");
  v.number("instability_tau_s", instability_tau_s, {0.1, 1e6}, "s", "its correlation time",
           "order of a low-grade part");
  v.integer("instability_processes", instability_processes, {1, 5}, "1",
            "such processes, each with a tenth of the one before's correlation time: flicker",
            "one: no flicker");
  v.number("random_walk", random_walk, {0, 100}, "units /sqrt(s)", "random walk of the bias",
           "off");
  v.flag("temperature", temperature, "bias follows the temperature");
  v.number("bias_per_k", bias_per_k, {-100, 100}, "units /K", "sd of each axis' coefficient",
           "order of data sheets: 1 mg/K, 0.05 deg/s/K");
  v.number("reference_c", reference_c, {-20, 60}, "degC", "where the temperature term vanishes",
           "data sheets give figures at 25 degC");
  v.flag("noise", noise, "noise");
  v.table("noise_x", noise_x, "of the x axis");
  v.table("noise_y", noise_y, "of the y axis");
  v.table("noise_z", noise_z, "of the z axis");
  v.flag("inverted", inverted, "readings have the opposite sign, as the recorded watch's have");
  v.flag("clip", clip, "limit to the range");
  v.number("range", range, {0.01, 1e6}, "units", "largest reading of either sign",
           "the captures' format: 13 bits of mg; 4 pi rad/s");
  v.flag("quantise", quantise, "round to the resolution");
  v.number("resolution", resolution, {1e-6, 1e4}, "units", "one LSB",
           "by preset: pebble 8 mg in every capture; watch and phone 16 bits");
  v.table("faults", faults, "what breaks");
  v.table("heart", heart, "heart rate: the heart and how it is read");
  v.table("strain", strain, "strain gauges: what stretches the garment");
  v.table("beacons", beacons, "beacons: where they are, how they are heard");
  v.table("magnetic", magnetic, "magnetometer: the earth's field");
}

}  // namespace gauntlet::sim
