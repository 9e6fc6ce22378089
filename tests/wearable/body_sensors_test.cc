// Heart rate, strain, magnetic field and beacons, of wearers known in closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sim/wearable/beacon_ranging.h"
#include "tests/wearable/fake_motion.h"
#include "tests/wearable/recording.h"

namespace gauntlet::sim {
namespace {

SensorOptions steady_heart(double per_min) {
  SensorOptions o = sensor_preset("heart-rate");
  o.oscillator = frequency_preset("exact");
  o.heart.rest_per_min = per_min;
  o.heart.variability = 0;
  return o;
}

TEST(HeartRate, FollowsEffortFirstOrderAndRecoversMoreSlowly) {
  SensorOptions o = sensor_preset("heart-rate");
  o.heart.rest_per_min = 60;
  o.heart.most_per_min = 190;
  FakeMotion starts;
  starts.effort_after = 0.5;
  starts.change_s = 60;
  const Recording up = record(o, starts, 400);
  FakeMotion stops;
  stops.effort_before = 0.5;
  stops.change_s = 300;
  const Recording down = record(o, stops, 700);
  for (std::size_t i = 0; i < up.t.size(); ++i) {
    const double s = seconds_since_origin(up.t[i]);
    const double expected = s < 60 ? 60 : 60 + 65 * (1 - std::exp(-(s - 60) / 30));
    // Straight lines between seconds: at most (1 / 30)^2 / 8 of 65.
    EXPECT_NEAR(double{up.truth.signal[i]}, expected, 0.02) << s;
  }
  for (std::size_t i = 0; i < down.t.size(); ++i) {
    const double s = seconds_since_origin(down.t[i]);
    if (s > 300) {
      EXPECT_NEAR(double{down.truth.signal[i]}, 60 + 65 * std::exp(-(s - 300) / 60), 0.02) << s;
    }
  }
}

TEST(HeartRate, ReadingsLagBehindTheHeartByAboutHalfTheWindow) {
  SensorOptions o = steady_heart(60);
  o.heart.most_per_min = 190;
  FakeMotion motion;
  motion.effort_after = 1;
  motion.change_s = 60;
  const Recording r = record(o, motion, 100);
  // Where the heart passes 120 it rises by 2.3 a second; the mean of 8 s is 4 s old.
  for (std::size_t i = 0; i < r.t.size(); ++i) {
    const double s = seconds_since_origin(r.t[i]);
    if (s < 75 || s > 90) continue;
    const double four_ago = 190 - 130 * std::exp(-(s - 4 - 60) / 30);
    EXPECT_NEAR(double{r.xyz[3 * i]}, four_ago, 5) << s;
    EXPECT_LT(r.xyz[3 * i], r.truth.signal[i]) << s;
  }
}

TEST(HeartRate, BeatsOnTheGridOfLightPulsesErrByLessThanOnePulseAWindow) {
  const Recording r = record(steady_heart(62), FakeMotion{}, 300);
  const double beats = std::floor(8 / (60.0 / 62));  // within a window
  bool varies = false;
  for (std::size_t i = 10; i < r.t.size(); ++i) {
    const double per_min = double{r.xyz[3 * i]};
    EXPECT_NEAR(per_min, 62, 62 * 0.04 / ((beats - 1) * 60 / 62) + 0.5);
    EXPECT_EQ(per_min, std::nearbyint(per_min));
    varies = varies || per_min != 62;
  }
  EXPECT_EQ(r.truth.channels, 1u);
}

TEST(HeartRate, ASteadyRhythmIsTakenForThePulse) {
  SensorOptions o = steady_heart(70);
  o.heart.locks_per_min = 60;
  o.heart.unlocks_per_min = 0;
  FakeMotion motion;
  motion.cadence = 1.9;  // 114 steps a minute
  const Recording walks = record(o, motion, 120);
  EXPECT_EQ(walks.xyz[3 * (walks.t.size() - 1)], 114.0F);
  motion.cadence = 0.4;  // 24 repetitions a minute: three times that is nearest to 70
  const Recording lifts = record(o, motion, 120);
  EXPECT_EQ(lifts.xyz[3 * (lifts.t.size() - 1)], 72.0F);
  motion.cadence = 0;
  const Recording rests = record(o, motion, 120);
  for (std::size_t i = 10; i < rests.t.size(); ++i) EXPECT_NEAR(rests.xyz[3 * i], 70, 1.5);
}

TEST(HeartRate, LocksHappenAtTheirRate) {
  SensorOptions o = steady_heart(70);
  o.heart.locks_per_min = 2;
  o.heart.unlocks_per_min = 6;
  FakeMotion motion;
  motion.cadence = 1.9;
  const Recording r = record(o, motion, 20'000);
  double locked = 0;
  for (std::size_t i = 0; i < r.t.size(); ++i) locked += r.xyz[3 * i] == 114.0F;
  // Two states: p = a / (a + b) of per-second chances; correlated over about 1 / (a + b) seconds.
  const double a = 1 - std::exp(-2.0 / 60), b = 1 - std::exp(-6.0 / 60);
  const double p = a / (a + b), n = static_cast<double>(r.t.size());
  EXPECT_NEAR(locked / n, p, 4 * std::sqrt(p * (1 - p) * 2 / (a + b) / n));
}

TEST(Strain, FollowsBreathAndJointsByItsCoefficients) {
  SensorOptions o = sensor_preset("shirt-strain");
  o.oscillator = frequency_preset("exact");
  o.alignment = o.bias = o.noise = o.quantise = o.clip = false;
  o.strain.breathing_per_min = 15;
  FakeMotion motion;
  motion.elbow_rad = 1.2;
  const Recording r = record(o, motion, 60);
  double least = 1, most = -1;
  int breaths = 0;
  for (std::size_t i = 0; i < r.t.size(); ++i) {
    const double s = seconds_since_origin(r.t[i]);
    const double breath = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * 0.25 * s);
    EXPECT_NEAR(double{r.truth.signal[3 * i]}, o.strain.breath * breath, 1e-6);
    EXPECT_NEAR(double{r.truth.signal[3 * i + 1]}, o.strain.breath * breath / 3, 1e-6);
    EXPECT_NEAR(double{r.xyz[3 * i + 2]}, o.strain.arm_per_rad * 1.2, 1e-6);
    least = std::min(least, double{r.xyz[3 * i]});
    most = std::max(most, double{r.xyz[3 * i]});
    const double mid = o.strain.breath / 2;
    if (i > 0) breaths += double{r.xyz[3 * i - 3]} < mid && double{r.xyz[3 * i]} >= mid;
  }
  EXPECT_NEAR(most - least, o.strain.breath, 0.01 * o.strain.breath);
  EXPECT_EQ(breaths, 15);
}

TEST(Magnetometer, TurnsWithTheBodyAndKeepsItsNormAndDip) {
  const auto script = std::make_shared<const Script>(
      make_script(gym_hour_plan(), PersonOptions{}, RandomStream(1, "person/0/session")).value());
  const auto motion = make_motion(script, Worn::wrist);
  SensorOptions o = sensor_preset("magnetometer");
  o.alignment = o.bias = o.noise = o.clip = o.quantise = false;
  const Recording r = record(o, *motion, 600);
  std::vector<float> up(3 * r.t.size());
  motion->see(r.t, {0, 0, 1}, up.data());
  double moved = 0;
  for (std::size_t i = 0; i < r.t.size(); ++i) {
    double norm2 = 0, down = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double b = double{r.xyz[3 * i + k]} * 1e6;
      norm2 += b * b;
      down -= b * double{up[3 * i + k]};
      if (i > 0) moved += std::abs(b - double{r.xyz[3 * i + k - 3]} * 1e6);
    }
    EXPECT_NEAR(std::sqrt(norm2), std::hypot(20, 45), 1e-4);
    EXPECT_NEAR(down, 45, 1e-4);
  }
  EXPECT_GT(moved, 1000);
}

TEST(Magnetometer, NorthLiesWhereTheHeadingSays) {
  SensorOptions o = sensor_preset("magnetometer");
  o.alignment = o.bias = o.noise = o.clip = o.quantise = false;
  o.magnetic.heading_deg = 90;
  const Recording r = record(o, FakeMotion{}, 1);
  EXPECT_NEAR(double{r.xyz[0]}, 0, 1e-12);
  EXPECT_NEAR(double{r.xyz[1]}, 20e-6, 1e-11);
  EXPECT_NEAR(double{r.xyz[2]}, -45e-6, 1e-11);
}

SensorOptions one_beacon(double x_m) {
  SensorOptions o = sensor_preset("beacons");
  o.oscillator = frequency_preset("exact");
  o.quantise = false;
  o.beacons.places = {{"a", x_m, 0, 1}};
  return o;
}

TEST(Beacon, PathLossIsTenTimesTheExponentADecade) {
  for (const double d : {1.0, 10.0, 20.0}) {
    const Recording r = record(one_beacon(d), FakeMotion{}, 2);
    EXPECT_NEAR(double{r.truth.signal[1]}, -59 - 22 * std::log10(d), 1e-4) << d;
    EXPECT_EQ(r.truth.signal[0], 0.0F);
  }
}

// Walking: shadowing of 4 dB, correlated over 1.5 m, and fading of 2 dB.
TEST(Beacon, ShadowingHasItsSpreadAndItsDistanceOfCorrelation) {
  SensorOptions o = one_beacon(0);
  o.beacons.sensitivity_dbm = -127;
  o.beacons.exponent = 1;  // so that 20 km away it is still heard
  FakeMotion motion;
  motion.speed_mps = 1;
  const Recording r = record(o, motion, 20'000);
  std::vector<double> x;
  for (std::size_t i = 0; i < r.t.size(); ++i) {
    x.push_back(double{r.xyz[3 * i + 1]} - double{r.truth.signal[2 * i + 1]});
  }
  double var = 0, lag = 0;
  const std::size_t k = 5;  // 1 s: 1 m
  const double n = static_cast<double>(x.size() - k);
  for (std::size_t i = 0; i + k < x.size(); ++i) {
    var += x[i] * x[i] / n;
    lag += x[i] * x[i + k] / n;
  }
  // Independent stretches of about 3 m.
  const double within = 4 * std::sqrt(2.0 / (20'000 / 3.0));
  EXPECT_NEAR(var / 20, 1, within);
  EXPECT_NEAR(lag / (16 * std::exp(-1 / 1.5)), 1, 2 * within);
}

TEST(Beacon, SightingsTakeTurnsAndWhatIsTooFaintIsNotHeard) {
  SensorOptions o = one_beacon(2);
  o.beacons.places.push_back({"far", 900, 0, 1});
  const Recording r = record(o, FakeMotion{}, 20);
  for (std::size_t i = 0; i < r.t.size(); ++i) {
    EXPECT_EQ(r.xyz[3 * i], static_cast<float>(i % 2));
    EXPECT_EQ(r.xyz[3 * i + 1] == static_cast<float>(kNotHeard_dbm), i % 2 == 1) << i;
  }
  // Without any, nothing is heard.
  o.beacons.places.clear();
  EXPECT_EQ(record(o, FakeMotion{}, 1).xyz[1], static_cast<float>(kNotHeard_dbm));
}

TEST(Beacon, AnotherBeaconChangesNoSightingOfTheFirst) {
  SensorOptions one = one_beacon(2), two = one_beacon(2);
  two.beacons.places.push_back({"b", 5, 0, 1});
  two.nominal_rate_hz = 2 * one.nominal_rate_hz;
  const Recording a = record(one, FakeMotion{}, 20), b = record(two, FakeMotion{}, 20);
  for (std::size_t i = 0; 2 * i < b.t.size() && i < a.t.size(); ++i) {
    EXPECT_EQ(a.xyz[3 * i + 1], b.xyz[6 * i + 1]) << i;
  }
}

}  // namespace
}  // namespace gauntlet::sim
