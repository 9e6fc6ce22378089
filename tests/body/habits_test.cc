#include "sim/body/habits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "sim/body/exercises.h"
#include "sim/body/script.h"

namespace gauntlet::sim {
namespace {

HabitOptions five() {
  HabitOptions o;
  o.exercises = 5;
  return o;
}

PersonOptions person_of(int number, std::int64_t session = 0) {
  return Population{}.draw(RandomStream(1, "person/" + std::to_string(number)), session);
}

std::vector<std::string> names_of(const HabitOptions& o, const PersonOptions& p, int session) {
  std::vector<std::string> names;
  for (const PlanItem& item :
       habitual_exercises(o, p, RandomStream(2, "session/" + std::to_string(session)))) {
    names.push_back(item.exercise);
  }
  return names;
}

TEST(Habits, ASessionHasAsManyDifferentExercisesAsAsked) {
  for (int session = 0; session < 50; ++session) {
    const auto names = names_of(five(), person_of(session), session);
    EXPECT_EQ(names.size(), 5u);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 5u);
  }
}

TEST(Habits, ProbabilitiesSumToOneAndDependOnNoMoreThanTheOrder) {
  HabitOptions o = five();
  std::vector<std::size_t> all(exercises().size());
  std::iota(all.begin(), all.end(), 0u);
  const auto after = [&](std::vector<std::size_t> done) { return next_exercise(o, 77, all, done); };
  const auto sum = [](const std::vector<double>& p) {
    return std::accumulate(p.begin(), p.end(), 0.0);
  };
  EXPECT_NEAR(sum(after({})), 1, 1e-12);
  EXPECT_NEAR(sum(after({1, 2, 3})), 1, 1e-12);
  // 0 and 4 are done or not in each case: compare what is left, as odds.
  const auto odds = [&](std::vector<std::size_t> done) {
    const auto p = after(std::move(done));
    return p[10] / p[20];
  };
  o.order = 2;
  EXPECT_NEAR(odds({0, 2, 3}), odds({4, 2, 3}), 1e-9);
  EXPECT_GT(std::abs(std::log(odds({0, 2, 3}) / odds({0, 5, 3}))), 1e-6);
  o.order = 1;
  EXPECT_NEAR(odds({0, 2, 3}), odds({0, 5, 3}), 1e-9);
  o.strength = 0;
  o.same_group = 0;
  for (const double p : after({})) EXPECT_NEAR(p, 1.0 / static_cast<double>(all.size()), 1e-12);
}

// What the chain says is what comes out: first exercises of 4,000 sessions of one person against
// their probabilities. Pearson's chi-squared over n - 1 degrees of freedom has mean n - 1 and sd
// sqrt(2 (n - 1)).
TEST(Habits, SessionsFollowTheChain) {
  HabitOptions o = five();
  o.exercises = 2;
  o.strength = 1;
  o.candidates = {"biceps-curl", "squat", "push-up", "shrug", "twist"};
  std::vector<std::size_t> listed;
  for (std::size_t i = 0; i < exercises().size(); ++i) {
    for (const auto& c : o.candidates) {
      if (exercises()[i].name == c) listed.push_back(i);
    }
  }
  const PersonOptions p = person_of(3);
  std::map<std::string, std::map<std::string, double>> pairs;
  std::map<std::string, double> firsts;
  constexpr int kSessions = 4000;
  for (int s = 0; s < kSessions; ++s) {
    const auto names = names_of(o, p, s);
    ++firsts[names[0]];
    ++pairs[names[0]][names[1]];
  }
  const auto chi2 = [&](std::map<std::string, double>& counts, const std::vector<double>& chance,
                        double n) {
    double sum = 0;
    for (std::size_t i = 0; i < listed.size(); ++i) {
      const double expected = n * chance[i];
      if (expected == 0) continue;
      const double d = counts[std::string(exercises()[listed[i]].name)] - expected;
      sum += d * d / expected;
    }
    return sum;
  };
  EXPECT_LT(chi2(firsts, next_exercise(o, p.dynamics.style, listed, {}), kSessions),
            4 + 4 * std::sqrt(8));
  for (const std::size_t first : listed) {
    const std::string name(exercises()[first].name);
    const std::vector<std::size_t> done{first};
    EXPECT_LT(chi2(pairs[name], next_exercise(o, p.dynamics.style, listed, done), firsts[name]),
              3 + 4 * std::sqrt(6))
        << name;
  }
}

// Share of sessions that begin alike, by the same person on two days and by two people.
TEST(Habits, LastFromSessionToSessionAndDifferBetweenPeople) {
  HabitOptions o = five();
  o.strength = 5;
  double own = 0, others = 0;
  constexpr int kPeople = 150;
  for (int i = 0; i < kPeople; ++i) {
    const auto monday = names_of(o, person_of(i, 0), 2 * i);
    const auto friday = names_of(o, person_of(i, 1), 2 * i + 1);
    const auto neighbour = names_of(o, person_of(i + 1, 0), 2 * i + 2);
    own += monday[0] == friday[0];
    others += monday[0] == neighbour[0];
  }
  EXPECT_GT(own / kPeople, 0.5);
  EXPECT_LT(others / kPeople, 0.15);
}

TEST(Habits, MoreCandidatesThanThereAreAreRefused) {
  HabitOptions o = five();
  o.candidates = {"squat", "push-up"};
  EXPECT_EQ(o.validate().error().code, "bad_plan");
  o.candidates = {"sqat"};
  EXPECT_EQ(o.validate().error().code, "unknown_exercise");
  PlanOptions plan;
  plan.habits = o;
  EXPECT_FALSE(make_script(plan, PersonOptions{}, RandomStream(1, "s")).ok());
  plan.habits = five();
  const auto s = make_script(plan, PersonOptions{}, RandomStream(1, "s"));
  ASSERT_TRUE(s.ok());
  EXPECT_EQ(s->sets().size(), 15u);
}

}  // namespace
}  // namespace gauntlet::sim
