#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "sim/wearable/sensor.h"

namespace gauntlet::sim {
namespace {

FrequencyOptions rate(double error_percent, double sd_percent) {
  FrequencyOptions f = frequency_preset("sensor");
  f.error_ppm = error_percent * 1e4;
  f.error_sd_ppm = sd_percent * 1e4;
  return f;
}

// Fitted to the recordings' log without movement (n = 14,070): x and y are first-order noise of
// 8.35 mg with 31 ms correlation, z is white of 16.9 mg; to the sessions' packet durations: mean
// 48.879 Hz, sd of the sessions' means 0.055 %. Captures read minus specific force: -1 g face up.
SensorOptions pebble_accelerometer() {
  SensorOptions s;
  s.oscillator = rate(-2.242, 0.055);
  s.inverted = true;
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

// Data sheets give typical values as one standard deviation. Rate errors of phone and watch: those
// of the public recordings, whose day-to-day spread they do not show.
SensorOptions phone_accelerometer() {
  SensorOptions s;
  s.nominal_rate_hz = 100;
  s.oscillator = rate(2.49, 0.18);
  s.noise_x = s.noise_y = s.noise_z = {0.07, 0, 0.03};  // TDK ICM-42688-P
  s.range = 8000;
  s.resolution = 8000.0 / 32768;
  return s;
}

SensorOptions phone_gyroscope() {
  SensorOptions s = gyroscope(100);
  s.oscillator = rate(2.49, 0.18);
  s.noise_x = s.noise_y = s.noise_z = {0.0028, 0, 0.03};  // TDK ICM-42688-P
  s.turn_on_bias_sd = 0.5;
  s.range = 2000;
  s.resolution = 2000.0 / 32768;
  return s;
}

// Bosch BMI270: 160 ug and 7 mdps per root hertz, zero-rate offset 0.5 deg/s, 16 bits.
SensorOptions watch_accelerometer() {
  SensorOptions s;
  s.nominal_rate_hz = 100;
  s.oscillator = rate(4.27, 0.1);
  s.range = 8000;
  s.resolution = 8000.0 / 32768;
  return s;
}

SensorOptions watch_gyroscope() {
  SensorOptions s = gyroscope(100);
  s.oscillator = rate(4.27, 0.1);
  s.turn_on_bias_sd = 0.5;
  s.range = 2000;
  s.resolution = 2000.0 / 32768;
  return s;
}

// Nothing of the inertial parts' errors; paced by the device's crystal.
SensorOptions plain(SensorKind kind, double nominal_hz) {
  SensorOptions s;
  s.kind = kind;
  s.nominal_rate_hz = nominal_hz;
  s.oscillator = frequency_preset("crystal");
  s.sampling_jitter_us = 100;
  s.lowpass = s.alignment = s.bias = s.temperature = s.noise = false;
  s.noise_x = s.noise_y = s.noise_z = {0, 0, 1};
  s.resolution = 1;
  return s;
}

SensorOptions heart_rate() {
  SensorOptions s = plain(SensorKind::heart_rate, 1);
  s.batch = 10;
  s.range = 255;  // one byte
  return s;
}

// Bosch BMM150: +-1300 uT, 0.3 uT; noise 0.3 uT rms at 20 Hz. Of the watch around it: a hard iron
// of tens of uT that calibration leaves some of, a soft iron of some per cent.
SensorOptions magnetometer() {
  SensorOptions s = plain(SensorKind::magnetometer, 20);
  s.alignment = s.bias = s.noise = true;
  s.scale_sd = 0.02;
  s.cross_axis_sd = 0.02;
  s.turn_on_bias_sd = 5;
  s.instability_sd = 0;
  s.noise_x = s.noise_y = s.noise_z = {0.095, 0, 1};
  s.range = 1300;
  s.resolution = 0.3;
  return s;
}

// Knitted or printed gauges: 10 Hz by the essay; the errors are proposals.
SensorOptions shirt_strain() {
  SensorOptions s = plain(SensorKind::strain, 10);
  s.batch = 50;
  s.alignment = s.bias = s.noise = true;
  s.scale_sd = 0.05;
  s.cross_axis_sd = 0.02;
  s.turn_on_bias_sd = 500;
  s.instability_sd = 200;
  s.instability_tau_s = 300;
  s.noise_x = s.noise_y = s.noise_z = {50, 0, 1};
  s.range = 200'000;
  s.resolution = 50;
  return s;
}

SensorOptions beacons() {
  SensorOptions s = plain(SensorKind::beacon, 5);
  s.batch = 50;
  s.range = 4095;
  return s;
}

SensorOptions ideal() {
  SensorOptions s;
  s.oscillator = frequency_preset("exact");
  s.sampling_jitter_us = 0;
  s.lowpass = s.alignment = s.bias = s.temperature = s.noise = s.clip = s.quantise = false;
  return s;
}

SensorOptions pebble_gyroscope() {
  SensorOptions s = gyroscope(50);
  s.oscillator = rate(-2.242, 0.055);
  return s;
}

struct Preset {
  std::string_view name;
  SensorOptions (*make)();
};
constexpr Preset kPresets[] = {
    {"pebble-accelerometer", pebble_accelerometer},
    {"pebble-gyroscope", pebble_gyroscope},
    {"watch-accelerometer", watch_accelerometer},
    {"watch-gyroscope", watch_gyroscope},
    {"phone-accelerometer", phone_accelerometer},
    {"phone-gyroscope", phone_gyroscope},
    {"heart-rate", heart_rate},
    {"magnetometer", magnetometer},
    {"shirt-strain", shirt_strain},
    {"beacons", beacons},
    {"ideal", ideal},
};

}  // namespace

const std::vector<std::string_view>& sensor_preset_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Preset& p : kPresets) all.push_back(p.name);
    return all;
  }();
  return names;
}

SensorOptions sensor_preset(std::string_view name) {
  for (const Preset& p : kPresets) {
    if (p.name == name) return p.make();
  }
  CHECK(false, "no sensor preset", name);
  return {};
}

}  // namespace gauntlet::sim
