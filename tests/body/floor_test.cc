#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "sim/body/effort.h"
#include "sim/body/exercises.h"
#include "sim/body/floor_plan.h"
#include "sim/body/script.h"

namespace gauntlet::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Script two_stations(std::uint64_t seed) {
  PlanOptions plan;
  plan.exercises = {{"biceps-curl", 1, 5, 20, 10}, {"squat", 1, 5, 20, 60}};
  return make_script(plan, PersonOptions{}, RandomStream(seed, "person/0/session")).value();
}

TEST(Floor, EverySetIsDoneAtItsStation) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    PlanOptions plan = gym_hour_plan();
    const Script s = make_script(plan, PersonOptions{}, RandomStream(seed, "s")).value();
    for (const TrueSet& set : s.sets()) {
      const Station* station = plan.floor.station_of(set.exercise);
      ASSERT_NE(station, nullptr) << set.exercise;
      for (const WorldTime t : {set.begin, set.end}) {
        const TruePosition p = s.position(t);
        // A step: whoever is nearer than that does not walk.
        EXPECT_LT(std::hypot(p.x_m - station->x_m, p.y_m - station->y_m), 2.1) << set.exercise;
      }
    }
  }
}

TEST(Floor, NobodyRunsJumpsOrLeavesTheHall) {
  PlanOptions plan = gym_hour_plan();
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Script s = make_script(plan, PersonOptions{}, RandomStream(seed, "s")).value();
    double walked_m = 0;
    TruePosition last = s.position(s.begin());
    for (WorldTime t = s.begin(); t <= s.end(); t += milliseconds{100}) {
      const TruePosition p = s.position(t);
      const double step = std::hypot(p.x_m - last.x_m, p.y_m - last.y_m);
      EXPECT_LT(step, 0.1 * 1.5);
      EXPECT_GE(p.x_m, 0);
      EXPECT_LE(p.x_m, plan.floor.width_m);
      EXPECT_GE(p.y_m, 0);
      EXPECT_LE(p.y_m, plan.floor.depth_m);
      walked_m += step;
      last = p;
    }
    EXPECT_GT(walked_m, 100);
  }
}

TEST(Floor, WalkingBetweenStationsTakesTheTimeOfTheDistance) {
  const Script s = two_stations(3);
  const FloorPlanOptions floor = gym_floor();
  const Station *a = floor.station_of("biceps-curl"), *b = floor.station_of("squat");
  const double metres = std::hypot(a->x_m - b->x_m, a->y_m - b->y_m);
  const auto& path = s.path();
  ASSERT_GE(path.size(), 2u);
  const TruePosition &from = path[path.size() - 2], &to = path.back();
  EXPECT_EQ(from.x_m, a->x_m);
  EXPECT_EQ(to.x_m, b->x_m);
  EXPECT_NEAR(to_seconds(to.at - from.at), metres / 1.15, 1e-6);  // the default person's pace
  const auto walk = std::find_if(s.activities().begin(), s.activities().end(), [&](const auto& x) {
    return x.name == "walking" && x.begin <= from.at && to.at <= x.end;
  });
  EXPECT_NE(walk, s.activities().end());
}

TEST(Floor, APlanThatCannotBeIsRefused) {
  const auto code = [](const FloorPlanOptions& f) {
    const auto ok = f.validate();
    return ok ? std::string() : ok.error().code;
  };
  EXPECT_EQ(code(gym_floor()), "");
  FloorPlanOptions f = gym_floor();
  f.stations[0].x_m = 25;
  EXPECT_EQ(code(f), "bad_floor_plan");
  f = gym_floor();
  f.beacons[1].id = f.beacons[0].id;
  EXPECT_EQ(code(f), "bad_floor_plan");
  f = gym_floor();
  f.stations[1].exercises.push_back("sqat");
  EXPECT_EQ(code(f), "unknown_exercise");
  PlanOptions plan = gym_hour_plan();
  plan.floor = f;
  EXPECT_FALSE(make_script(plan, PersonOptions{}, RandomStream(1, "s")).ok());
}

TEST(Effort, IsHighInSetsLowAtRestAndAlwaysAShare) {
  const Script s = two_stations(5);
  for (WorldTime t = s.begin() - seconds{1}; t < s.end() + seconds{1}; t += milliseconds{50}) {
    ASSERT_GE(s.effort(t), 0);
    ASSERT_LE(s.effort(t), 1);
  }
  const auto middle = [](const auto& x) { return x.begin + (x.end - x.begin) / 2; };
  const double curl = s.effort(middle(s.sets()[0])), squat = s.effort(middle(s.sets()[1]));
  EXPECT_GT(squat, curl);
  EXPECT_GT(s.effort(s.sets()[1].end - milliseconds{1}), s.effort(s.sets()[1].begin));
  for (const TrueActivity& a : s.activities()) {
    if (a.name == "resting") {
      EXPECT_LT(s.effort(middle(a)), 0.06);
    }
    if (a.name == "walking") {
      EXPECT_LT(s.effort(middle(a)), curl);
      EXPECT_GT(s.effort(middle(a)), 0.1);
    }
  }
}

TEST(Effort, WalkingCostsWhatTheEquationSays) {
  // 0.1 ml/kg/min for each m/min: at 1.25 m/s 7.5 above rest's 3.5.
  EXPECT_NEAR(activity_met("walking", 1.25), (7.5 + 3.5) / 3.5, 1e-12);
  BodyOptions body;
  EXPECT_EQ(effort_of_met(1, body), 0);
  EXPECT_EQ(effort_of_met(most_met(body), body), 1);
}

}  // namespace
}  // namespace gauntlet::sim
