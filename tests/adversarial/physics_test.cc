// Known answers of the attacks that act through a sensor's physics.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "adversarial/acoustic.h"
#include "adversarial/beacon_clone.h"
#include "adversarial/electromagnetic.h"
#include "adversarial/light.h"
#include "adversarial/magnet.h"
#include "adversarial/substitute_motion.h"
#include "core/base/units.h"

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

template <class Source>
std::vector<float> added(const Source& source, const AnalogPath& path,
                         const std::vector<WorldTime>& t, std::size_t channel = 2) {
  std::vector<float> xyz(3 * t.size()), v;
  source.add(path, t, xyz.data());
  for (std::size_t i = 0; i < t.size(); ++i) v.push_back(xyz[3 * i + channel]);
  return v;
}

double mean(const std::vector<float>& v) {
  double sum = 0;
  for (const float x : v) sum += double{x};
  return sum / static_cast<double>(v.size());
}
double rms(const std::vector<float>& v) {
  double sum = 0;
  for (const float x : v) sum += double{x} * double{x};
  return std::sqrt(sum / static_cast<double>(v.size()));
}

AttackOptions gyroscope(AcousticControl control) {
  AttackOptions o;
  o.sensor = SensorKind::gyroscope;
  o.acoustic.control = control;
  o.acoustic.drive_hz = 27000;
  o.acoustic.frequency_hz = 27001;
  o.acoustic.target_hz = 1;
  o.acoustic.amplitude_mps2 = 2;
  return o;
}
const AnalogPath kGyroscope{SensorKind::gyroscope, 100, 45};

