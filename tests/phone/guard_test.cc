// The guard's detectors against signals whose score has a closed form.
#include "core/phone/guard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/events/event_log.h"

namespace gauntlet {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kG = kStandardGravity_mps2;

struct Bed {
  explicit Bed(GuardOptions o = {}) : options(o), guard(options, log) {}
  // `f`: a function of seconds that gives a row. A frame a second of 50 samples.
  template <class F>
  void feed(DeviceIndex device, SensorKind sensor, int seconds, const F& f, bool own = false) {
    for (int s = 0; s < seconds; ++s) {
      std::vector<HostTime> t;
      std::vector<float> xyz;
      for (int i = 0; i < 50; ++i) {
        const double at_s = s + i / 50.0;
        t.push_back(HostTime{from_seconds(1000 + at_s)});
        for (const double v : f(at_s)) xyz.push_back(static_cast<float>(v));
      }
      guard.on_samples({device, sensor}, t, xyz, t.back(), own);
    }
  }
  std::vector<double> scores(std::string_view detector) const {
    std::vector<double> out;
    for (const GuardScored& g : log.guard) {
      if (g.detector == detector) out.push_back(g.score);
    }
    return out;
  }
  GuardOptions options;
  EventLog log;
  Guard guard;
};

using Row = std::array<double, 3>;

TEST(Guard, RestIsNotSuspiciousAndABiasIsItsAmount) {
  for (const double bias : {0.0, 2.0}) {
    Bed bed;
    bed.feed(0, SensorKind::accelerometer, 30, [&](double) { return Row{0, 0, kG + bias}; });
    ASSERT_EQ(bed.scores("bias").size(), 20u);  // from the first whole window on, each second
    for (const double x : bed.scores("bias")) EXPECT_NEAR(x, bias, 1e-5);
    for (const char* other : {"noise", "regular"}) {
      for (const double x : bed.scores(other)) EXPECT_EQ(x, 0) << other;
    }
    EXPECT_EQ(bed.guard.distrusts(0, HostTime{from_seconds(1025)}), bias > 1);
    EXPECT_FALSE(bed.guard.distrusts(0, HostTime{from_seconds(1091)}));
    EXPECT_FALSE(bed.guard.distrusts(1, HostTime{}));
  }
}

// Second differences of a sine: 16 sin^4(pi f / fs) / 6 of its variance; of white noise all of it,
// within 3 sd: sqrt(2 / n) times the correlation of the differences (35 / 18)^(1/2) times 3.
TEST(Guard, NoiseIsTheShareThatIsAsFastAsTheSampler) {
  Bed sine;
  sine.feed(0, SensorKind::accelerometer, 30,
            [](double s) { return Row{4 * std::sin(kTurn * 5 * s), 0, kG}; });
  const double expected = 16 * std::pow(std::sin(std::numbers::pi * 5 / 50), 4) / 6;
  for (const double x : sine.scores("noise")) EXPECT_NEAR(x, expected, 0.01 * expected);
  Bed white;
  std::uint64_t state = 1;
  white.feed(0, SensorKind::accelerometer, 30, [&](double) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return Row{8 * (static_cast<double>(state >> 11) * 0x1p-53 - 0.5), 0, kG};
  });
  for (const double x : white.scores("noise")) EXPECT_NEAR(x, 1, 0.27);
}

// An alias repeats exactly; a person's cycles of 2 s that differ by 20 % do not.
TEST(Guard, AMachineIsMoreRegularThanAPerson) {
  Bed machine, person;
  machine.feed(0, SensorKind::accelerometer, 60,
               [](double s) { return Row{5 * std::sin(kTurn * 0.5 * s), 0, kG}; });
  person.feed(0, SensorKind::accelerometer, 60, [](double s) {
    const double phase = 0.5 * s + 0.12 * std::sin(kTurn * 0.17 * s);
    return Row{(4 + std::sin(kTurn * 0.11 * s)) * std::sin(kTurn * phase), 0, kG};
  });
  for (const double x : machine.scores("regular")) EXPECT_GT(x, 0.999);
  for (const double x : person.scores("regular")) EXPECT_LT(x, 0.98);
}

