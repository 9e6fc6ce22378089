// Each effect of the sensor chain alone, against its closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "sim/wearable/allan.h"
#include "sim/wearable/second_order.h"
#include "tests/engine/counting_new.h"
#include "tests/wearable/fake_motion.h"
#include "tests/wearable/recording.h"

namespace gauntlet::sim {
namespace {

constexpr double kPi = std::numbers::pi;

TEST(SecondOrder, ARampComesOutAsTheDifferentialEquationSays) {
  const double w = 2 * kPi * 4, damping = 0.3, period_s = 0.013;
  SecondOrder system(4, damping, period_s);
  float row[3] = {0, 0, 0};
  system.settle(row);
  const double sigma = damping * w, wd = w * std::sqrt(1 - damping * damping);
  const double lag = 2 * damping / w;
  for (int n = 1; n < 300; ++n) {
    const double t = n * period_s;
    row[0] = static_cast<float>(t);
    row[1] = static_cast<float>(-2 * t);
    row[2] = 0;
    system.step(row);
    const double y =
        t - lag +
        std::exp(-sigma * t) * (lag * std::cos(wd * t) + (sigma * lag - 1) / wd * std::sin(wd * t));
    ASSERT_NEAR(double{row[0]}, y, 1e-6 * std::max(1.0, t));  // single precision
    ASSERT_NEAR(double{row[1]}, -2 * y, 2e-6 * std::max(1.0, t));
    ASSERT_EQ(row[2], 0.0F);
  }
}

struct Response {
  double gain, lag_s;
};

// Of a sine along x, by least squares against sine and cosine at the instants of sampling.
Response response(SensorOptions o, double hz) {
  FakeMotion motion;
  motion.sine_hz = hz;
  motion.sine_mps2 = 5;
  const Recording r = record(o, motion, 40);
  double ss = 0, cc = 0, sc = 0, ys = 0, yc = 0;
  for (std::size_t i = r.t.size() / 2; i < r.t.size(); ++i) {
    const double angle = 2 * kPi * hz * seconds_since_origin(r.t[i]);
    const double s = std::sin(angle), c = std::cos(angle), y = double{r.xyz[3 * i]};
    ss += s * s, cc += c * c, sc += s * c, ys += y * s, yc += y * c;
  }
  const double det = ss * cc - sc * sc;
  const double a = (ys * cc - yc * sc) / det, b = (yc * ss - ys * sc) / det;
  return {std::hypot(a, b) / 5, -std::atan2(b, a) / (2 * kPi * hz)};
}

SensorOptions only_lowpass(std::int64_t oversampling) {
  SensorOptions o = sensor_preset("ideal");
  o.lowpass = true;
  o.oversampling = oversampling;
  return o;
}

TEST(Sensor, TheLowPassDampsAndDelaysTheMotionAsAButterworthDoes) {
  const double corner = 0.45 * 50;
  for (const double hz : {1.3, 4.7, 9.1, 21.3}) {
    const Response r = response(only_lowpass(16), hz);
    const double ratio = hz / corner;
    // Straight lines between instants 1.25 ms apart cost sinc^2: at 21 Hz 0.23 %.
    EXPECT_NEAR(r.gain, 1 / std::sqrt(1 + std::pow(ratio, 4)), 0.003) << hz;
    const double phase = std::atan2(std::sqrt(2.0) * ratio, 1 - ratio * ratio);
    EXPECT_NEAR(r.lag_s, phase / (2 * kPi * hz), 1e-5) << hz;
  }
}

TEST(Sensor, OneInstantASampleIsEnoughBelowATenthOfTheRate) {
  const Response fine = response(only_lowpass(16), 2.3), coarse = response(only_lowpass(1), 2.3);
  EXPECT_NEAR(coarse.gain, fine.gain, 0.008);  // sinc^2(2.3 / 50) = 0.993
  EXPECT_NEAR(coarse.lag_s, fine.lag_s, 1e-4);
}

TEST(Sensor, WithoutTheLowPassAFastShakeAliasesWhole) {
  SensorOptions off = sensor_preset("ideal");
  EXPECT_NEAR(response(off, 48.3).gain, 1, 1e-3);
  const double ratio = 48.3 / 22.5;
  EXPECT_NEAR(response(only_lowpass(32), 48.3).gain, 1 / std::sqrt(1 + std::pow(ratio, 4)), 0.003);
}

TEST(Sensor, AStrapResonatesByTheInverseOfTwiceItsDamping) {
  SensorOptions o = sensor_preset("ideal");
  o.mount_hz = 8;
  o.mount_damping = 0.2;
  o.oversampling = 16;
  EXPECT_NEAR(response(o, 8).gain, 2.5, 0.01);
  EXPECT_NEAR(response(o, 0.8).gain, 1 / std::hypot(1 - 0.01, 2 * 0.2 * 0.1), 0.003);
}

// One reading of many power-ups: mean square by axis, in the options' units.
std::array<double, 3> mean_square(const SensorOptions& o, const FakeMotion& motion,
                                  const std::array<double, 3>& ideal, int power_ups) {
  std::array<double, 3> sum2{};
  for (int seed = 0; seed < power_ups; ++seed) {
    const Recording r = record(o, motion, 0.05, static_cast<std::uint64_t>(seed));
    for (std::size_t i = 0; i < 3; ++i) {
      const double error = double{r.xyz[i]} / o.si_per_unit() - ideal[i];
      sum2[i] += error * error / power_ups;
    }
  }
  return sum2;
}

TEST(Sensor, MatricesAndBiasesHaveTheirSpreadOverPowerUps) {
  constexpr int kPowerUps = 3000;
  // A mean square of n normals scatters by sqrt(2 / n); four of them.
  const double within = 4 * std::sqrt(2.0 / kPowerUps);
  const FakeMotion motion;

  SensorOptions o = sensor_preset("ideal");
  o.alignment = true;
  o.scale_sd = 0.005;
  o.cross_axis_sd = 0.003;
  auto got = mean_square(o, motion, {0, 0, 1000}, kPowerUps);  // 1 g along z
  EXPECT_NEAR(got[0] / 9, 1, within);
  EXPECT_NEAR(got[1] / 9, 1, within);
  EXPECT_NEAR(got[2] / 25, 1, within);

  o = sensor_preset("ideal");
  o.kind = SensorKind::gyroscope;
  o.alignment = true;
  o.scale_sd = o.cross_axis_sd = 0;
  o.g_sensitivity = 0.1;
  got = mean_square(o, motion, {0, 0, 0}, kPowerUps);
  for (const double v : got) EXPECT_NEAR(v / 0.01, 1, within);

  o = sensor_preset("ideal");
  o.bias = true;
  o.turn_on_bias_sd = 20;
  o.instability_sd = 0;
  got = mean_square(o, motion, {0, 0, 1000}, kPowerUps);
  for (const double v : got) EXPECT_NEAR(v / 400, 1, within);
}

// Of a first-order Gauss-Markov process: IEEE Std 952-1997, C.1.5.
double markov_allan_variance(double sd, double tau_s, double t) {
  const double u = t / tau_s;
  return 2 * sd * sd / u * (1 - (3 - 4 * std::exp(-u) + std::exp(-2 * u)) / (2 * u));
}

SensorOptions only_bias(double rate_hz) {
  SensorOptions o = sensor_preset("ideal");
  o.nominal_rate_hz = rate_hz;
  o.bias = true;
  o.turn_on_bias_sd = o.instability_sd = 0;
  return o;
}

TEST(Sensor, BiasInstabilityAndFlickerHaveTheirAllanDeviationAtEveryRate) {
  const FakeMotion motion;
  for (const double rate : {25.0, 50.0, 100.0, 200.0}) {
    for (const std::int64_t processes : {std::int64_t{1}, std::int64_t{3}}) {
      SensorOptions o = only_bias(rate);
      o.instability_sd = 0.2;
      o.instability_tau_s = 50;
      o.instability_processes = processes;
      const double length_s = 1'000'000 / rate;
      const Recording r = record(o, motion, length_s);
      double var[2] = {0, 0};
      for (const double t : {5.0, 20.0}) {
        const auto m = static_cast<std::size_t>(t * rate);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const double sd = overlapping_allan_deviation(r.axis(axis, o.si_per_unit()), m);
          var[t > 10] += sd * sd / 3;
        }
        double expected = 0;
        for (std::int64_t k = 0; k < processes; ++k) {
          expected += markov_allan_variance(0.2, 50 / std::pow(10.0, k), t);
        }
        // Three axes; a variance over n independent groups scatters by sqrt(2 / n) or a little
        // more.
        const double groups = 3 * length_s / t;
        EXPECT_NEAR(var[t > 10] / expected, 1, 4.5 * std::sqrt(2 / groups))
            << rate << " Hz, " << processes << ", " << t << " s";
      }
    }
  }
}

TEST(Sensor, TheRandomWalkGrowsByItsCoefficient) {
  const FakeMotion motion;
  for (const double rate : {25.0, 200.0}) {
    SensorOptions o = only_bias(rate);
    o.random_walk = 0.05;
    const Recording r = record(o, motion, 500'000 / rate);
    for (const double t : {10.0, 40.0}) {
      double var = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double sd = overlapping_allan_deviation(r.axis(axis, o.si_per_unit()),
                                                      static_cast<std::size_t>(t * rate));
        var += sd * sd / 3;
      }
      const double groups = 3 * 500'000 / rate / t;
      EXPECT_NEAR(var / (0.05 * 0.05 * t / 3), 1, 4.5 * std::sqrt(2 / groups)) << rate << ' ' << t;
    }
  }
}

TEST(Sensor, RoundingToAStepErrsByTheStepOverTheRootOfTwelve) {
  SensorOptions o = sensor_preset("ideal");
  o.noise = true;
  o.noise_x = {20, 0, 1};  // 100 mg at 50 Hz: many steps
  const Recording smooth = record(o, FakeMotion{}, 400);
  o.quantise = true;
  o.resolution = 8;
  const Recording stepped = record(o, FakeMotion{}, 400);
  double sum2 = 0;
  const double n = static_cast<double>(smooth.t.size());
  for (std::size_t i = 0; i < smooth.t.size(); ++i) {
    const double error = (double{stepped.xyz[3 * i]} - double{smooth.xyz[3 * i]}) / kMps2PerMg;
    EXPECT_LE(std::abs(error), 4 + 1e-3);
    sum2 += error * error / n;
  }
  // A uniform error's square scatters by 0.9 of its mean.
  EXPECT_NEAR(sum2 / (64.0 / 12), 1, 4 * 0.9 / std::sqrt(n));
}

TEST(Sensor, ABatchAllocatesNothing) {
  const auto script = std::make_shared<const Script>(
      make_script(gym_hour_plan(), PersonOptions{}, RandomStream(1, "person/0/session")).value());
  const auto motion = make_motion(script, Worn::wrist);
  for (const char* name : {"pebble-accelerometer", "phone-gyroscope", "magnetometer"}) {
    SensorOptions o = sensor_preset(name);
    o.oversampling = 2;
    SampledSensor sensor(o, {}, {0, o.kind}, RandomStream(1, "w"), true, *motion, WorldTime{},
                         WorldTime{std::chrono::seconds{120}});
    TrueStream truth = sensor.make_truth();
    std::vector<WorldTime> t;
    std::vector<float> xyz(300);
    std::uint64_t before = 0;
    for (int batch = 0;; ++batch) {
      t.clear();
      sensor.take(100, WorldTime::max(), t);
      if (t.empty()) break;
      sensor.sample(t, xyz.data(), truth);
      if (batch == 1) before = testing::allocations();
    }
    const std::uint64_t after = testing::allocations();
    EXPECT_EQ(after, before) << name;
  }
}

TEST(Sensor, EveryPresetIsValidAndRuns) {
  const FakeMotion motion;
  for (const std::string_view name : sensor_preset_names()) {
    const SensorOptions o = sensor_preset(name);
    EXPECT_TRUE(validate_sensors({o}).ok()) << name;
    const Recording r = record(o, motion, 20);
    EXPECT_NEAR(static_cast<double>(r.t.size()), 20 * o.nominal_rate_hz, 1 + o.nominal_rate_hz)
        << name;
    EXPECT_EQ(r.truth.signal.size(), channels_of(o.kind) * r.t.size()) << name;
    const Recording cut = record(o, motion, 20, 1, 3);
    EXPECT_EQ(cut.xyz, r.xyz) << name;
    EXPECT_EQ(cut.truth.signal, r.truth.signal) << name;
  }
}

}  // namespace
}  // namespace gauntlet::sim
