// A study of 60 s: a wrist at rest, sampled at 50 Hz, a tone of 3000.5 Hz and 5 m/s2 at the proof
// mass, no low-pass, a naive counter; the attacker intends 30 repetitions. The study's counter is
// not on record; the one here has two parameters, set by two of the study's noise figures (see
// NaiveCounter). Every other row is then a prediction.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "adversarial/acoustic.h"
#include "sim/body/motion.h"
#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::adversarial {
namespace {

// Low-pass (second-order Butterworth, bilinear) and a comparator with hysteresis. By Rice's formula
// the study's 69 and 26 counts of noise of relative sd 1 and 0.5 mean a comparator at 0.8 of the
// filtered noise's sd and crossings at 1.6 Hz: a corner near 3 Hz, a threshold near 1 m/s2.
class NaiveCounter {
 public:
  void feed(double x) {
    const double y = b_ * (x + 2 * x1_ + x2_) - a1_ * y1_ - a2_ * y2_;
    x2_ = x1_;
    x1_ = x;
    y2_ = y1_;
    y1_ = y;
    if (!high_ && y > kThreshold) ++count_;
    high_ = y > (high_ ? -kThreshold : kThreshold);
  }
  int count() const { return count_; }

 private:
  static constexpr double kThreshold = 1.0, kCorner_hz = 3.0, kRate_hz = 50;
  const double k_ = std::tan(std::numbers::pi * kCorner_hz / kRate_hz);
  const double norm_ = 1 / (1 + std::numbers::sqrt2 * k_ + k_ * k_);
  const double b_ = k_ * k_ * norm_;
  const double a1_ = 2 * (k_ * k_ - 1) * norm_;
  const double a2_ = (1 - std::numbers::sqrt2 * k_ + k_ * k_) * norm_;
  double x1_ = 0, x2_ = 0, y1_ = 0, y2_ = 0;
  bool high_ =
      true;  // a repetition has two halves: what begins in the middle of one does not count
  int count_ = 0;
};

struct Setting {
  double drift_ppm = 0;
  bool tracks = false;
  double jitter_us = 0;
  sim::Sampling sampling = sim::Sampling::plain;
  std::int64_t readings = 1;
};

// The axis under attack, without gravity.
std::vector<double> readings(const Setting& s, std::uint64_t seed) {
  sim::SensorOptions o = sim::sensor_preset("ideal");
  o.oscillator.error_ppm = s.drift_ppm;
  o.oscillator.error_limit_ppm = 5000;
  o.sampling_jitter_us = s.jitter_us;
  o.sampling = s.sampling;
  o.sampling_count = s.readings;
  o.resonance_hz = 3000.5;
  const auto still = sim::make_still_motion();
  const WorldTime end{std::chrono::seconds{60}};
  sim::SampledSensor sensor(o, {}, {0, o.kind}, sim::RandomStream(seed, "wearable/watch"), true,
                            *still, WorldTime{}, end);
  AttackOptions a;
  a.acoustic.clock_error_ppm = s.drift_ppm;
  if (s.tracks) a.knowledge = Knowledge::drift_tracking;
  const AcousticAttack attack(a);
  sensor.add_source(&attack);
  std::vector<WorldTime> t;
  sensor.take(10000, WorldTime::max(), t);
  std::vector<float> xyz(3 * t.size());
  TrueStream truth = sensor.make_truth();
  sensor.sample(t, xyz.data(), truth);
  std::vector<double> z(t.size());
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = double{xyz[3 * i + 2]} - kStandardGravity_mps2;
  return z;
}

int counted(const Setting& s, std::uint64_t seed) {
  NaiveCounter counter;
  for (const double z : readings(s, seed)) counter.feed(z);
  return counter.count();
}

double mean_count(const Setting& s) {
  constexpr int kRuns = 40;
  double sum = 0;
  for (int seed = 0; seed < kRuns; ++seed) sum += counted(s, static_cast<std::uint64_t>(seed));
  return sum / kRuns;
}

// The tone that output control picks is the study's.
TEST(AcousticStudy, TheToneIsTheStudys) {
  EXPECT_NEAR(acoustic_frequency_hz({}, 50), 3000.5, 1e-9);
}

// 60 (0.5 - 3000 d) cycles come out; a cycle cut by an end of the minute counts or does not, by its
// phase: within one of the study's 30 / 26 / 12 / 0, and 29 when the attacker tracks.
TEST(AcousticStudy, ClockErrorDecidesWhetherTheAttackWorks) {
  for (const auto& [drift, expected] : {std::pair{0.0, 30}, {20.0, 26}, {100.0, 12}, {2778.0, 0}}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      EXPECT_NEAR(counted({drift}, seed), expected, expected == 0 ? 0 : 1) << drift << " ppm";
    }
  }
  for (std::uint64_t seed = 0; seed < 10; ++seed) EXPECT_NEAR(counted({2778, true}, seed), 29, 1);
}

