#include "campaign/temporal_logic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "campaign/formula.h"

namespace gauntlet::campaign {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One value a second.
StepSignal each_second(const std::vector<double>& values) {
  StepSignal s;
  for (std::size_t i = 0; i < values.size(); ++i) {
    s.at_ns.push_back(static_cast<std::int64_t>(i) * kSecond);
    s.value.push_back(values[i]);
  }
  return s;
}

double at(const StepSignal& s, std::int64_t t_ns) {
  const auto after = std::upper_bound(s.at_ns.begin(), s.at_ns.end(), t_ns);
  return s.value[static_cast<std::size_t>(after - s.at_ns.begin()) - 1];
}

std::vector<double> robustness_each_second(const std::string& text, const Signals& signals) {
  const auto formula = parse_formula(text);
  if (!formula.ok()) ADD_FAILURE() << formula.error().message;
  const auto r = robustness(**formula, signals);
  if (!r.ok()) ADD_FAILURE() << r.error().message;
  std::vector<double> values;
  for (std::int64_t t = 0; t <= signals.end_ns; t += kSecond) values.push_back(at(*r, t));
  return values;
}

// The tables that rtamt's own discrete-time tests state for these two signals.
struct Published {
  const char* formula;
  std::vector<double> expected;
};
class Rtamt : public testing::TestWithParam<Published> {};

TEST_P(Rtamt, GivesThePublishedRobustness) {
  Signals signals;
  signals.by_name["left"] = each_second({100, -1, -2, 5, -1});
  signals.by_name["right"] = each_second({20, -2, 10, 4, -1});
  signals.end_ns = 4 * kSecond;
  EXPECT_THAT(robustness_each_second(GetParam().formula, signals),
              ElementsAreArray(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    TemporalLogic, Rtamt,
    testing::Values(Published{"left > 0 and right > 0", {20, -2, -2, 4, -1}},
                    Published{"left > 0 or right > 0", {100, -1, 10, 5, -1}},
                    Published{"left > 0 implies right > 0", {20, 1, 10, 4, 1}},
                    Published{"not left > 0", {-100, 1, 2, -5, 1}},
                    Published{"always left > 0", {-2, -2, -2, -1, -1}},
                    Published{"always[0, 1] left > 0", {-1, -2, -2, -1, -1}},
                    Published{"eventually left > 0", {100, 5, 5, 5, -1}},
                    Published{"eventually[0, 1] left > 0", {100, -1, 5, 5, -1}},
                    Published{"left > 0 until right > 0", {20, -1, 10, 4, -1}},
                    Published{"left > 0 until[0, 1] right > 0", {20, -1, 10, 4, -1}},
                    Published{"left <= right", {-80, -1, 12, -1, 0}},
                    Published{"left < right", {-80, -1, 12, -1, 0}},
                    Published{"left >= right", {80, 1, -12, 1, 0}},
                    Published{"left > right", {80, 1, -12, 1, 0}},
                    Published{"left == right", {-80, -1, -12, -1, 0}},
                    Published{"left != right", {80, 1, 12, 1, 0}},
                    Published{"left + right > 0", {120, -3, 8, 9, -2}},
                    Published{"left - right > 0", {80, 1, -12, 1, 0}},
                    Published{"left * right > 0", {2000, 2, -20, 20, 1}},
                    Published{"left / right > 0", {5, 0.5, -0.2, 1.25, 1}},
                    Published{"abs(left) > 0", {100, 1, 2, 5, 1}}));

// The definition, instant by instant, on a grid of one second; the implementation must agree there
// when every step and bound lies on the grid and one "nanosecond" is one second.
double by_definition(const Formula& f, const Signals& s, std::int64_t t) {
  using Kind = Formula::Kind;
  const std::int64_t end = s.end_ns;
  const auto sub = [&](std::size_t i, std::int64_t when) {
    return by_definition(*f.of[i], s, when);
  };
  const std::int64_t last = f.to_ns == kUnbounded ? end : std::min(end, t + f.to_ns);
  switch (f.kind) {
    case Kind::constant:
      return f.number;
    case Kind::signal:
      return at(s.by_name.at(f.name), t);
    case Kind::greater:
      return sub(0, t) - sub(1, t);
    case Kind::logical_not:
      return -sub(0, t);
    case Kind::logical_and:
      return std::min(sub(0, t), sub(1, t));
    case Kind::always: {
      double least = kInfinity;
      for (std::int64_t u = t + f.from_ns; u <= last; ++u) least = std::min(least, sub(0, u));
      return least;
    }
    case Kind::eventually: {
      double greatest = -kInfinity;
      for (std::int64_t u = t + f.from_ns; u <= last; ++u) greatest = std::max(greatest, sub(0, u));
      return greatest;
    }
    case Kind::until: {
      double best = -kInfinity, held = kInfinity;
      for (std::int64_t u = t; u <= last; ++u) {
        if (u >= t + f.from_ns) best = std::max(best, std::min(sub(1, u), held));
        held = std::min(held, sub(0, u));
      }
      return best;
    }
    default:
      ADD_FAILURE() << "not in this test";
      return 0;
  }
}

FormulaPtr random_formula(std::mt19937& draw, int depth) {
  using Kind = Formula::Kind;
  auto f = std::make_shared<Formula>();
  const Kind kinds[] = {Kind::logical_not, Kind::logical_and, Kind::always, Kind::eventually,
                        Kind::until};
  if (depth == 0) {
    auto signal = std::make_shared<Formula>();
    signal->kind = Kind::signal;
    signal->name = draw() % 2 == 0 ? "x" : "y";
    auto number = std::make_shared<Formula>();
    number->number = static_cast<double>(draw() % 9) - 4;
    f->kind = Kind::greater;
    f->of = {signal, number};
    return f;
  }
  f->kind = kinds[draw() % 5];
  f->of.push_back(random_formula(draw, depth - 1));
  if (f->kind == Kind::logical_and || f->kind == Kind::until) {
    f->of.push_back(random_formula(draw, depth - 1));
  }
  f->from_ns = static_cast<std::int64_t>(draw() % 5);
  f->to_ns = draw() % 4 == 0 ? kUnbounded : f->from_ns + static_cast<std::int64_t>(draw() % 8);
  return f;
}

TEST(TemporalLogic, AgreesWithItsDefinitionAtEveryInstantOfRandomFormulas) {
  std::mt19937 draw(7);
  for (int round = 0; round < 400; ++round) {
    Signals s;
    s.end_ns = 20;
    for (const char* name : {"x", "y"}) {
      StepSignal steps;
      for (std::int64_t t = 0; t <= s.end_ns; t += 1 + static_cast<std::int64_t>(draw() % 3)) {
        steps.at_ns.push_back(t);
        steps.value.push_back(static_cast<double>(draw() % 9) - 4);
      }
      s.by_name[name] = steps;
    }
    const FormulaPtr f = random_formula(draw, 3);
    const auto r = robustness(*f, s);
    ASSERT_TRUE(r.ok());
    for (std::int64_t t = 0; t <= s.end_ns; ++t) {
      ASSERT_EQ(at(*r, t), by_definition(*f, s, t)) << "round " << round << ", t " << t;
    }
  }
}

TEST(TemporalLogic, TellsStrictFromNotWhereTheRobustnessIsZero) {
  Signals s;
  s.by_name["x"] = each_second({3});
  s.end_ns = kSecond;
  for (const auto& [text, holds] : std::vector<std::pair<const char*, bool>>{
           {"x > 3", false}, {"x >= 3", true}, {"x == 3", true}, {"not x < 3", true}}) {
    const auto v = evaluate(**parse_formula(text), s);
    ASSERT_TRUE(v.ok());
    EXPECT_EQ(v->robustness, 0) << text;
    EXPECT_EQ(v->holds, holds) << text;
  }
}

// Windows that reach beyond the run's last instant (2 s) are cut there, and one that begins behind
// it is empty: true of all, false of any. x is 1, -2, 3.
TEST(TemporalLogic, WindowsEndWithTheRun) {
  Signals s;
  s.by_name["x"] = each_second({1, -2, 3});
  s.end_ns = 2 * kSecond;
  const struct {
    const char* text;
    std::vector<double> expected;
  } kTable[] = {
      {"always[1, 9] x > 0", {-2, 3, kInfinity}},
      {"eventually[1, 9] x > 0", {3, 3, -kInfinity}},
      {"always[5, 9] x > 0", {kInfinity, kInfinity, kInfinity}},
      {"not eventually[5, 9] x > 0", {kInfinity, kInfinity, kInfinity}},
      {"(x > 0) until[5, 9] (x > 0)", {-kInfinity, -kInfinity, -kInfinity}},
      {"always[2, 2] x > 0", {3, kInfinity, kInfinity}},
      {"eventually[0, 1] always[0, 1] x > 0", {-2, 3, 3}},
      {"(x > -5) until[0, 2] ((x > 0) until[1, 1] (x > 2))", {-2, -2, -kInfinity}},
      {"always ((x > 2) implies eventually[0, 1] (x > 0))", {1, 3, 3}},
  };
  for (const auto& row : kTable) {
    EXPECT_THAT(robustness_each_second(row.text, s), ElementsAreArray(row.expected)) << row.text;
  }
}

TEST(TemporalLogic, BindsAsTheGrammarSays) {
  Signals s;
  s.by_name["a"] = each_second({1});
  s.by_name["b"] = each_second({-2});
  s.end_ns = 0;
  EXPECT_EQ(robustness_each_second("a > 0 or b > 0 and b > 1", s), std::vector<double>{1});
  EXPECT_EQ(robustness_each_second("(a > 0 or b > 0) and b > 1", s), std::vector<double>{-3});
  EXPECT_EQ(robustness_each_second("a > 0 -> b > 0 -> a > 5", s), std::vector<double>{2});
  EXPECT_EQ(robustness_each_second("a - -b * 2 > -4", s), std::vector<double>{1});
  EXPECT_EQ(robustness_each_second("G[0, 250 ms] a > 0.5", s), std::vector<double>{0.5});
}

struct Bad {
  const char* text;
  const char* message;
};
class BadFormulaText : public testing::TestWithParam<Bad> {};

TEST_P(BadFormulaText, IsRefusedWithItsColumn) {
  const auto f = parse_formula(GetParam().text);
  ASSERT_FALSE(f.ok());
  EXPECT_EQ(f.error().code, "bad_formula");
  EXPECT_THAT(f.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    TemporalLogic, BadFormulaText,
    testing::Values(Bad{"", "column 1"}, Bad{"x", "expected a comparison, not a number"},
                    Bad{"x >", "column 4"}, Bad{"always[2, 1] x > 0", "upper bound"},
                    Bad{"always[-1, 1] x > 0", "between 0 and"}, Bad{"(x > 0", "expected \")\""},
                    Bad{"x > 0 y > 0", "column 7"}, Bad{"always[0 1] x > 0", "expected \",\""},
                    Bad{"(x > 0) + 1 > 0", "a number, not a formula"}, Bad{"x > 1e999", "a number"},
                    Bad{"abs x > 0", "expected \"(\""}));

TEST(TemporalLogic, RefusesNestingThatWouldRecurseDeeply) {
  const std::string deep(10'000, '(');
  EXPECT_THAT(parse_formula(deep + "x > 0").error().message, HasSubstr("less nesting"));
  EXPECT_THAT(parse_formula(std::string(10'000, '-') + "x > 0").error().message,
              HasSubstr("less nesting"));
}

TEST(TemporalLogic, NamesTheNearestSignal) {
  Signals s;
  s.by_name["repetitions"] = each_second({1});
  s.end_ns = kSecond;
  const auto v = evaluate(**parse_formula("repetition > 0"), s);
  ASSERT_FALSE(v.ok());
  EXPECT_EQ(v.error().code, "unknown_signal");
  EXPECT_THAT(v.error().message, HasSubstr("\"repetitions\""));
}

}  // namespace
}  // namespace gauntlet::campaign
