// The life between sets, and how a person's form shows in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "sim/body/exercises.h"
#include "sim/body/motion.h"
#include "sim/body/script.h"

namespace gauntlet::sim {
namespace {

using std::chrono::milliseconds;

Script life(const PersonOptions& person, std::uint64_t seed) {
  PlanOptions plan;
  plan.lead_in_s = 2;
  plan.exercises = {{"squat", 1, 1, 1, 0}, {"squat", 1, 1, 1, 0}};
  for (const auto name : activity_names()) {
    plan.between_exercises.push_back({std::string(name), 1, 25});
  }
  return make_script(plan, person, RandomStream(seed, "person/0/session")).value();
}

const TrueActivity* find(const Script& s, std::string_view name) {
  const auto it = std::find_if(s.activities().begin(), s.activities().end(), [&](const auto& a) {
    return a.name == name && a.end - a.begin > std::chrono::seconds{10};
  });
  return it == s.activities().end() ? nullptr : &*it;
}

TEST(Activities, AreContinuousAndWithinTheJointsLimitsTransitionsIncluded) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const Script script = life(PersonOptions{}, seed);
    std::size_t piece = 0, part = 0;
    JointState last, s;
    script.trajectory().evaluate(piece, script.begin(), last);
    for (WorldTime t = script.begin(); t < script.end(); t += milliseconds{1}) {
      script.trajectory().evaluate(piece, t, s);
      // Taps on a phone are the fastest: four sds of 4 degrees within 0.12 s begin with a jerk of
      // 60 x 0.28 / 0.12^3 rad/s3, 10 a millisecond; a jump of theirs would be 112.
      const auto& parts = script.activities();
      while (part + 1 < parts.size() && parts[part].end <= t) ++part;
      const double most = parts[part].name == "phone_use" ? 10 : 3;
      for (std::size_t j = 0; j < kTremor; ++j) {
        ASSERT_LT(std::abs(s.q[j] - last.q[j]), 0.012) << to_seconds(t - script.begin());
        ASSERT_LT(std::abs(s.qd[j] - last.qd[j]), 0.2) << to_seconds(t - script.begin());
        ASSERT_LT(std::abs(s.qdd[j] - last.qdd[j]), most)
            << parts[part].name << " joint " << j << " at " << to_seconds(t - script.begin());
      }
      ASSERT_GT(s.q[kElbow], -0.2);
      ASSERT_LT(s.q[kElbow], 2.9);
      ASSERT_LT(std::abs(s.q[kTrunkPitch]), 2);
      last = s;
    }
  }
}

TEST(Activities, EachMovesTheWristAsMuchAsItShould) {
  const auto script = std::make_shared<const Script>(life(PersonOptions{}, 4));
  const auto wrist = make_motion(script, Worn::wrist);
  const auto rate = [&](std::string_view name) {
    const TrueActivity* a = find(*script, name);
    EXPECT_NE(a, nullptr) << name;
    if (!a) return 0.0;
    std::vector<WorldTime> t;
    for (WorldTime at = a->begin; at < a->end; at += milliseconds{20}) t.push_back(at);
    std::vector<float> w(3 * t.size());
    wrist->evaluate(t, nullptr, w.data());
    double sum = 0;
    for (const float x : w) sum += double{x} * double{x};
    return std::sqrt(sum / static_cast<double>(t.size()));  // rad/s rms
  };
  // sp-sw-har: 1.9 rad/s walking, 0.44 sitting about.
  EXPECT_GT(rate("walking"), 1);
  EXPECT_LT(rate("walking"), 3);
  EXPECT_GT(rate("stairs"), 0.5);
  EXPECT_LT(rate("resting"), 0.5);
  EXPECT_LT(rate("phone_use"), 0.8);
  EXPECT_GT(rate("towel"), rate("stretching"));
  EXPECT_GT(rate("adjusting_machine"), rate("resting"));
  EXPECT_GT(rate("drinking"), rate("resting"));
  EXPECT_GT(rate("dragging_bench"), 0.3);
}

// Speed at the same Froude number v^2 / (g l), so as the root of the height.
TEST(Activities, TheTallWalkFasterWithFewerSteps) {
  const auto walk = [](double height_m) {
    PersonOptions person;
    person.body.height_m = height_m;
    PlanOptions plan;
    plan.lead_in_s = 2;
    plan.exercises = {{"squat", 1, 1, 1, 0}};
    plan.floor = {60, 10, 5, 5, {{"rack", 55, 5, {"squat"}}}, {}};
    const auto script =
        std::make_shared<const Script>(make_script(plan, person, RandomStream(9, "s")).value());
    const auto& path = script->path();
    const double speed = 50 / to_seconds(path.back().at - path[path.size() - 2].at);
    int strides = 0;
    std::size_t piece = 0;
    JointState s;
    bool forward = false;
    for (WorldTime t = path[path.size() - 2].at; t < path.back().at; t += milliseconds{10}) {
      script->trajectory().evaluate(piece, t, s);
      if (!forward && s.q[kThigh] > 0.1) ++strides;
      forward = s.q[kThigh] > (forward ? -0.1 : 0.1);
    }
    return std::pair{speed, strides * speed / 50};
  };
  const auto [slow, quick_hz] = walk(1.55);
  const auto [fast, calm_hz] = walk(1.95);
  EXPECT_NEAR(fast / slow, std::sqrt(1.95 / 1.55), 1e-6);
  // Two strides at either end of about 40 are lost to setting off and stopping.
  EXPECT_NEAR(calm_hz / quick_hz, std::sqrt(1.55 / 1.95), 0.06);
  EXPECT_NEAR(quick_hz, 0.9 * std::sqrt(1.75 / 1.55), 0.1);
}