// Gravity that turns as the gyroscope says is explained but for what a sum over 12 or 13 samples
// misses of the integral over a quarter of a second: a thousandth of the squares, hence at most
// 1.035 of the larger by the smaller. A force that comes without a turn, or a turn without a force,
// changes by 5 m/s2 rms in half a second, against a floor of 0.05.
TEST(Guard, ForceWithoutATurnAndATurnWithoutAForceAreUnexplained) {
  const double w = kTurn * 0.3;
  const auto angle = [&](double s) { return 0.8 * std::sin(w * s); };
  const auto force = [&](double s) {
    return Row{kG * std::sin(angle(s)), 0, kG * std::cos(angle(s))};
  };
  const auto turning = [&](double s) { return Row{0, -0.8 * w * std::cos(w * s), 0}; };
  const auto still = [](double) { return Row{0, 0, 0}; };
  const auto rest = [](double) { return Row{0, 0, kG}; };
  const auto run = [](const auto& f, const auto& g) {
    Bed bed;
    // Interleaved, as frames come.
    for (int s = 0; s < 30; ++s) {
      for (const bool is_force : {false, true}) {
        std::vector<HostTime> t;
        std::vector<float> xyz;
        for (int i = 0; i < 50; ++i) {
          const double at_s = s + i / 50.0;
          t.push_back(HostTime{from_seconds(1000 + at_s)});
          for (const double v : is_force ? f(at_s) : g(at_s)) xyz.push_back(static_cast<float>(v));
        }
        bed.guard.on_samples({0, is_force ? SensorKind::accelerometer : SensorKind::gyroscope}, t,
                             xyz, t.back(), false);
      }
    }
    const auto scores = bed.scores("rotation");
    EXPECT_FALSE(scores.empty());
    return scores;
  };
  for (const double x : run(force, turning)) EXPECT_LT(x, 1.035);
  for (const double x : run(force, still)) EXPECT_GT(x, 60);
  for (const double x : run(rest, turning)) EXPECT_GT(x, 60);
}

TEST(Guard, ClockIsTheSlopeAndDelayTheStep) {
  Bed bed;
  for (int s = 0; s < 600; ++s) {
    const double late_s = s < 300 ? 1e-3 * s : 0.3 + 0.4;  // 1000 ppm, then a step and none
    bed.guard.on_frame(0, DeviceTime{from_seconds(s)}, HostTime{from_seconds(1000 + s + late_s)});
  }
  const auto clock = bed.scores("clock"), delay = bed.scores("delay");
  ASSERT_GE(clock.size(), 10u);
  EXPECT_NEAR(clock[0], 1000, 1);
  EXPECT_NEAR(clock[2], 1000, 1);
  EXPECT_NEAR(*std::max_element(delay.begin(), delay.end()), 400 + 120, 31);  // ramp within buckets
  EXPECT_NEAR(clock.back(), 0, 1);
  EXPECT_NEAR(delay.back(), 0, 1);
}

TEST(Guard, AFieldOutsideOfTheEarthsIsItsDistanceFromIt) {
  Bed bed;
  const std::vector<std::int16_t> earth = {300, 0, 350}, magnet = {900, 0, 1200};
  bed.guard.on_field(0, earth, HostTime{});
  bed.guard.on_field(0, magnet, HostTime{});
  EXPECT_EQ(bed.scores("field"), (std::vector<double>{0, 150 - 65}));
}

TEST(Guard, WhoMovesWithoutThePhoneIsAlone) {
  const auto bursts = [](double phase) {
    return [phase](double s) {
      const bool on = std::sin(kTurn * (s / 30 + phase)) > 0;
      return Row{on ? 5 * std::sin(kTurn * s) : 0, 0, kG};
    };
  };
  for (const bool together : {true, false}) {
    Bed bed;
    bed.feed(1, SensorKind::accelerometer, 400, bursts(0), true);
    bed.feed(0, SensorKind::accelerometer, 400, bursts(together ? 0 : 0.5));
    ASSERT_FALSE(bed.scores("alone").empty());
    // Efforts are of ten seconds, and change over as long.
    EXPECT_NEAR(bed.scores("alone").back(), together ? 0 : 2, 0.2);
  }
}

TEST(Guard, ADetectorWithoutAThresholdIsOff) {
  GuardOptions o;
  o.noise_share = o.regular = 0;
  Bed bed(o);
  bed.feed(0, SensorKind::accelerometer, 20,
           [](double s) { return Row{5 * std::sin(kTurn * s), 0, kG}; });
  EXPECT_TRUE(bed.scores("noise").empty());
  EXPECT_TRUE(bed.scores("regular").empty());
  EXPECT_FALSE(bed.scores("bias").empty());
}

}  // namespace
}  // namespace gauntlet
