// What tremor and steps add to the motion of the joints. Told apart as the difference between a
// person and the same one whom nothing shakes.
#include "sim/body/shaking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "sim/body/get_up_and_go.h"
#include "sim/body/motion.h"

namespace gauntlet::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Rows {
  std::vector<float> force, rate;
};

PersonOptions person_of(double tremor_mps2) {
  PersonOptions person;
  person.dynamics.tremor_mps2 = tremor_mps2;
  return person;
}

std::unique_ptr<Motion> course(double tremor_mps2, Worn worn, std::int64_t seed = 3) {
  GetUpAndGoOptions options;
  options.rounds = 3;
  return make_motion(std::make_shared<const Script>(make_get_up_and_go(
                         options, person_of(tremor_mps2), RandomStream(seed, "session"))),
                     worn);
}

std::unique_ptr<Motion> resting(double tremor_mps2, double seconds) {
  auto script =
      make_script(resting_plan(seconds), person_of(tremor_mps2), RandomStream(4, "session"));
  EXPECT_TRUE(script.ok());
  return make_motion(std::make_shared<const Script>(std::move(*script)), Worn::wrist);
}

std::vector<WorldTime> every(Duration step, Duration length) {
  std::vector<WorldTime> t;
  for (WorldTime at{}; at < WorldTime{} + length; at += step) t.push_back(at);
  return t;
}

Rows rows_of(const Motion& motion, std::span<const WorldTime> t) {
  Rows out{std::vector<float>(3 * t.size()), std::vector<float>(3 * t.size())};
  motion.evaluate(t, out.force.data(), out.rate.data());
  return out;
}

std::vector<double> minus(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<double> out;
  for (std::size_t i = 0; i < a.size(); ++i) {
    out.push_back(static_cast<double>(a[i]) - static_cast<double>(b[i]));
  }
  return out;
}

TEST(Shaking, HowInstantsAreCutIntoBlocksChangesNoBit) {
  for (const Worn worn : {Worn::wrist, Worn::pocket}) {
    const auto motion = course(0.24, worn);
    const auto t = every(microseconds{9'731}, std::chrono::seconds{20});
    const Rows whole = rows_of(*motion, t);
    for (const std::size_t block : {1U, 7U, 100U}) {
      Rows parts{std::vector<float>(3 * t.size()), std::vector<float>(3 * t.size())};
      for (std::size_t at = 0; at < t.size(); at += block) {
        const auto some = std::span(t).subspan(at, std::min<std::size_t>(block, t.size() - at));
        motion->evaluate(some, parts.force.data() + 3 * at, parts.rate.data() + 3 * at);
      }
      EXPECT_EQ(parts.force, whole.force) << block;
      EXPECT_EQ(parts.rate, whole.rate) << block;
    }
  }
}

// As `gauntlet calibrate` measures it on recordings: rms and mean frequency from 4 to 15 Hz of
// seconds, three axes together. A second holds some 16 independent values an axis, heavy-tailed
// (kurtosis below 8): over 1200 seconds the power's relative sd is below sqrt(7 / 57,600) = 1.1 %,
// the rms' half of it; five of them, and 3 % for the leakage of a second's cut.
TEST(Shaking, TheRelaxedWristShakesAsMuchAndAsFastAsItsTremorSays) {
  constexpr double kRms = 0.3;
  constexpr std::size_t kRows = 50;
  const auto t = every(milliseconds{20}, std::chrono::seconds{1200});
  const auto shaken =
      minus(rows_of(*resting(kRms, 1200), t).force, rows_of(*resting(0, 1200), t).force);
  double power = 0, moment = 0, mean = 0;
  for (std::size_t f = 4; f <= 15; ++f) {
    double cosine[kRows], sine[kRows];
    for (std::size_t i = 0; i < kRows; ++i) {
      const double turn = 2 * std::numbers::pi * static_cast<double>(f * i % kRows) / kRows;
      cosine[i] = std::cos(turn);
      sine[i] = std::sin(turn);
    }
    double of_f = 0;
    for (std::size_t at = 0; at + kRows <= t.size(); at += kRows) {
      for (std::size_t k = 0; k < 3; ++k) {
        double re = 0, im = 0;
        for (std::size_t i = 0; i < kRows; ++i) {
          re += shaken[3 * (at + i) + k] * cosine[i];
          im += shaken[3 * (at + i) + k] * sine[i];
        }
        of_f += 2 * (re * re + im * im) / (kRows * kRows) / 1200;
      }
    }
    power += of_f;
    moment += static_cast<double>(f) * of_f;
  }
  for (const double v : shaken) mean += v / static_cast<double>(t.size());
  EXPECT_NEAR(std::sqrt(power), kRms, 0.06 * kRms);
  EXPECT_NEAR(moment / power, DynamicsOptions{}.tremor_hz, 0.3);
  EXPECT_NEAR(mean, 0, 1e-3) << "differenced: nothing drifts";
}

// The gyroscope is told the velocity of the same shaking over the forearm: its slope is the force.
TEST(Shaking, GyroscopeAndAccelerometerFeelTheSameShaking) {
  const auto t = every(milliseconds{1}, std::chrono::seconds{30});
  const Rows with = rows_of(*resting(0.3, 40), t), without = rows_of(*resting(0, 40), t);
  const auto force = minus(with.force, without.force), rate = minus(with.rate, without.rate);
  const double lever_m = Limbs(BodyOptions{}.height_m).forearm_m;
  double off = 0, all = 0;
  for (std::size_t i = 1; i + 1 < t.size(); ++i) {
    const double slope = lever_m * (rate[3 * (i + 1) + 2] - rate[3 * (i - 1) + 2]) / 2e-3;
    off += (slope - force[3 * i + 1]) * (slope - force[3 * i + 1]);
    all += force[3 * i + 1] * force[3 * i + 1];
  }
  // Left: rounding of single precision (1e-7 / 2 ms) and corners at the lattice's points.
  EXPECT_LT(off, 1e-2 * all);
}

TEST(Shaking, StepsShakeThePocketMoreThanTheWristAndALoadedArmMoreThanARelaxedOne) {
  const auto t = every(milliseconds{10}, std::chrono::seconds{25});
  const auto power = [&](Worn worn, WorldTime begin, WorldTime end) {
    const auto shaken =
        minus(rows_of(*course(0.24, worn), t).force, rows_of(*course(0, worn), t).force);
    double sum = 0;
    std::size_t n = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
      if (t[i] < begin || t[i] >= end) continue;
      for (std::size_t k = 0; k < 3; ++k) sum += shaken[3 * i + k] * shaken[3 * i + k];
      ++n;
    }
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(n, 1)));
  };
  GetUpAndGoOptions options;
  options.rounds = 3;
  const Script script = make_get_up_and_go(options, person_of(0.24), RandomStream(3, "session"));
  const auto& parts = script.activities();
  const auto find = [&](const char* name) {
    return *std::find_if(parts.begin(), parts.end(),
                         [&](const TrueActivity& a) { return a.name == name; });
  };
  const TrueActivity walking = find("walking"), sitting = find("sitting"),
                     rising = find("standing_up");
  EXPECT_GT(power(Worn::pocket, walking.begin, walking.end),
            1.5 * power(Worn::wrist, walking.begin, walking.end));
  EXPECT_GT(power(Worn::wrist, rising.begin, rising.end),
            1.5 * power(Worn::wrist, sitting.begin, sitting.end));
}

}  // namespace
}  // namespace gauntlet::sim