struct SetOfCurls {
  double seconds = 0, elbow_turn_rad = 0, trunk_turn_rad = 0, shortest_turn_rad = 0;
  int turns = 0;  // of the elbow's direction
};

SetOfCurls curls(const DynamicsOptions& dynamics) {
  PersonOptions person;
  person.dynamics = dynamics;
  PlanOptions plan;
  plan.repetition_spread = 0;
  plan.exercises = {{"biceps-curl", 1, 20, 3, 10}};
  const Script script = make_script(plan, person, RandomStream(2, "s")).value();
  const TrueSet& set = script.sets().front();
  SetOfCurls r;
  r.seconds = to_seconds(set.end - set.begin);
  r.shortest_turn_rad = 10;
  std::size_t piece = script.trajectory().find(set.begin);
  JointState s;
  double trunk_low = 10, trunk_high = -10;
  WorldTime t = set.begin;
  double last_rate = 0;
  for (const WorldTime end : set.repetitions) {
    double low = 10, high = -10;
    for (; t < end; t += milliseconds{10}) {
      script.trajectory().evaluate(piece, t, s);
      low = std::min(low, s.q[kElbow]);
      high = std::max(high, s.q[kElbow]);
      trunk_low = std::min(trunk_low, s.q[kTrunkPitch]);
      trunk_high = std::max(trunk_high, s.q[kTrunkPitch]);
      if (std::abs(s.qd[kElbow]) < 0.2) continue;  // tremor
      r.turns += last_rate * s.qd[kElbow] < 0;
      last_rate = s.qd[kElbow];
    }
    r.elbow_turn_rad += (high - low) / 20;
    r.shortest_turn_rad = std::min(r.shortest_turn_rad, high - low);
  }
  r.trunk_turn_rad = trunk_high - trunk_low;
  return r;
}

DynamicsOptions faultless() {
  DynamicsOptions d;
  d.proficiency = 0.5;  // errors then come at the rates below, times 0.5 to 1.5 over the set
  d.partial = d.pause = d.bounce = d.swing_deg = d.drift_deg = d.fatigue = 0;
  d.tremor_mps2 = 0;
  d.tempo_variation = d.range_variation = d.set_tempo_sd = d.set_range_sd = 0;
  return d;
}

TEST(Form, EachErrorShowsAsItself) {
  const SetOfCurls clean = curls(faultless());
  EXPECT_EQ(clean.turns, 39);  // up and down twenty times
  EXPECT_LT(clean.trunk_turn_rad, 0.08);

  DynamicsOptions d = faultless();
  d.partial = 1;
  EXPECT_LT(curls(d).shortest_turn_rad, 0.8 * clean.shortest_turn_rad);

  d = faultless();
  d.pause = 1;
  EXPECT_GT(curls(d).seconds, clean.seconds + 20 * 0.5 * 0.2);
  EXPECT_EQ(curls(d).turns, clean.turns);

  d = faultless();
  d.bounce = 1;
  EXPECT_GE(curls(d).turns, clean.turns + 20);  // two each, at least every other time

  d = faultless();
  d.swing_deg = 15;
  EXPECT_GT(curls(d).trunk_turn_rad, clean.trunk_turn_rad + 0.1);

  d = faultless();
  d.fatigue = 0.5;
  EXPECT_GT(curls(d).seconds, 1.1 * clean.seconds);
  EXPECT_LT(curls(d).elbow_turn_rad, clean.elbow_turn_rad);

  d = faultless();
  d.tempo = 2;
  EXPECT_NEAR(curls(d).seconds, 0.5 * clean.seconds, 0.06 * clean.seconds);

  d = faultless();
  d.range = 0.8;
  EXPECT_NEAR(curls(d).elbow_turn_rad / clean.elbow_turn_rad, 0.8, 0.03);
}

TEST(Form, TheStrapSlipsBetweenSetsAndCreepsWithinThem) {
  const auto pronation_sd = [](double slip_deg, double creep_deg) {
    PersonOptions person;
    person.dynamics = faultless();
    person.dynamics.sway_deg = 0;
    person.placement.slip_deg = slip_deg;
    person.placement.creep_deg = creep_deg;
    PlanOptions plan;
    plan.repetition_spread = 0;
    plan.exercises = {{"biceps-curl-hammer", 60, 10, 3, 10}};
    const Script s = make_script(plan, person, RandomStream(3, "s")).value();
    double begin2 = 0, within2 = 0, mean = 0;
    std::vector<double> begins;
    JointState a, b;
    for (const TrueSet& set : s.sets()) {
      std::size_t piece = s.trajectory().find(set.begin);
      s.trajectory().evaluate(piece, set.begin, a);
      s.trajectory().evaluate(piece, set.end, b);
      begins.push_back(a.q[kPronation]);
      mean += a.q[kPronation] / 60;
      within2 += std::pow(b.q[kPronation] - a.q[kPronation], 2) / 60;
    }
    for (const double x : begins) begin2 += (x - mean) * (x - mean) / 60;
    return std::pair{std::sqrt(begin2) * 180 / std::numbers::pi,
                     std::sqrt(within2) * 180 / std::numbers::pi};
  };
  // Poses are hit to one degree; without slip that is all.
  const auto still = pronation_sd(0, 0);
  EXPECT_LT(still.first, 1.6);
  EXPECT_LT(still.second, 2.2);
  // Autoregressive with 0.8: sd over sqrt(1 - 0.64).
  EXPECT_NEAR(pronation_sd(6, 0).first, 6 / 0.6, 4);
  EXPECT_NEAR(pronation_sd(0, 8).second, 8, 3);
}

}  // namespace
}  // namespace gauntlet::sim