struct Row {
  const char* what;
  Setting setting;
  double study, tolerance;
};

// The study's figures but 0.9 are single runs, whose counts of noise scatter by about half the
// square root of 60, say 5; ours are means of 40. Ours is lower where few crossings are left (22
// for 26, 0.2 for 0.9): the tail of the threshold depends on the filter's shape.
TEST(AcousticStudy, JitterBreaksCoherenceButNoiseCountsToo) {
  for (const Row& r :
       {Row{"jitter 30 us", {0, false, 30}, 30, 1}, Row{"jitter 103 us", {0, false, 103}, 61, 8},
        Row{"jitter 457 us", {0, false, 457}, 69, 8}}) {
    const double n = mean_count(r.setting);
    std::printf("%-28s %6.1f (study %g)\n", r.what, n, r.study);
    EXPECT_NEAR(n, r.study, r.tolerance) << r.what;
  }
}

TEST(AcousticStudy, RandomSamplingBackfiresUnlessAveraged) {
  using sim::Sampling;
  for (const Row& r :
       {Row{"random sampling", {0, false, 0, Sampling::random_average, 1}, 69, 8},
        Row{"random sampling, mean of 4", {0, false, 0, Sampling::random_average, 4}, 26, 8},
        Row{"random sampling, mean of 16", {0, false, 0, Sampling::random_average, 16}, 0.9, 0.9},
        Row{"random sampling, mean of 64", {0, false, 0, Sampling::random_average, 64}, 0, 0},
        Row{"out-of-phase pair", {0, false, 0, Sampling::out_of_phase}, 0, 0}}) {
    const double n = mean_count(r.setting);
    std::printf("%-28s %6.1f (study %g)\n", r.what, n, r.study);
    EXPECT_NEAR(n, r.study, r.tolerance) << r.what;
  }
}

// "Nobody accelerates 5 m/s2 within 20 ms": the coherent alias moves 2 * 5 sin(pi 0.5 / 50) = 0.31
// between samples (the study's 0.62 is over two of them), unaveraged random sampling gives itself
// away every time.
TEST(AcousticStudy, ThePlausibilityRuleMissesTheCoherentAliasAndCatchesRandomSampling) {
  const auto largest_step = [](const std::vector<double>& z, std::size_t apart) {
    double largest = 0;
    for (std::size_t i = apart; i < z.size(); ++i) {
      largest = std::max(largest, std::abs(z[i] - z[i - apart]));
    }
    return largest;
  };
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto coherent = readings({}, seed);
    EXPECT_NEAR(largest_step(coherent, 1), 0.314, 2e-3);
    EXPECT_NEAR(largest_step(coherent, 2), 0.628, 4e-3);
    Setting random;
    random.sampling = sim::Sampling::random_average;
    EXPECT_GT(largest_step(readings(random, seed), 1), 5);
  }
}

}  // namespace
}  // namespace gauntlet::adversarial
