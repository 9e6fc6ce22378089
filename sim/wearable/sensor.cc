#include "sim/wearable/sensor.h"

#include <numbers>
#include <string>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

FrequencyOptions rate(double error_percent, double sd_percent, double limit_percent) {
  FrequencyOptions f;
  f.error_ppm = error_percent * 1e4;
  f.error_sd_ppm = sd_percent * 1e4;
  f.error_limit_ppm = limit_percent * 1e4;
  f.ppm_per_k2 = 0;
  f.white_fm = 1e-5;
  f.flicker_fm = 3e-5;
  f.random_walk_fm = 1e-7;
  return f;
}

// Fitted to the recordings' log without movement (n = 14,070): x and y are first-order noise of
// 8.35 mg with 31 ms correlation, z is white of 16.9 mg; to the sessions' packet durations: mean
// 48.879 Hz, sd of the sessions' means 0.055 %.
SensorOptions pebble_accelerometer() {
  SensorOptions s;
  s.oscillator = rate(-2.242, 0.055, 5);
  s.noise_x = s.noise_y = {0, 8.35, 0.031};
  s.noise_z = {3.417, 0, 0.031};
  s.instability_sd = 0;
  s.range = 4095;
  s.resolution = 8;
  return s;
}

SensorOptions gyroscope(double nominal_hz) {
  SensorOptions s;
  s.kind = SensorKind::gyroscope;
  s.nominal_rate_hz = nominal_hz;
  s.noise_x = s.noise_y = s.noise_z = {0.007, 0, 0.03};
  s.turn_on_bias_sd = 1;
  s.instability_sd = 10.0 / 3600;
  s.bias_per_k = 0.05;
  s.g_sensitivity = 0.1;
  s.range = 720;  // 4 pi rad/s
  s.resolution = 720.0 / 4095;
  return s;
}

SensorOptions phone_accelerometer() {
  SensorOptions s;
  s.nominal_rate_hz = 100;
  s.oscillator = rate(2.49, 0.18, 5);
  s.range = 8000;
  s.resolution = 0.244;
  return s;
}

SensorOptions phone_gyroscope() {
  SensorOptions s = gyroscope(100);
  s.oscillator = rate(2.49, 0.18, 5);
  s.range = 2000;
  s.resolution = 2000.0 / 32768;
  return s;
}

SensorOptions ideal() {
  SensorOptions s;
  s.oscillator = rate(0, 0, 5);
  s.oscillator.white_fm = s.oscillator.flicker_fm = s.oscillator.random_walk_fm = 0;
  s.sampling_jitter_us = 0;
  s.lowpass = s.alignment = s.bias = s.temperature = s.noise = s.clip = s.quantise = false;
  return s;
}

}  // namespace

