#include "sim/body/exercises.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "core/base/units.h"
#include "sim/body/motion.h"
#include "sim/body/script.h"
#include "sim/body/skeleton.h"

namespace gauntlet::sim {
namespace {

using std::chrono::milliseconds;

PlanItem item_of(const Exercise& e, std::int64_t repetitions) {
  return {std::string(e.name), 1, repetitions, 3, e.weight_kg};
}

// As the table has it, not as somebody has set up a machine that day.
std::shared_ptr<const Script> set_of(const Exercise& e, std::uint64_t seed) {
  PersonOptions person;
  person.dynamics.setup_deg = 0;
  PlanOptions plan;
  plan.lead_in_s = 2;
  plan.repetition_spread = 0;
  plan.exercises = {item_of(e, 10)};
  return std::make_shared<const Script>(
      make_script(plan, person, RandomStream(seed, "person/0/session")).value());
}

struct Shape {
  Vec3 mean{}, swing{};  // 5th to 95th percentile
  double norm_mean = 0, norm_sd = 0;
};

Shape shape_of(const Script& script, const Motion& motion) {
  const TrueSet& set = script.sets().front();
  std::vector<WorldTime> t;
  for (WorldTime at = set.begin; at < set.end; at += milliseconds{20}) t.push_back(at);
  std::vector<float> f(3 * t.size());
  motion.evaluate(t, f.data(), nullptr);
  Shape s;
  const double n = static_cast<double>(t.size());
  double sum = 0, sum2 = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double norm = std::hypot(f[3 * i], f[3 * i + 1], f[3 * i + 2]);
    sum += norm;
    sum2 += norm * norm;
  }
  s.norm_mean = sum / n;
  s.norm_sd = std::sqrt(sum2 / n - s.norm_mean * s.norm_mean);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<float> v;
    for (std::size_t i = 0; i < t.size(); ++i) v.push_back(f[3 * i + axis]);
    for (const float x : v) s.mean[axis] += double{x} / n;
    std::sort(v.begin(), v.end());
    s.swing[axis] = double{v[v.size() * 19 / 20]} - double{v[v.size() / 20]};
  }
  return s;
}

double seconds_a_repetition(const Script& script) {
  const auto& done = script.sets().front().repetitions;
  std::vector<double> gaps;
  for (std::size_t i = 1; i < done.size(); ++i) gaps.push_back(to_seconds(done[i] - done[i - 1]));
  std::sort(gaps.begin(), gaps.end());
  return gaps[gaps.size() / 2];
}

TEST(Exercises, CoverTheMuscleGroupsAndLabelsOfTheRecordings) {
  std::set<std::string> names;
  std::map<MuscleGroup, int> groups;
  for (const Exercise& e : exercises()) {
    EXPECT_TRUE(names.insert(std::string(e.name)).second) << e.name;
    ++groups[e.group];
  }
  EXPECT_GE(names.size(), 30u);
  for (const MuscleGroup g : {MuscleGroup::arms, MuscleGroup::back, MuscleGroup::chest,
                              MuscleGroup::core, MuscleGroup::legs, MuscleGroup::shoulders}) {
    EXPECT_GE(groups[g], 4) << to_string(g);
  }
  for (const char* label : {"alt-dumbbell-biceps-curl",
                            "angle-chest-press",
                            "barbell-biceps-curl",
                            "biceps-curl",
                            "biceps-curl-hammer",
                            "cable-cross-overs",
                            "cable-deltoid-cross-overs",
                            "deltoid-row",
                            "dumbbell-chest-fly",
                            "dumbbell-chest-press",
                            "dumbbell-chest-press-twist",
                            "dumbbell-row",
                            "lat-pulldown-angled",
                            "lat-pulldown-straight",
                            "leverage-high-row",
                            "pulldown-crunch",
                            "rope-biceps-curl",
                            "rope-triceps-extension",
                            "rowing",
                            "side-dips",
                            "squat",
                            "straight-bar-biceps-curl",
                            "straight-bar-triceps-extension",
                            "triceps-dips",
                            "twist"}) {
    EXPECT_NE(find_exercise(label), nullptr) << label;
  }
}

TEST(Exercises, EveryOneHasItsPlaceOnTheFloor) {
  const FloorPlanOptions floor = gym_floor();
  for (const Exercise& e : exercises()) EXPECT_NE(floor.station_of(e.name), nullptr) << e.name;
}

