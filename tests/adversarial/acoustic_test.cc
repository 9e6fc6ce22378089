#include "adversarial/acoustic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace gauntlet::adversarial {
namespace {

using sim::AnalogPath;

std::vector<WorldTime> every(double period_s, std::size_t n) {
  std::vector<WorldTime> t;
  for (std::size_t i = 0; i < n; ++i) {
    t.push_back(time_from_seconds<WorldTime>(period_s * static_cast<double>(i)));
  }
  return t;
}

std::vector<float> injected(const AttackOptions& o, const AnalogPath& path,
                            const std::vector<WorldTime>& t, std::size_t axis = 2) {
  std::vector<float> xyz(3 * t.size()), v(t.size());
  AcousticAttack(o).add(path, t, xyz.data());
  for (std::size_t i = 0; i < t.size(); ++i) v[i] = xyz[3 * i + axis];
  return v;
}

double rising_crossings_hz(const std::vector<float>& v, double rate_hz) {
  int n = 0;
  for (std::size_t i = 1; i < v.size(); ++i) n += v[i - 1] < 0 && v[i] >= 0;
  return n * rate_hz / static_cast<double>(v.size());
}

AttackOptions tone(double hz, double amplitude = 5) {
  AttackOptions o;
  o.acoustic.control = AcousticControl::tone;
  o.acoustic.frequency_hz = hz;
  o.acoustic.amplitude_mps2 = amplitude;
  return o;
}

TEST(Acoustic, LevelDistanceAndResonanceGiveTheAmplitude) {
  AcousticOptions o;
  o.strength = AcousticStrength::pressure;
  o.level_db = 115;
  o.reference_m = o.distance_m = 0.1;
  o.absorption_db_per_m = 0;
  // 115 dB are 11.25 Pa; ADXL103 in WALNUT: 4.4 m/s2.
  EXPECT_NEAR(acoustic_amplitude_mps2(o, o.resonance_hz), 4.39, 0.01);
  o.distance_m = 0.2;
  EXPECT_NEAR(acoustic_amplitude_mps2(o, o.resonance_hz), 4.39 / 2, 0.01);
  o.absorption_db_per_m = 100;  // 20 dB on 0.2 m
  EXPECT_NEAR(acoustic_amplitude_mps2(o, o.resonance_hz), 4.39 / 20, 0.001);
  o = AcousticOptions{};
  o.strength = AcousticStrength::pressure;
  const double peak = acoustic_amplitude_mps2(o, o.resonance_hz);
  // Half the power half a bandwidth off; the flat response 1/Q far below.
  EXPECT_NEAR(acoustic_amplitude_mps2(o, o.resonance_hz * (1 + 0.5 / o.quality)) / peak,
              std::numbers::sqrt2 / 2, 0.02);
  EXPECT_NEAR(acoustic_amplitude_mps2(o, 1) / peak, 1 / o.quality, 1e-6);
}

TEST(Acoustic, ClippedHarmonicsAreThoseOfNumericalQuadrature) {
  struct Case {
    double a, high, low;
  };
  for (const Case c : {Case{5, 3, 4}, {5, 0, 2}, {5, 1, 0}, {2, 3, 4}, {7, 0.5, 0.5}}) {
    for (int n = 0; n <= 5; ++n) {
      constexpr int kSteps = 200'000;
      double sum = 0;
      for (int i = 0; i < kSteps; ++i) {
        const double x = 2 * std::numbers::pi * (i + 0.5) / kSteps;
        double v = c.a * std::cos(x);
        if (c.high > 0) v = std::min(v, c.high);
        if (c.low > 0) v = std::max(v, -c.low);
        sum += v * std::cos(n * x);
      }
      const double expected = sum / kSteps * (n == 0 ? 1 : 2);
      EXPECT_NEAR(clipped_harmonic(c.a, c.high, c.low, n), expected, 1e-8) << c.a << ' ' << n;
    }
  }
}

TEST(Acoustic, AsymmetricClippingBiasesTheOutputEvenBehindTheLowPass) {
  AttackOptions o = tone(2987.3, 20);
  o.acoustic.clip_high_mps2 = 4;
  const AnalogPath path{SensorKind::accelerometer, 50, 22.5};
  const auto v = injected(o, path, every(0.02, 5000));
  const double expected = clipped_harmonic(20, 4, 0, 0);
  EXPECT_LT(expected, -3);
  for (const float x : v) EXPECT_NEAR(x, expected, 20 * 1e-4);
  o.acoustic.clip_low_mps2 = 4;  // symmetric: nothing is left
  for (const float x : injected(o, path, every(0.02, 5000))) EXPECT_NEAR(x, 0, 4 * 1.3 * 1e-4);
}

TEST(Acoustic, AliasesWhereEveryStageOfSamplingPutsThem) {
  const AnalogPath path{SensorKind::accelerometer, 1000, 0};
  const auto v = injected(tone(1830), path, every(1e-3, 100'000));
  EXPECT_NEAR(rising_crossings_hz(v, 1000), 170, 0.02);
  std::vector<float> decimated;
  for (std::size_t i = 0; i < v.size(); i += 4) decimated.push_back(v[i]);
  EXPECT_NEAR(rising_crossings_hz(decimated, 250), 80, 0.02);
}

TEST(Acoustic, OutputControlAliasesToItsTargetAtTheTrueRate) {
  AttackOptions o;
  o.acoustic.target_hz = 0.4;
  const AnalogPath path{SensorKind::accelerometer, 48.879, 0};
  const auto v = injected(o, path, every(1 / 48.879, 48879));
  EXPECT_NEAR(rising_crossings_hz(v, 48.879), 0.4, 0.0021);
  EXPECT_NEAR(acoustic_frequency_hz(o.acoustic, believed_rate_hz(o, path)), 3000, 25);
  o.acoustic.clock_error_ppm = 100;  // 61 times 48.879 times 100 ppm: 0.298 Hz slower
  EXPECT_NEAR(rising_crossings_hz(injected(o, path, every(1 / 48.879, 48879)), 48.879),
              0.4 - 61 * 48.879e-4, 0.0021);
  o.knowledge = Knowledge::drift_tracking;
  EXPECT_NEAR(rising_crossings_hz(injected(o, path, every(1 / 48.879, 48879)), 48.879), 0.4, 0.004);
}

TEST(Acoustic, ActsOnlyWhileItIsOnAndOnlyOnItsSensorAndAxis) {
  AttackOptions o = tone(3000, 5);  // 60 times 50 Hz: a constant
  o.start_s = 2;
  o.stop_s = 4;
  o.acoustic.axis_x = 3;
  o.acoustic.axis_z = 4;
  const AnalogPath path{SensorKind::accelerometer, 50, 0};
  const auto t = every(0.02, 300);
  const auto x = injected(o, path, t, 0), y = injected(o, path, t, 1), z = injected(o, path, t, 2);
  for (std::size_t i = 0; i < t.size(); ++i) {
    const bool on = i >= 100 && i < 200;
    EXPECT_NEAR(x[i], on ? 3 : 0, 1e-3);
    EXPECT_EQ(y[i], 0.0F);
    EXPECT_NEAR(z[i], on ? 4 : 0, 1e-3);
  }
  const AnalogPath gyroscope{SensorKind::gyroscope, 50, 0};
  for (const float v : injected(o, gyroscope, t)) EXPECT_EQ(v, 0.0F);
}

TEST(Acoustic, AmplitudeModulationMakesAWaveformOfAConstant) {
  AttackOptions o = tone(3000, 5);
  o.acoustic.am_depth = 1;
  o.acoustic.am_hz = 0.5;
  const AnalogPath path{SensorKind::accelerometer, 50, 0};
  const auto v = injected(o, path, every(0.02, 200));
  EXPECT_NEAR(v[0], 0, 1e-3);
  EXPECT_NEAR(v[50], 5, 1e-3);  // half a period later
  EXPECT_NEAR(v[100], 0, 1e-3);
  EXPECT_NEAR(v[25], 2.5, 1e-3);
}

}  // namespace
}  // namespace gauntlet::adversarial