double SensorOptions::si_per_unit_of(SensorKind kind) {
  return kind == SensorKind::gyroscope ? kDegree : kMps2PerMg;
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

const std::vector<std::string_view>& sensor_preset_names() {
  static const std::vector<std::string_view> names{"pebble-accelerometer", "pebble-gyroscope",
                                                   "phone-accelerometer", "phone-gyroscope",
                                                   "ideal"};
  return names;
}

SensorOptions sensor_preset(std::string_view name) {
  if (name == "pebble-accelerometer") return pebble_accelerometer();
  if (name == "pebble-gyroscope") {
    SensorOptions s = gyroscope(50);
    s.oscillator = rate(-2.242, 0.055, 5);
    return s;
  }
  if (name == "phone-accelerometer") return phone_accelerometer();
  if (name == "phone-gyroscope") return phone_gyroscope();
  if (name == "ideal") return ideal();
  CHECK(false, "no sensor preset", name);
  return {};
}

void AxisNoiseOptions::describe(OptionVisitor& v) {
  v.number("density", density, {0, 100}, "mg or deg/s /sqrt(Hz)", "white noise, one-sided density",
           "Bosch BMI270: 0.16 mg/sqrt(Hz), 0.007 deg/s/sqrt(Hz)");
  v.number("coloured_sd", coloured_sd, {0, 1000}, "mg or deg/s", "sd of first-order noise");
  v.number("coloured_tau_s", coloured_tau_s, {1e-4, 1e4}, "s", "its correlation time");
}

void FaultOptions::describe(OptionVisitor& v) {
  v.number("stuck_per_hour", stuck_per_hour, {0, 1e5}, "1/h", "readings freeze");
  v.number("stuck_s", stuck_s, {0, 3600}, "s", "for so long, mean");
  v.number("spike_per_hour", spike_per_hour, {0, 1e5}, "1/h", "one wild reading on one axis");
  v.number("spike_size", spike_size, {0, 1e5}, "mg or deg/s", "its size");
  v.number("repeat_per_hour", repeat_per_hour, {0, 1e5}, "1/h", "a reading delivered twice");
  v.number("gap_per_hour", gap_per_hour, {0, 1e5}, "1/h", "the sensor stops sampling");
  v.number("gap_s", gap_s, {0, 3600}, "s", "for so long, mean");
}

void SensorOptions::describe(OptionVisitor& v) {
  v.preset(sensor_preset_names(), "a known sensor",
           [this](std::string_view name) { *this = sensor_preset(name); });
  v.choice("kind", kind,
           {{"accelerometer", SensorKind::accelerometer}, {"gyroscope", SensorKind::gyroscope}},
           "what it measures; decides the units below: mg or deg/s");
  v.number("nominal_rate_hz", nominal_rate_hz, {0.1, 10000}, "Hz", "output data rate on paper");
  v.table("oscillator", oscillator, "the sensor's own oscillator");
  v.number("sampling_jitter_us", sampling_jitter_us, {0, 5000}, "us",
           "sd of each sampling instant");
  v.choice("sampling", sampling,
           {{"plain", Sampling::plain},
            {"random_average", Sampling::random_average},
            {"out_of_phase", Sampling::out_of_phase}},
           "how a sample is taken; the others are defences against injected tones");
  v.integer("sampling_count", sampling_count, {1, 1024}, "1", "readings averaged at random");
  v.number("resonance_hz", resonance_hz, {1, 1e6}, "Hz", "what an out-of-phase pair cancels");
  v.number("mount_hz", mount_hz, {0, 1000}, "Hz",
           "resonance of the device on its strap or in its pocket; 0: rigid");
  v.number("mount_damping", mount_damping, {0.01, 0.99}, "1", "its damping ratio", "proposal");
  v.flag("lowpass", lowpass, "analogue low-pass of two poles before the sampler");
  v.number("lowpass_of_rate", lowpass_of_rate, {0.01, 1000}, "1",
           "its corner, relative to the rate");
  v.integer("oversampling", oversampling, {1, 64}, "1",
            "instants of motion per sample that mount and low-pass see");
  v.flag("alignment", alignment, "scale, cross-axis and g-sensitivity errors");
  v.number("scale_sd", scale_sd, {0, 0.5}, "1", "sd of each axis' scale error", "proposal: 0.5 %");
  v.number("cross_axis_sd", cross_axis_sd, {0, 0.5}, "1", "sd of each cross-axis term",
           "proposal: 0.5 %");
  v.number("g_sensitivity", g_sensitivity, {0, 10}, "deg/s/g", "gyroscope: sd of each axis' term");
  v.flag("bias", bias, "turn-on bias, instability and random walk");
  v.number("turn_on_bias_sd", turn_on_bias_sd, {0, 1e4}, "mg or deg/s",
           "sd of each power-up's bias", "order of data sheets' offsets");
  v.number("instability_sd", instability_sd, {0, 1e3}, "mg or deg/s",
           "sd of the wandering bias (Ornstein-Uhlenbeck)");
  v.number("instability_tau_s", instability_tau_s, {0.1, 1e6}, "s", "its correlation time");
  v.integer("instability_processes", instability_processes, {1, 5}, "1",
            "such processes, each with a tenth of the one before's correlation time: flicker");
  v.number("random_walk", random_walk, {0, 100}, "mg or deg/s /sqrt(s)", "random walk of the bias");
  v.flag("temperature", temperature, "bias follows the temperature");
  v.number("bias_per_k", bias_per_k, {-100, 100}, "mg or deg/s /K", "sd of each axis' coefficient",
           "order of data sheets: 1 mg/K, 0.05 deg/s/K");
  v.number("reference_c", reference_c, {-20, 60}, "degC", "where the temperature term vanishes");
  v.flag("noise", noise, "noise");
  v.table("noise_x", noise_x, "of the x axis");
  v.table("noise_y", noise_y, "of the y axis");
  v.table("noise_z", noise_z, "of the z axis");
  v.flag("inverted", inverted, "readings have the opposite sign, as the recorded watch's have");
  v.flag("clip", clip, "limit to the range");
  v.number("range", range, {0.01, 1e6}, "mg or deg/s", "largest reading of either sign");
  v.flag("quantise", quantise, "round to the resolution");
  v.number("resolution", resolution, {1e-6, 1e4}, "mg or deg/s", "one LSB");
  v.table("faults", faults, "what breaks");
}

}  // namespace gauntlet::sim