// Degrees of freedom as in Kapandji, The Physiology of the Joints, rounded outward by the 12
// degrees that personal offsets (4 sd 3 times) may add.
TEST(Exercises, StayWithinTheJointsLimits) {
  const std::map<std::size_t, std::pair<double, double>> limits = {{kTrunkPitch, {-105, 120}},
                                                                   {kShoulderFlexion, {-75, 195}},
                                                                   {kShoulderAbduction, {-45, 195}},
                                                                   {kHumeralRotation, {-112, 112}},
                                                                   {kElbow, {0, 165}},
                                                                   {kPronation, {-105, 105}},
                                                                   {kThigh, {-100, 130}}};
  for (const Exercise& e : exercises()) {
    const auto script = set_of(e, 11);
    const TrueSet& set = script->sets().front();
    std::size_t piece = script->trajectory().find(set.begin);
    JointState s;
    for (WorldTime t = set.begin; t < set.end; t += milliseconds{20}) {
      script->trajectory().evaluate(piece, t, s);
      for (const auto& [joint, limit] : limits) {
        const double degrees = s.q[joint] * 180 / std::numbers::pi;
        ASSERT_GT(degrees, limit.first - (joint == kElbow ? 3 : 0)) << e.name << " joint " << joint;
        ASSERT_LT(degrees, limit.second) << e.name << " joint " << joint;
      }
    }
  }
}

// Over a millisecond nothing jumps: a position by no more than a fast joint's 12 rad/s allows, an
// acceleration by no more than 3,000 rad/s3 does (tremor of 2 m/s2 at 10 Hz: 500).
TEST(Exercises, AreContinuousUpToTheSecondDerivative) {
  for (const Exercise& e : exercises()) {
    const auto script = set_of(e, 12);
    std::size_t piece = 0;
    JointState last, s;
    script->trajectory().evaluate(piece, script->begin(), last);
    for (WorldTime t = script->begin(); t < script->end(); t += milliseconds{1}) {
      script->trajectory().evaluate(piece, t, s);
      for (std::size_t j = 0; j < kTremor; ++j) {
        ASSERT_LT(std::abs(s.q[j] - last.q[j]), 0.012) << e.name << " joint " << j;
        ASSERT_LT(std::abs(s.qd[j] - last.qd[j]), 0.2) << e.name << " joint " << j;
        ASSERT_LT(std::abs(s.qdd[j] - last.qdd[j]), 3) << e.name << " joint " << j;
      }
      last = s;
    }
  }
}

TEST(Exercises, TheNormOfTheSpecificForceIsGravityOnAverage) {
  for (const Exercise& e : exercises()) {
    const auto script = set_of(e, 13);
    const Shape s = shape_of(*script, *make_motion(script, Worn::wrist));
    // The wrist comes back, so that its acceleration averages to (nearly) nothing and specific
    // force to gravity: the norm's mean is no less (Jensen), and at most that of gravity and the
    // rms acceleration, 6 m/s2, at right angles.
    EXPECT_GT(s.norm_mean, kStandardGravity_mps2 - 0.1) << e.name;
    EXPECT_LT(s.norm_mean, std::hypot(kStandardGravity_mps2, 6)) << e.name;
    EXPECT_GT(s.norm_sd, 0.15) << e.name;
    EXPECT_LT(s.norm_sd, 5) << e.name;
    // Not an empty row: some axis swings.
    EXPECT_GT(std::max({s.swing[0], s.swing[1], s.swing[2]}), 1) << e.name;
  }
}

TEST(Exercises, ExpectedAxesSwing) {
  struct Case {
    const char* name;
    std::size_t axis;  // that turns most through gravity
    double at_least;   // m/s2
  };
  for (const Case& c :
       {Case{"biceps-curl", 0, 14}, Case{"biceps-curl-hammer", 0, 14},
        Case{"rope-triceps-extension", 0, 11}, Case{"lateral-raise", 0, 7},
        Case{"front-raise", 0, 9}, Case{"dumbbell-row", 0, 8}, Case{"sit-up", 0, 14},
        Case{"clean-and-press", 0, 16}, Case{"dumbbell-chest-fly", 1, 7},
        Case{"dumbbell-chest-press-twist", 1, 7}, Case{"pulldown-crunch", 2, 6}}) {
    const auto script = set_of(*find_exercise(c.name), 14);
    const Shape s = shape_of(*script, *make_motion(script, Worn::wrist));
    for (std::size_t other = 0; other < 3; ++other) {
      EXPECT_GE(s.swing[c.axis], s.swing[other]) << c.name;
    }
    EXPECT_GT(s.swing[c.axis], c.at_least) << c.name;
  }
}

