#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "sim/body/motion.h"
#include "sim/wearable/allan.h"
#include "sim/wearable/sampled_sensor.h"
#include "sim/wearable/sensor_chain.h"
#include "tests/wearable/fake_motion.h"
#include "tests/wearable/recording.h"

namespace gauntlet::sim {
namespace {

using std::chrono::seconds;

WorldTime at(double s) { return WorldTime{from_seconds(s)}; }

Recording record(const SensorOptions& o, double length_s, std::uint64_t seed = 1,
                 std::size_t block = 100) {
  static const auto still = make_still_motion();
  return record(o, *still, length_s, seed, block);
}

SensorOptions only_noise(SensorKind kind, double rate_hz, double density) {
  SensorOptions o = sensor_preset("ideal");
  o.kind = kind;
  o.nominal_rate_hz = rate_hz;
  o.noise = true;
  o.noise_x = o.noise_y = o.noise_z = {density, 0, 1};
  return o;
}

TEST(Sensor, NoiseDensityIsRecoveredAtEveryOutputDataRate) {
  for (const SensorKind kind : {SensorKind::accelerometer, SensorKind::gyroscope}) {
    const double density = kind == SensorKind::gyroscope ? 0.007 : 0.16;
    for (const double rate : {25.0, 50.0, 100.0, 200.0}) {
      const Recording r = record(only_noise(kind, rate, density), 1200);
      const auto y = r.axis(0, SensorOptions::si_per_unit_of(kind));
      for (const double t : {0.2, 1.0}) {
        const auto m = static_cast<std::size_t>(t * rate);
        const double groups = static_cast<double>(y.size()) / static_cast<double>(m);
        EXPECT_NEAR(overlapping_allan_deviation(y, m) / (density / std::sqrt(2 * t)), 1,
                    4 / std::sqrt(2 * groups))
            << rate << " Hz, " << t << " s";
      }
    }
  }
}

// Readings spread over a period leave sinc(f / rate) of a movement; a pair half a resonance's
// period apart leaves all of it. Each costs a conversion.
TEST(Sensor, SeveralReadingsSmearTheMotionAndCostConversions) {
  FakeMotion motion;
  motion.sine_hz = 5;
  motion.sine_mps2 = 4;
  SensorOptions o = sensor_preset("ideal");
  const struct {
    Sampling sampling;
    double left;
    std::int64_t conversions;
  } kCases[] = {
      {Sampling::plain, 1, 0},
      {Sampling::out_of_phase, 1, 1},
      {Sampling::random_average, std::sin(std::numbers::pi * 0.1) / (std::numbers::pi * 0.1), 63}};
  for (const auto& c : kCases) {
    o.sampling = c.sampling;
    o.sampling_count = 64;
    const RandomStream device(1, "wearable/watch");
    SampledSensor sensor(o, {}, {0, o.kind}, device, false, motion, at(0), at(20));
    std::vector<WorldTime> t;
    sensor.take(900, at(20), t);
    std::vector<float> xyz(3 * t.size());
    TrueStream truth = sensor.make_truth();
    sensor.sample(t, xyz.data(), truth);
    double square = 0;
    for (std::size_t k = 0; k < t.size(); ++k) square += double{xyz[3 * k]} * xyz[3 * k];
    // A mean of 64 instants wanders by a hundredth of the swing; 900 samples take most of that out.
    EXPECT_NEAR(std::sqrt(2 * square / static_cast<double>(t.size())) / 4, c.left, 5e-3);
    EXPECT_EQ(sensor.extra_conversions(), c.conversions * static_cast<std::int64_t>(t.size()));
  }
}

struct Overloading final : AnalogSource {
  void add(const AnalogPath&, std::span<const WorldTime>, float*) const override {}
  bool overloads(const AnalogPath&, WorldTime t) const override { return t >= at(4) && t < at(6); }
};

TEST(Sensor, TheSaturationFlagWithholdsWhatAnOverloadedAmplifierGave) {
  FakeMotion motion;
  for (const bool flag : {false, true}) {
    SensorOptions o = sensor_preset("ideal");
    o.saturation_flag = flag;
    const RandomStream device(1, "wearable/watch");
    SampledSensor sensor(o, {}, {0, o.kind}, device, false, motion, at(0), at(10));
    const Overloading source;
    sensor.add_source(&source);
    std::vector<WorldTime> t;
    sensor.take(1000, at(10), t);
    const auto during =
        std::count_if(t.begin(), t.end(), [](WorldTime x) { return x >= at(4) && x < at(6); });
    EXPECT_EQ(during, flag ? 0 : 100);
    EXPECT_EQ(sensor.missed_in_gaps(), flag ? 100 : 0) << "the books balance";
    // Two seconds in which it withheld something, and every sample of it.
    std::uint64_t withheld = 0;
    for (const TrueRefusal& r : sensor.refusals()) {
      EXPECT_EQ(r.defence, "saturation_flag");
      EXPECT_TRUE(r.at >= at(4) && r.at < at(6));
      withheld += r.n;
    }
    EXPECT_EQ(withheld, flag ? 100u : 0u);
    EXPECT_EQ(sensor.refusals().size(), flag ? 2u : 0u);
  }
}

TEST(Sensor, BiasInstabilityIsAnExactOrnsteinUhlenbeckProcess) {
  SensorOptions o = sensor_preset("ideal");
  o.bias = true;
  o.turn_on_bias_sd = 0;
  o.instability_sd = 2;
  o.instability_tau_s = 5;
  const Recording r = record(o, 20000);
  const auto y = r.axis(0, o.si_per_unit());
  double var = 0, lag = 0;
  const std::size_t k = 250;  // 5 s: correlation 1/e
  for (std::size_t i = 0; i + k < y.size(); ++i) {
    var += y[i] * y[i];
    lag += y[i] * y[i + k];
  }
  var /= static_cast<double>(y.size() - k);
  lag /= static_cast<double>(y.size() - k);
  // 20000 / (2 * 5) independent stretches: relative sd of a variance sqrt(2 / 2000) = 3.2 %.
  EXPECT_NEAR(var, 4, 4 * 0.032 * 4);
  EXPECT_NEAR(lag / var, std::exp(-1.0), 4 * 0.03);
}

TEST(Sensor, ThePebblesRestingNoiseIsThatOfTheRecording) {
  const Recording r = record(sensor_preset("pebble-accelerometer"), 287);
  const double expected_sd[] = {6.3, 6.2, 17.2};  // adjacent samples, over sqrt 2
  const double expected_lag1[] = {0.48, 0.46, -0.01};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto y = r.axis(axis, kMps2PerMg);
    double mean = 0, var = 0, lag = 0;
    const double n = static_cast<double>(y.size());
    for (const double v : y) mean += v / n;
    for (std::size_t i = 0; i + 1 < y.size(); ++i) {
      var += (y[i] - mean) * (y[i] - mean) / n;
      lag += (y[i] - mean) * (y[i + 1] - mean) / n;
    }
    // Half a per cent of scatter each (n = 14,000 twice, correlated), and the recording's rounding.
    EXPECT_NEAR(allan_deviation(y, 1) / expected_sd[axis], 1, 0.05) << axis;
    EXPECT_NEAR(lag / var, expected_lag1[axis], 0.05) << axis;
    const double at_1s = allan_deviation(y, 49);  // recording: 2.02, 1.97, 2.62
    EXPECT_GT(at_1s, 1.7);
    EXPECT_LT(at_1s, 2.9);
    for (std::size_t i = 0; i < 200; ++i) {
      EXPECT_NEAR(std::remainder(y[i], 8), 0, 1e-3) << "LSB of 8 mg";
    }
  }
}

TEST(Sensor, SwitchedOffItIsTheTruth) {
  const Recording r = record(sensor_preset("ideal"), 10);
  EXPECT_EQ(r.xyz, r.truth.signal);
  EXPECT_EQ(r.t, r.truth.sampled_at);
}

TEST(Sensor, HowAStreamIsCutIntoBlocksChangesNothing) {
  SensorOptions o = sensor_preset("phone-gyroscope");
  o.random_walk = 0.01;
  o.faults = {60, 0.5, 60, 100, 60, 20, 0.3};
  o.instability_processes = 3;
  o.mount_hz = 12;
  o.oversampling = 3;
  const Recording a = record(o, 120, 3, 100), b = record(o, 120, 3, 7);
  EXPECT_EQ(a.t, b.t);
  EXPECT_EQ(a.xyz, b.xyz);
}

TEST(Sensor, ClippingLeavesTheLargestWholeStepWithinTheRange) {
  SensorOptions o = sensor_preset("ideal");
  o.clip = o.quantise = true;
  o.range = 900;  // below gravity
  o.resolution = 8;
  const Recording r = record(o, 1);
  EXPECT_NEAR(double{r.xyz[2]} / kMps2PerMg, 896, 1e-3);
}

TEST(Sensor, FaultsHappenAtTheirRate) {
  SensorOptions o = only_noise(SensorKind::accelerometer, 50, 0.16);
  o.faults.spike_per_hour = 600;
  o.faults.spike_size = 1000;
  const Recording spiky = record(o, 3600);
  int spikes = 0;
  for (std::size_t i = 0; i < spiky.xyz.size(); ++i) {
    const double g = i % 3 == 2 ? kStandardGravity_mps2 : 0;
    spikes += std::abs(double{spiky.xyz[i]} - g) > 5;
  }
  EXPECT_NEAR(spikes, 600, 4 * std::sqrt(600.0));

  o.faults = {};
  o.faults.stuck_per_hour = 60;
  o.faults.stuck_s = 2;
  const Recording stuck = record(o, 3600);
  int same = 0;
  for (std::size_t i = 1; i < stuck.t.size(); ++i) same += stuck.xyz[3 * i] == stuck.xyz[3 * i - 3];
  // 60 * 2 s * 50 Hz, each length exponential: sd sqrt(60 * 2) * 2 s * 50.
  EXPECT_NEAR(same, 6000, 4 * std::sqrt(120.0) * 100);

  o.faults = {};
  o.faults.repeat_per_hour = 600;
  const Recording repeats = record(o, 3600);
  same = 0;
  for (std::size_t i = 1; i < repeats.t.size(); ++i) {
    same += repeats.xyz[3 * i] == repeats.xyz[3 * i - 3];
  }
  EXPECT_NEAR(same, 600, 4 * std::sqrt(600.0));

  o.faults = {};
  o.faults.gap_per_hour = 60;
  o.faults.gap_s = 1;
  const Recording gappy = record(o, 3600);
  EXPECT_NEAR(static_cast<double>(gappy.t.size()), 180000 - 3000, 4 * std::sqrt(120.0) * 50);
  EXPECT_EQ(gappy.t, gappy.truth.sampled_at);
}

TEST(Sensor, TemperatureMovesTheBiasWithTheSkin) {
  SensorOptions o = sensor_preset("ideal");
  o.temperature = true;
  o.bias_per_k = 1;
  const Recording r = record(o, 7200);
  const auto y = r.axis(0, kMps2PerMg);
  // From 22 to 31 degC: nine times a coefficient of N(0, 1), the same at every instant.
  const double coefficient = (y.back() - y.front()) / 9;
  EXPECT_NE(coefficient, 0);
  const auto warm = static_cast<std::size_t>(600 * 50);
  EXPECT_NEAR((y[warm] - y.front()) / (9 * coefficient), 1 - std::exp(-1.0), 2e-3);
}

class Tone final : public AnalogSource {
 public:
  explicit Tone(double hz) : hz_(hz) {}
  void add(const AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double s = seconds_since_origin(t[i]);
      xyz[3 * i] += static_cast<float>(5 * path.gain(hz_) * std::cos(2 * M_PI * hz_ * s));
    }
  }

