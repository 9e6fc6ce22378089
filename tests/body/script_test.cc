#include "sim/body/script.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <set>

#include "sim/body/exercises.h"
#include "sim/body/motion.h"

namespace gauntlet::sim {
namespace {

using std::chrono::seconds;

Script gym_hour(std::uint64_t seed, double length_s = 0) {
  PlanOptions plan = gym_hour_plan();
  plan.length_s = length_s;
  return make_script(plan, PersonOptions{}, RandomStream(seed, "person/0/session")).value();
}

TEST(Script, SetsAndActivitiesTileTheSession) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Script s = gym_hour(seed, seed % 2 ? 3600 : 0);
    std::vector<std::pair<WorldTime, WorldTime>> spans;
    for (const auto& x : s.sets()) spans.push_back({x.begin, x.end});
    for (const auto& x : s.activities()) spans.push_back({x.begin, x.end});
    std::sort(spans.begin(), spans.end());
    ASSERT_FALSE(spans.empty());
    EXPECT_EQ(spans.front().first, s.begin());
    EXPECT_EQ(spans.back().second, s.end());
    for (std::size_t i = 1; i < spans.size(); ++i) EXPECT_EQ(spans[i].first, spans[i - 1].second);
    if (seed % 2) {
      EXPECT_EQ(s.end() - s.begin(), seconds{3600});
    }
  }
}

TEST(Script, ASessionOfGivenLengthEndsOnTheNanosecond) {
  for (const double length_s : {15.0, 31.5, 100.0, 400.0, 1234.567}) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Script s = gym_hour(seed, length_s);
      EXPECT_EQ(s.end() - s.begin(), from_seconds(length_s)) << seed;
    }
  }
}

TEST(Script, TheGymHourHasSixExercisesInEighteenSetsAndIsAboutAnHourAtMost) {
  const Script s = gym_hour(7);
  std::set<std::string> names;
  for (const auto& set : s.sets()) {
    names.insert(set.exercise);
    EXPECT_GE(set.repetitions.size(), 9u);
    EXPECT_LE(set.repetitions.size(), 13u);
    EXPECT_EQ(set.repetitions.back(), set.end);
    EXPECT_TRUE(std::is_sorted(set.repetitions.begin(), set.repetitions.end()));
    for (std::size_t i = 1; i < set.repetitions.size(); ++i) {
      EXPECT_GT(set.repetitions[i] - set.repetitions[i - 1], from_seconds(1));
      EXPECT_LT(set.repetitions[i] - set.repetitions[i - 1], from_seconds(8));
    }
  }
  EXPECT_EQ(names.size(), 6u);
  EXPECT_EQ(s.sets().size(), 18u);
  EXPECT_GT(s.end() - s.begin(), std::chrono::minutes{30});
  EXPECT_LT(s.end() - s.begin(), std::chrono::minutes{65});
}

TEST(Script, SameStreamSameSessionOtherStreamAnotherOne) {
  EXPECT_EQ(gym_hour(3).end(), gym_hour(3).end());
  EXPECT_NE(gym_hour(3).end(), gym_hour(4).end());
}

TEST(Script, EveryExerciseAndActivityOfTheTablesCanBePlanned) {
  PlanOptions plan;
  for (const auto& name : exercise_names()) plan.exercises.push_back({name, 1, 2, 1, 4});
  plan.floor.stations.clear();
  for (const auto name : activity_names())
    plan.between_exercises.push_back({std::string(name), 1, 5});
  const auto s = make_script(plan, PersonOptions{}, RandomStream(1, "s"));
  ASSERT_TRUE(s.ok());
  EXPECT_EQ(s->sets().size(), exercise_names().size());
  EXPECT_GE(exercise_names().size(), 8u);
  std::set<std::string> seen;
  for (const auto& a : s->activities()) seen.insert(a.name);
  EXPECT_EQ(seen.size(), activity_names().size());
}

TEST(Script, APersonHourTakesLittleMoreThanAMegabyte) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Script s = gym_hour(seed, 3600);
    EXPECT_LT(s.bytes(), 1'250'000u);
    if (seed == 0) std::printf("%zu bytes a person-hour\n", s.bytes());
  }
}

TEST(Script, AnUnknownNameIsRefusedWithTheNearestOne) {
  PlanOptions plan;
  plan.exercises = {{"bicep-curl"}};
  auto s = make_script(plan, PersonOptions{}, RandomStream(1, "s"));
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.error().code, "unknown_exercise");
  EXPECT_NE(s.error().message.find("did you mean \"biceps-curl\""), std::string::npos);
  plan.exercises = {{"squat"}};
  plan.between_sets = {{"drinkin", 1, 5}};
  s = make_script(plan, PersonOptions{}, RandomStream(1, "s"));
  ASSERT_FALSE(s.ok());
  EXPECT_NE(s.error().message.find("did you mean \"drinking\""), std::string::npos);
}

TEST(Script, APlanThatCannotBeIsRefused) {
  EXPECT_FALSE(make_script(resting_plan(5), PersonOptions{}, RandomStream(1, "s")).ok());
  PlanOptions empty;
  empty.lead_in_s = 0;
  EXPECT_FALSE(make_script(empty, PersonOptions{}, RandomStream(1, "s")).ok());
  PlanOptions none = gym_hour_plan();
  none.exercises[0].repetitions = 0;
  EXPECT_FALSE(make_script(none, PersonOptions{}, RandomStream(1, "s")).ok());
}

}  // namespace
}  // namespace gauntlet::sim
