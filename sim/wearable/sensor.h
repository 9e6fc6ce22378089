// Options of one sensor. Each effect can be switched off alone.
//
// Units (below: "units"), and what they are in SI: accelerometers mg, m/s2; gyroscopes deg/s,
// rad/s; magnetometers uT, T; strain gauges microstrain, ratio; heart rate 1/min and beacons dBm as
// they are. Noise is a density, scaled by the output data rate: sd of a sample = density *
// sqrt(rate / 2), hence an Allan deviation of density / sqrt(2 t) whatever the rate.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"
#include "core/base/sensor.h"
#include "core/base/units.h"
#include "sim/wearable/body_options.h"
#include "sim/wearable/oscillator.h"

namespace gauntlet::sim {

struct AxisNoiseOptions {
  double density = 0.16;   // units/sqrt(Hz), one-sided
  double coloured_sd = 0;  // first-order band-limited noise, units
  double coloured_tau_s = 0.03;
  void describe(OptionVisitor& v);
};

struct FaultOptions {
  double stuck_per_hour = 0;
  double stuck_s = 0.5;  // mean
  double spike_per_hour = 0;
  double spike_size = 1000;    // units, on one axis, either sign
  double repeat_per_hour = 0;  // a sample read twice, in place of the next one
  double gap_per_hour = 0;     // the sensor delivers nothing
  double gap_s = 0.3;          // mean
  void describe(OptionVisitor& v);
};

// Each reading meets motion and what is injected at its own instant and costs a conversion
// (EnergyOptions::conversion_uj); the stamp is the first one's or the period's begin. Noise stays
// that of one sample: fewer, longer conversions would have as much.
enum class Sampling : std::uint8_t {
  plain,
  random_average,  // mean of `sampling_count` readings at random offsets within the period
  out_of_phase     // mean of two readings half a period of `resonance_hz` apart
};

struct SensorOptions {
  SensorKind kind = SensorKind::accelerometer;
  double nominal_rate_hz = 50;
  std::int64_t batch = 0;  // samples of a frame; 0: the firmware's
  FrequencyOptions oscillator = frequency_preset("sensor");
  double sampling_jitter_us = 2;
  Sampling sampling = Sampling::plain;
  std::int64_t sampling_count = 16;
  // A sample that was read while the amplifier before the low-pass was in its rails is withheld.
  bool saturation_flag = false;
  double resonance_hz = 3000;

  // How the device hangs on its strap: a resonance between body and sensor; 0: rigid.
  double mount_hz = 0;
  double mount_damping = 0.3;
  // Acts on the motion and on what is injected.
  bool lowpass = true;
  double lowpass_of_rate = 0.45;
  std::int64_t oversampling = 1;  // motion instants per sample, for mount and low-pass
  bool alignment = true;
  double scale_sd = 0.005;
  double cross_axis_sd = 0.005;
  double g_sensitivity = 0;  // gyroscope: deg/s per g
  bool bias = true;
  double turn_on_bias_sd = 20;
  double instability_sd = 0.2;
  double instability_tau_s = 100;
  std::int64_t instability_processes = 1;  // each a decade faster; several add up to flicker
  double random_walk = 0;                  // units per sqrt(s)
  bool temperature = true;
  double bias_per_k = 1;  // about reference_c
  double reference_c = 25;
  bool noise = true;
  AxisNoiseOptions noise_x, noise_y, noise_z;
  // Reads minus specific force: the sign of the recorded watch, whose z is -1 g face up.
  bool inverted = false;
  bool clip = true;
  double range = 4095;
  bool quantise = true;
  double resolution = 1;
  FaultOptions faults;
  // Only what belongs to the kind is used.
  HeartOptions heart;
  StrainOptions strain;
  BeaconOptions beacons;
  MagneticOptions magnetic;

  void describe(OptionVisitor& v);
  double si_per_unit() const { return si_per_unit_of(kind); }
  static double si_per_unit_of(SensorKind kind);
};

// "bad_sensors": at least one, one of a kind each, oscillators that can be.
Result<void> validate_sensors(const std::vector<SensorOptions>& sensors);

// "pebble-", "watch-" and "phone-" "accelerometer" and "gyroscope", "heart-rate", "magnetometer",
// "shirt-strain", "beacons", "ideal".
const std::vector<std::string_view>& sensor_preset_names();
SensorOptions sensor_preset(std::string_view name);

}  // namespace gauntlet::sim