// A cosine's mean is nothing; half of it at full depth leaves a / pi, its absolute value 2 a / pi.
TEST(GyroscopeAttack, SideSwingLeavesOneAndSwitchingTwoAmplitudesOverPi) {
  const auto t = every(0.01, 10'000);
  const double gain = kGyroscope.gain(1), pi = std::numbers::pi;
  EXPECT_NEAR(mean(added(AcousticAttack(gyroscope(AcousticControl::output)), kGyroscope, t)), 0,
              1e-3);
  EXPECT_NEAR(mean(added(AcousticAttack(gyroscope(AcousticControl::side_swing)), kGyroscope, t)),
              2 / pi * gain, 1e-3);
  const auto switched = added(AcousticAttack(gyroscope(AcousticControl::switching)), kGyroscope, t);
  EXPECT_NEAR(mean(switched), 4 / pi * gain, 1e-3);
  for (const float v : switched) EXPECT_GE(v, -1e-4F);
}

TEST(GyroscopeAttack, TheDriveBringsAnUltrasonicToneIntoTheBand) {
  AttackOptions o = gyroscope(AcousticControl::tone);
  o.acoustic.frequency_hz = 27003;  // less the drive: 3 Hz, which no low-pass stops
  EXPECT_NEAR(rms(added(AcousticAttack(o), kGyroscope, every(0.01, 10'000))),
              std::numbers::sqrt2 * kGyroscope.gain(3), 1e-3);
  o.acoustic.drive_hz = 0;  // an accelerometer's low-pass takes all of it
  EXPECT_LT(rms(added(AcousticAttack(o), kGyroscope, every(0.01, 10'000))), 1e-4);
}

// Unpaced, a rate that is off by e lets the phase of n f_s run by n f_s e; paced, it runs for a
// second and is set right.
TEST(GyroscopeAttack, PhasePacingHoldsAMeanAgainstDrift) {
  AttackOptions o = gyroscope(AcousticControl::phase_pacing);
  o.acoustic.drive_hz = 0;
  o.acoustic.frequency_hz = 27000;
  o.acoustic.target_hz = 0;
  o.acoustic.tracking_error_ppm = o.acoustic.clock_error_ppm = 4;  // 0.108 Hz
  const AnalogPath path{SensorKind::gyroscope, 100, 0};
  const auto t = every(0.01, 10'000);
  EXPECT_LT(std::abs(mean(added(AcousticAttack(o), path, t))), 0.2);
  o.knowledge = Knowledge::drift_tracking;
  const double turned = 2 * std::numbers::pi * 0.108;
  EXPECT_NEAR(mean(added(AcousticAttack(o), path, t)), 2 * std::sin(turned) / turned, 0.01);
}

// Behind a low-pass and with any sampling the difference is left: c A^2 at f2 - f1, and c A^2.
TEST(DualTone, TheDifferencePassesTheLowPassAndEverySamplingDefence) {
  AttackOptions o;
  o.acoustic.control = AcousticControl::dual_tone;
  o.acoustic.frequency_hz = 3007.3;
  o.acoustic.curvature_per_mps2 = 0.02;
  o.acoustic.amplitude_mps2 = 10;
  const AnalogPath path{SensorKind::accelerometer, 50, 22.5};
  std::vector<WorldTime> t = every(0.02, 3000);
  const double bent = 0.02 * 10 * 10;
  const auto check = [&](const std::vector<float>& v) {
    EXPECT_NEAR(mean(v), bent, 0.01);
    std::vector<float> swing;
    for (const float x : v) swing.push_back(x - static_cast<float>(bent));
    EXPECT_NEAR(rms(swing), bent / std::numbers::sqrt2, 0.01);
  };
  check(added(AcousticAttack(o), path, t));
  for (std::size_t i = 0; i < t.size(); ++i) t[i] += from_ms(static_cast<double>(i * 7919 % 20));
  check(added(AcousticAttack(o), path, t));
}

TEST(Denial, TheSweepIsNoiseOfTheTonesPower) {
  AttackOptions o;
  o.acoustic.control = AcousticControl::denial;
  o.acoustic.sweep_hz = 500;
  const AnalogPath path{SensorKind::accelerometer, 50, 0};
  const auto v = added(AcousticAttack(o), path, every(1 / 48.879, 20'000));
  EXPECT_NEAR(rms(v), 5 / std::numbers::sqrt2, 0.1);
  EXPECT_NEAR(mean(v), 0, 0.1);
  double lagged = 0;
  for (std::size_t i = 1; i < v.size(); ++i) lagged += double{v[i]} * double{v[i - 1]};
  EXPECT_LT(std::abs(lagged / 20'000 / 12.5), 0.2);  // not coherent
}

TEST(Electromagnetic, RectificationIsTheSquareOfTheInducedVoltage) {
  AttackOptions o;
  o.kind = AttackKind::electromagnetic;
  ElectromagneticOptions& e = o.electromagnetic;
  e.antenna_gain_dbi = 0;
  e.power_w = 10;
  e.distance_m = 2;
  // sqrt(60 10) / 2 = 12.25 V/m over 2 cm
  EXPECT_NEAR(induced_amplitude_v(e), 0.2449, 1e-4);
  const AnalogPath path{SensorKind::accelerometer, 50, 22.5};
  const auto t = every(0.02, 5000);
  e.am_depth = 0;
  const double rectified = 0.05 * (0.02 * 0.02 * 600 / 4) * 100;
  for (const float v : added(ElectromagneticAttack(o), path, t)) EXPECT_NEAR(v, rectified, 1e-4);
  // Amplitude V (1 - cos): mean of the square 3/2, from 0 at the start to 4.
  e.am_depth = 1;
  const auto v = added(ElectromagneticAttack(o), path, t);
  EXPECT_NEAR(mean(v), 1.5 * rectified, 1e-4);
  EXPECT_NEAR(v[0], 0, 1e-4);
  EXPECT_NEAR(v[50], 4 * rectified, 1e-3);
  e.distance_m = 4;  // half the voltage
  EXPECT_NEAR(mean(added(ElectromagneticAttack(o), path, t)), 1.5 * rectified / 4, 1e-4);
}

AttackOptions lamp(double rate_per_min) {
  AttackOptions o;
  o.kind = AttackKind::light;
  o.sensor = SensorKind::heart_rate;
  o.light.rate_per_min = rate_per_min;
  return o;
}
AnalogPath optical() {
  AnalogPath path{SensorKind::heart_rate, 1, 0};
  path.pulse_rate_hz = 25;
  return path;
}

TEST(Light, TheStrongerPulseIsCountedAndFoldsAtTheLightPulses) {
  const auto t = every(1, 10);
  for (const auto& [played, counted] :
       {std::pair{150.0, 150.0}, {1500.0 - 100, 100.0}, {1500.0 + 90, 90.0}, {30.0, 0.0}}) {
    for (const float v : added(LightAttack(lamp(played)), optical(), t, 0)) {
      EXPECT_NEAR(v, counted, 1e-3) << played;
    }
  }
  AttackOptions far = lamp(150);
  far.light.distance_m = 2;  // 10 x 0.5 x (0.1 / 2)^2 = 0.0125 < 0.02
  for (const float v : added(LightAttack(far), optical(), t, 0)) EXPECT_EQ(v, 0.0F);
}

TEST(Light, DarkSlotsTakeSlowLightAwayButNotLightThatFollowsThem) {
  const auto t = every(1, 10);
  AnalogPath path = optical();
  path.dark_slots = true;
  AttackOptions o = lamp(150);
  // 2 sin(pi 2.5 / 50) of it: 0.313
  EXPECT_NEAR(pulsing_light(o, path), 5 * 0.3129, 1e-3);
  o.light.intensity = 0.1;
  for (const float v : added(LightAttack(o), path, t, 0)) EXPECT_EQ(v, 0.0F);
  for (const float v : added(LightAttack(o), optical(), t, 0)) EXPECT_EQ(v, 150.0F);
  o.light.follows_slots = true;
  for (const float v : added(LightAttack(o), path, t, 0)) EXPECT_EQ(v, 150.0F);
  o.knowledge = Knowledge::none;
  for (const float v : added(LightAttack(o), path, t, 0)) EXPECT_EQ(v, 0.0F);
}

TEST(Light, DarkSlotsSeeALampThatPulsesInThemUnlessItAvoidsThemWell) {
  AnalogPath path = optical();
  path.dark_slots = true;
  AttackOptions o = lamp(150);
  o.light.intensity = 0.1;  // pulses by 0.05, the blood by 0.02
  const WorldTime t{std::chrono::seconds{5}};
  EXPECT_TRUE(LightAttack(o).pulses_in_the_dark(path, t));
  o.light.follows_slots = true;  // but for a hundredth
  EXPECT_FALSE(LightAttack(o).pulses_in_the_dark(path, t));
  o.light.intensity = 10;  // so strong that the hundredth is enough
  EXPECT_TRUE(LightAttack(o).pulses_in_the_dark(path, t));
}

TEST(Magnet, OnTheAxisTwiceAndToTheSideOnceMinusTheMoment) {
  // 1 A m2 at 10 cm: 2e-7 / 1e-3 = 200 uT on the axis.
  const auto axis = dipole_field_t({1, 0, 0}, {0.1, 0, 0});
  EXPECT_NEAR(axis[0], 200e-6, 1e-12);
  EXPECT_NEAR(axis[1], 0, 1e-15);
  EXPECT_NEAR(dipole_field_t({1, 0, 0}, {0, 0.1, 0})[0], -100e-6, 1e-12);
  EXPECT_NEAR(dipole_field_t({1, 0, 0}, {0.2, 0, 0})[0], 25e-6, 1e-12);
}

TEST(Magnet, IsSeenInTheDevicesFrame) {
  AttackOptions o;
  o.kind = AttackKind::magnet;
  o.sensor = SensorKind::magnetometer;
  o.magnet.place = {-0.5, 0, 1};  // a still motion is at (0, 0, 1)
  o.magnet.moment_x_am2 = 10;
  const auto still = sim::make_still_motion();
  const AnalogPath path{SensorKind::magnetometer, 10, 0};
  const auto t = every(0.1, 3);
  for (const float v : added(MagnetAttack(o, *still), path, t, 0)) EXPECT_NEAR(v, 16e-6, 1e-10);
  PendulumOptions hung;
  hung.kind = PendulumKind::cradle;
  hung.azimuth_deg = 90;
  hung.amplitude_deg = 0;
  const auto turned = pendulum_motion(hung, WorldTime{});
  o.magnet.place.z_m = 1;
  for (const float v : added(MagnetAttack(o, *turned), path, t, 1)) EXPECT_NEAR(v, 16e-6, 1e-10);
}

// Of a bob on a thread only the thread's pull is felt: the free swing's tangential force is what
// damping takes and what the small-angle law lacks.
TEST(Pendulum, FeelsThePullOfTheThreadAndNothingAcross) {
  PendulumOptions o;
  o.length_m = o.radius_m = 1;
  o.amplitude_deg = 10;
  o.damping_ratio = 0;
  EXPECT_NEAR(pendulum_hz(o), 0.4984 * (1 - 0.0019), 1e-4);
  const auto swing = pendulum_motion(o, WorldTime{});
  constexpr std::size_t kSamples = 2000;
  const auto t = every(0.005, kSamples);
  std::vector<float> force(3 * kSamples), rate(3 * kSamples), up(3 * kSamples);
  swing->evaluate(t, force.data(), rate.data());
  const double top = 10.0 / 180 * std::numbers::pi;
  double most = 0, across = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    across = std::max(across, std::abs(double{force[3 * i]}));
    most = std::max(most, double{force[3 * i + 2]});
  }
  EXPECT_LT(across, kStandardGravity_mps2 * top * top * top / 6 + 0.01);
  EXPECT_NEAR(most, kStandardGravity_mps2 * (1 + top * top), 0.005);  // m g (3 - 2 cos)
  // The rate is the derivative of where up is.
  swing->see(t, {0, 0, 1}, up.data());
  for (std::size_t i = 1; i + 1 < t.size(); ++i) {
    const double tilt_rate =
        (std::asin(double{up[3 * i + 3]}) - std::asin(double{up[3 * i - 3]})) / 0.01;
    EXPECT_NEAR(-double{rate[3 * i + 1]}, tilt_rate, 1e-3);
  }
}

TEST(Substitute, ActsWhileItIsOnAndWarpScalesAccelerationBySquare) {
  AttackOptions o;
  o.start_s = 2;
  o.stop_s = 4;
  PendulumOptions cradle;
  cradle.kind = PendulumKind::cradle;
  cradle.radius_m = 0.5;
  const auto still = sim::make_still_motion();
  const auto motion = substitute_motion(
      *still, pendulum_motion(cradle, WorldTime{std::chrono::seconds{2}}), AttackSpan(o));
  const auto t = every(0.1, 60);
  std::vector<float> force(180), rate(180);
  motion->evaluate(t, force.data(), rate.data());
  for (std::size_t i = 0; i < 60; ++i) {
    const bool on = i >= 20 && i < 40;
    EXPECT_EQ(force[3 * i] != 0 || rate[3 * i + 1] != 0, on) << i;
  }
  const auto slow = pendulum_motion(cradle, WorldTime{});
  const auto fast = warped_motion(pendulum_motion(cradle, WorldTime{}), 2, WorldTime{});
  std::vector<float> f1(3), f2(3), r1(3), r2(3), up(3);
  const std::vector<WorldTime> later = {time_from_seconds<WorldTime>(0.6)};
  const std::vector<WorldTime> sooner = {time_from_seconds<WorldTime>(0.3)};
  slow->evaluate(later, f1.data(), r1.data());
  slow->see(later, {0, 0, kStandardGravity_mps2}, up.data());
  fast->evaluate(sooner, f2.data(), r2.data());
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(f2[k] - up[k], 4 * (f1[k] - up[k]), 1e-4);
    EXPECT_NEAR(r2[k], 2 * r1[k], 1e-5);
  }
}

AttackOptions clone() {
  AttackOptions o;
  o.kind = AttackKind::beacon_clone;
  o.sensor = SensorKind::beacon;
  o.beacon_clone.beacon = 1;
  o.beacon_clone.place = {10, 0, 1};
  return o;
}

std::vector<float> heard(const BeaconClone& source, const std::vector<WorldTime>& t) {
  std::vector<float> rows(3 * t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    rows[3 * i] = static_cast<float>(i % 2);
    rows[3 * i + 1] = -90;
  }
  source.add({SensorKind::beacon, 2, 0}, t, rows.data());
  std::vector<float> dbm;
  for (std::size_t i = 0; i < t.size(); ++i) dbm.push_back(rows[3 * i + 1]);
  return dbm;
}

TEST(BeaconClone, TheStrongerOfTheTwoIsHeardUnderTheClonedNumber) {
  const auto still = sim::make_still_motion();
  const auto dbm = heard(BeaconClone(clone(), *still, 0), every(0.5, 20));
  for (std::size_t i = 0; i < dbm.size(); ++i) EXPECT_NEAR(dbm[i], i % 2 ? -81 : -90, 1e-4);
  AttackOptions far = clone();
  far.beacon_clone.place.x_m = 100;
  for (const float v : heard(BeaconClone(far, *still, 0), every(0.5, 20))) EXPECT_EQ(v, -90.0F);
}

TEST(BeaconClone, RotatingIdentifiersStopACopyButNotARelay) {
  const auto still = sim::make_still_motion();
  AttackOptions o = clone();
  const auto t = every(0.5, 200);
  const auto fooled = [&] {
    int n = 0;
    for (const float v : heard(BeaconClone(o, *still, 10), t)) n += v > -90;
    return n;
  };
  EXPECT_EQ(fooled(), 10);  // the first 10 s, every other row
  o.knowledge = Knowledge::drift_tracking;
  EXPECT_EQ(fooled(), 90);  // but the first second of each turn
}

TEST(Attacks, RefuseWhatCannotBe) {
  AttackOptions o;
  EXPECT_TRUE(o.validate().ok());
  o.kind = AttackKind::magnet;
  EXPECT_EQ(o.validate().error().code, "bad_attack");
  o.sensor = SensorKind::magnetometer;
  EXPECT_TRUE(o.validate().ok());
  o.stop_s = o.start_s = 3;
  EXPECT_FALSE(o.validate().ok());
  o = {};
  o.acoustic.axis_z = 0;
  EXPECT_FALSE(o.validate().ok());
  o = {};
  o.kind = AttackKind::frame;
  EXPECT_FALSE(o.validate().ok()) << "a replay of what has not been recorded yet";
  o.start_s = 30;
  EXPECT_TRUE(o.validate().ok());
}

}  // namespace
}  // namespace gauntlet::adversarial