// Medians over the recorded sets of each label (watch accelerometer, sets with less than 5 % of
// their packets lost): period by autocorrelation, direction and spread of the norm. A person is
// within 35 % of the recorded one's period; the direction within 45 degrees; the spread within a
// factor of 2.2 (recorded sets of one label differ by as much).
TEST(Exercises, LookLikeTheRecordedSetsOfTheSameLabel) {
  struct Case {
    const char* name;
    double period_s;
    Vec3 recorded;  // as the watch reads it: minus the specific force
    double norm_sd;
  };
  int spread_off = 0, direction_off = 0, cases = 0;
  std::string spreads;
  for (const Case& c : {Case{"alt-dumbbell-biceps-curl", 4.42, {7.0, 2.6, 1.8}, 1.78},
                        Case{"barbell-biceps-curl", 2.45, {4.3, 2.6, 4.4}, 2.03},
                        Case{"straight-bar-biceps-curl", 2.21, {2.0, 1.9, 6.3}, 2.40},
                        Case{"rope-triceps-extension", 1.98, {1.9, 7.4, 0.2}, 2.51},
                        Case{"triceps-dips", 1.31, {9.6, 3.5, 0}, 0.31},
                        Case{"cable-cross-overs", 2.13, {4.1, 7.7, -2.3}, 2.35},
                        Case{"cable-deltoid-cross-overs", 2.70, {1.0, 8.5, -3.4}, 1.83},
                        Case{"deltoid-row", 1.94, {-1.1, 9.8, 0.6}, 1.45},
                        Case{"dumbbell-chest-fly", 3.33, {-7.0, 1.0, 2.9}, 1.43},
                        Case{"dumbbell-chest-press", 2.74, {-8.2, 0.0, 1.3}, 1.00},
                        Case{"dumbbell-row", 1.72, {9.6, 2.5, 2.9}, 4.10},
                        Case{"lat-pulldown-angled", 2.13, {-8.8, 3.1, 2.8}, 2.31},
                        Case{"lat-pulldown-straight", 2.38, {-8.1, 5.0, -1.5}, 1.84},
                        Case{"leverage-high-row", 2.20, {-4.3, 7.7, -3.9}, 2.17},
                        Case{"pulldown-crunch", 2.78, {-7.1, 0.5, -5.8}, 1.95},
                        Case{"side-dips", 1.92, {9.5, 1.0, -0.6}, 1.42},
                        Case{"angle-chest-press", 2.00, {0.8, -1.9, -9.1}, 0.89}}) {
    const auto script = set_of(*find_exercise(c.name), 15);
    const Shape s = shape_of(*script, *make_motion(script, Worn::wrist));
    EXPECT_NEAR(std::log(seconds_a_repetition(*script) / c.period_s), 0, 0.3) << c.name;
    double dot = 0, a = 0, b = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      dot -= s.mean[k] * c.recorded[k];
      a += s.mean[k] * s.mean[k];
      b += c.recorded[k] * c.recorded[k];
    }
    direction_off += dot < std::sqrt(a * b) * 0.7071;
    spread_off += std::abs(std::log(s.norm_sd / c.norm_sd)) > std::log(2.2);
    spreads += std::string(c.name) + " " + std::to_string(s.norm_sd / c.norm_sd) + "\n";
    ++cases;
  }
  EXPECT_EQ(direction_off, 0) << "of " << cases;
  // Side dips bend the trunk sideways, which this skeleton cannot.
  EXPECT_LE(spread_off, 1) << "of " << cases << "; simulated over recorded:\n" << spreads;
}

TEST(Exercises, ABeginnersRepetitionsDifferMoreThanAMasters) {
  const auto spread = [](double proficiency) {
    PersonOptions person;
    person.dynamics.proficiency = proficiency;
    person.dynamics.fatigue = 0;
    PlanOptions plan;
    plan.repetition_spread = 0;
    plan.exercises = {{"biceps-curl", 1, 200, 3, 10}};
    const Script s = make_script(plan, person, RandomStream(1, "s")).value();
    double sum = 0, sum2 = 0;
    const auto& done = s.sets().front().repetitions;
    for (std::size_t i = 1; i < done.size(); ++i) {
      const double x = std::log(to_seconds(done[i] - done[i - 1]));
      sum += x;
      sum2 += x * x;
    }
    const double n = static_cast<double>(done.size() - 1);
    return std::sqrt(sum2 / n - sum * sum / n / n);
  };
  // Variation scales by 1.5 - proficiency: three times as much between the extremes, plus errors,
  // less the rests' own spread.
  EXPECT_GT(spread(0), 1.4 * spread(1));
}

}  // namespace
}  // namespace gauntlet::sim
