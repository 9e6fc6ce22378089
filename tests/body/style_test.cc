// Who is drawn, and how well people can be told by how they move.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "core/base/units.h"
#include "sim/body/motion.h"
#include "sim/body/person.h"
#include "sim/body/script.h"

namespace gauntlet::sim {
namespace {

using std::chrono::milliseconds;

PersonOptions person_of(int number, std::int64_t session = 0, const PopulationOptions& o = {}) {
  return Population(o).draw(RandomStream(1, "person/" + std::to_string(number)), session);
}

TEST(Population, PeopleAreWithinHumanBoundsAndReproducible) {
  double height = 0;
  int female = 0, dominant = 0;
  constexpr int kPeople = 2000;
  for (int i = 0; i < kPeople; ++i) {
    const PersonOptions p = person_of(i);
    EXPECT_EQ(p.body.height_m, person_of(i).body.height_m);
    EXPECT_EQ(p.dynamics.tempo, person_of(i).dynamics.tempo);
    EXPECT_GT(p.body.weight_kg, 25);
    EXPECT_LT(p.body.weight_kg, 240);
    height += p.body.height_m;
    female += p.body.sex == Sex::female;
    dominant += p.placement.wrist == p.body.hand;
  }
  // Standard errors: sqrt(0.068^2 + 0.0685^2) / sqrt(2000) = 2.2 mm, sqrt(2000)/2 = 22; 4 of them.
  EXPECT_NEAR(height / kPeople, (1.647 + 1.784) / 2, 0.009);
  EXPECT_NEAR(female, kPeople / 2, 90);
  EXPECT_NEAR(dominant, 0.1 * kPeople, 4 * std::sqrt(0.09 * kPeople));
}

TEST(Population, AnotherDayKeepsBodyDevicesAndStyleAndChangesTheRest) {
  for (int i = 0; i < 50; ++i) {
    const PersonOptions a = person_of(i, 0), b = person_of(i, 1);
    EXPECT_EQ(a.body.height_m, b.body.height_m);
    EXPECT_EQ(a.body.hand, b.body.hand);
    EXPECT_EQ(a.placement.wrist, b.placement.wrist);
    EXPECT_EQ(a.hardware.noise, b.hardware.noise);
    EXPECT_EQ(a.dynamics.style, b.dynamics.style);
    EXPECT_NE(a.dynamics.day, b.dynamics.day);
    EXPECT_NE(a.dynamics.tempo, b.dynamics.tempo);
    EXPECT_NE(a.placement.strap_rotation_deg, b.placement.strap_rotation_deg);
  }
}

TEST(Population, HowDifferentPeopleAreOnADayDoesNotDependOnTheStyleStrength) {
  for (const double strength : {0.0, 1.5, 10.0}) {
    PopulationOptions o;
    o.dynamics.style_d_prime = strength;
    double sum = 0, sum2 = 0;
    constexpr int kPeople = 1000;
    for (int i = 0; i < kPeople; ++i) {
      const double x = std::log(person_of(i, 0, o).dynamics.tempo);
      sum += x;
      sum2 += x * x;
    }
    const double sd = std::sqrt(sum2 / kPeople - sum * sum / kPeople / kPeople);
    EXPECT_NEAR(sd, o.dynamics.tempo_sd, 4 * o.dynamics.tempo_sd / std::sqrt(2.0 * kPeople));
  }
}

TEST(Population, EachSpreadCanBeTakenAwayAlone) {
  PopulationOptions o;
  o.dynamics.tempo_sd = 0;
  o.body.height_sd_m = 0;
  o.placement.strap_rotation_sd_deg = 0;
  o.hardware.noise_sd = 0;
  const PersonOptions a = person_of(1, 0, o), b = person_of(2, 3, o);
  EXPECT_EQ(a.dynamics.tempo, 1);
  EXPECT_EQ(b.dynamics.tempo, 1);
  EXPECT_EQ(a.placement.strap_rotation_deg, 0);
  EXPECT_EQ(b.hardware.noise, 1);
  EXPECT_NE(a.dynamics.range, b.dynamics.range);
}

// Simple features of a session: three sets of curls, and a walk of 40 m.
constexpr std::size_t kFeatures = 5;
using Features = std::array<double, kFeatures>;

double rms_rate(const Motion& motion, WorldTime from, WorldTime to) {
  std::vector<WorldTime> t;
  for (WorldTime at = from; at < to; at += milliseconds{20}) t.push_back(at);
  std::vector<float> w(3 * t.size());
  motion.evaluate(t, nullptr, w.data());
  double sum = 0;
  for (const float x : w) sum += double{x} * double{x};
  return std::sqrt(sum / static_cast<double>(t.size()));
}

Features features_of(const PersonOptions& person, const RandomStream& stream) {
  PlanOptions plan;
  plan.lead_in_s = 2;
  plan.floor = {60, 10, 5, 5, {{"dumbbells", 45, 5, {"biceps-curl"}}}, {}};
  plan.exercises = {{"biceps-curl", 3, 8, 6, 10}};
  const auto script = std::make_shared<const Script>(make_script(plan, person, stream).value());
  const auto wrist = make_motion(script, Worn::wrist), pocket = make_motion(script, Worn::pocket);

  double log_s = 0, log_turn = 0, n = 0;
  for (const TrueSet& set : script->sets()) {
    const double repetitions = static_cast<double>(set.repetitions.size());
    const double s = to_seconds(set.end - set.begin) / repetitions;
    log_s += std::log(s);
    log_turn += std::log(s * rms_rate(*wrist, set.begin, set.end));
    ++n;
  }
  const auto& path = script->path();
  const WorldTime from = path[path.size() - 2].at + std::chrono::seconds{2},
                  to = path.back().at - std::chrono::seconds{2};
  std::vector<WorldTime> t;
  for (WorldTime at = from; at < to; at += milliseconds{10}) t.push_back(at);
  std::vector<float> f(3 * t.size());
  pocket->evaluate(t, f.data(), nullptr);
  double sum2 = 0, steps = 0;
  WorldTime first{}, last{};
  bool high = false;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double up = std::hypot(f[3 * i], f[3 * i + 1], f[3 * i + 2]) - kStandardGravity_mps2;
    sum2 += up * up;
    if (!high && up > 0.7) {
      if (steps == 0) first = t[i];
      last = t[i];
      ++steps;
    }
    high = up > (high ? -0.7 : 0.7);
  }
  const double cadence = (steps - 1) / to_seconds(last - first);
  return {log_s / n, log_turn / n, std::log(cadence),
          0.5 * std::log(sum2 / static_cast<double>(t.size())),
          std::log(rms_rate(*wrist, from, to))};
}

// sqrt(2) times the sd between people over the sd between sessions of one, squared, from the
// analysis of variance: unbiased enough to be below nothing where there is nothing.
double squared_d_prime(const std::vector<std::vector<double>>& by_person) {
  const double people = static_cast<double>(by_person.size());
  const double sessions = static_cast<double>(by_person.front().size());
  double within = 0, grand = 0, between = 0;
  std::vector<double> means;
  for (const auto& values : by_person) {
    double mean = 0;
    for (const double v : values) mean += v / sessions;
    for (const double v : values) within += (v - mean) * (v - mean) / (people * (sessions - 1));
    grand += mean / people;
    means.push_back(mean);
  }
  for (const double m : means) between += (m - grand) * (m - grand) / (people - 1);
  return 2 * (between - within / sessions) / within;
}

double measured_d_prime(double nominal) {
  PopulationOptions o;
  o.dynamics.style_d_prime = nominal;
  o.body.female_share = 1;
  o.body.height_sd_m = 0;  // the body is no style
  constexpr int kPeople = 40, kSessions = 4;
  std::array<std::vector<std::vector<double>>, kFeatures> by_feature;
  for (auto& f : by_feature) f.assign(kPeople, {});
  for (int i = 0; i < kPeople; ++i) {
    for (int s = 0; s < kSessions; ++s) {
      const RandomStream stream(3, "person/" + std::to_string(i) + "/session/" + std::to_string(s));
      const Features f = features_of(person_of(i, s, o), stream);
      for (std::size_t k = 0; k < kFeatures; ++k) {
        by_feature[k][static_cast<std::size_t>(i)].push_back(f[k]);
      }
    }
  }
  double sum = 0;
  for (const auto& f : by_feature) sum += squared_d_prime(f) / static_cast<double>(kFeatures);
  return std::sqrt(std::max(0.0, sum));
}

// With 40 people a variance between them is known to sqrt(2/39) = 23 %, its root to 11 %, the root
// mean square over five features to about 6 %: 25 % is four of them. What a session's own noise
// (a few sets, one walk) adds to the variance within pulls the measured value down, the more the
// less days differ: to about three quarters at 4.
TEST(Style, MeasuredDistanceBetweenPeopleIsNearTheNominalOneAndMonotone) {
  EXPECT_LT(measured_d_prime(0), 0.5);  // sqrt of 4 standard errors about 0
  double last = 0;
  for (const double nominal : {1.0, 2.0, 4.0}) {
    const double measured = measured_d_prime(nominal);
    std::printf("d' nominal %.1f measured %.2f\n", nominal, measured);
    EXPECT_GT(measured, 1.3 * last);
    EXPECT_GT(measured, 0.6 * nominal);
    EXPECT_LT(measured, 1.25 * nominal);
    last = measured;
  }
}

}  // namespace
}  // namespace gauntlet::sim