 private:
  double hz_;
};

double injected_peak(SensorOptions o) {
  const auto still = make_still_motion();
  SampledSensor sensor(o, {}, {0, o.kind}, RandomStream(1, "w"), true, *still, at(0), at(60));
  const Tone tone(3000.5);
  sensor.add_source(&tone);
  TrueStream truth = sensor.make_truth();
  std::vector<WorldTime> t;
  sensor.take(100000, WorldTime::max(), t);
  std::vector<float> xyz(3 * t.size());
  sensor.sample(t, xyz.data(), truth);
  double peak = 0;
  for (std::size_t i = 0; i < t.size(); ++i) peak = std::max(peak, std::abs(double{xyz[3 * i]}));
  for (std::size_t i = 0; i < t.size(); ++i) EXPECT_EQ(truth.signal[3 * i], 0.0F);
  return peak;
}

TEST(Sensor, AToneBeforeTheSamplerAliasesAndTheDefencesActOnIt) {
  SensorOptions o = sensor_preset("ideal");
  EXPECT_NEAR(injected_peak(o), 5, 0.01);  // 60 times the rate and half a hertz: a slow sine
  o.lowpass = true;
  EXPECT_LT(injected_peak(o), 5 * 1e-4);  // two poles at 22.5 Hz: (22.5 / 3000)^2
  o.lowpass = false;
  o.sampling = Sampling::out_of_phase;
  o.resonance_hz = 3000.5;
  EXPECT_LT(injected_peak(o), 1e-2);  // stamps of whole nanoseconds: 5 * 2 pi * 3000 * 1e-9
  o.sampling = Sampling::random_average;
  o.sampling_count = 64;
  EXPECT_LT(injected_peak(o), 5 * 4.5 / std::sqrt(2.0 * 64));  // 3000 means of 64: below 4.5 sigma
}

}  // namespace
}  // namespace gauntlet::sim
