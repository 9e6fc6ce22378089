#include "privacy/person_scorer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "privacy/normal_model.h"
#include "privacy/verdict.h"

namespace gauntlet::privacy {
namespace {

// Features normal about a person's own mean: `between` sd of people, 1 of sessions.
std::vector<SeenSession> sessions(std::size_t first, std::size_t people, std::size_t from,
                                  std::size_t to, double between, std::size_t features = 1) {
  std::vector<SeenSession> out;
  for (std::size_t p = first; p < first + people; ++p) {
    for (std::size_t s = from; s < to; ++s) {
      SeenSession seen{p, {}};
      for (std::size_t f = 0; f < features; ++f) {
        sim::RandomStream person(9, std::to_string(f) + "/person/" + std::to_string(p));
        const double own = between * person.normal();
        seen.seen.push_back(own + person.child(std::to_string(s)).normal());
      }
      out.push_back(std::move(seen));
    }
  }
  return out;
}

TEST(PersonScorer, IsTheLogLikelihoodRatioOfTwoNormals) {
  // Means of two sessions +-1 about 0 and 10: within 2, between 50 - 1.
  const std::vector<SeenSession> training{{0, {-1}}, {0, {1}}, {1, {9}}, {1, {11}}};
  const PersonScorer scorer(training);
  const double within = 2, between = 50 - 1, mean = 5;
  const double probe = 3, record = 2;
  const auto log_normal = [](double x, double m, double v) {
    return -std::log(v) / 2 - (x - m) * (x - m) / (2 * v);
  };
  const double gain = between / (between + within / 2);
  const double same = log_normal(probe, mean + gain * (record - mean),
                                 within + between * (within / 2) / (between + within / 2));
  const double other = log_normal(probe, mean, between + within);
  EXPECT_NEAR(scorer.score(std::vector{record}, 2, std::vector{probe}), same - other, 1e-12);
}

TEST(PersonScorer, IgnoresWhatPeopleDoNotDifferIn) {
  const std::vector<SeenSession> training{{0, {-1, 1}}, {0, {1, 1}}, {1, {-1, 5}}, {1, {1, 5}}};
  EXPECT_EQ(PersonScorer(training).telling(), 1u);
}

TEST(PersonScorer, LinksNobodyWhenPeopleAreAlikeAndEverybodyWhenTheyAreFarApart) {
  const auto linked = [](double between) {
    const PersonScorer scorer(sessions(0, 100, 0, 4, between, 4));
    const auto c =
        compare(scorer, sessions(100, 100, 0, 3, between, 4), sessions(100, 100, 3, 4, between, 4));
    return linkability(c, 100);
  };
  const Estimate alike = linked(0), apart = linked(50);
  ASSERT_TRUE(alike.interval && apart.interval);
  EXPECT_LE(alike.interval->lo, 0.01);
  EXPECT_LT(alike.value, 0.06);
  EXPECT_GT(apart.value, 0.9);
}

TEST(PersonScorer, PeopleAreRenumberedInTheOrderOfTheirNumbers) {
  const PersonScorer scorer(sessions(0, 10, 0, 3, 5));
  const auto c = compare(scorer, sessions(40, 3, 0, 2, 5), sessions(41, 1, 2, 3, 5));
  EXPECT_EQ(c.people, 3u);
  ASSERT_EQ(c.probes.size(), 1u);
  EXPECT_EQ(c.probes[0].person, 1u);
}

TEST(Linkability, IntervalIsNoPointWhenAllPeopleAreAlike) {
  Comparisons c{5, {}};
  for (std::size_t p = 0; p < 5; ++p) {
    c.probes.push_back({p, std::vector<double>(5, 0.0)});
    c.probes.back().scores[p] = 1;
  }
  const Estimate all = linkability(c, 5);
  EXPECT_EQ(all.value, 1);
  ASSERT_TRUE(all.interval);
  // Clopper-Pearson for 5 of 5: 0.025^(1/5).
  EXPECT_NEAR(all.interval->lo, std::pow(0.025, 0.2), 1e-9);
}

TEST(Verdict, FollowsFromTheIntervalAndThePlantedLeak) {
  const Estimate none{0.1, reports::Interval{0.05, 0.15}}, leak{0.5, reports::Interval{0.4, 0.6}};
  const Estimate without_interval{0.5, {}};
  EXPECT_EQ(judge(leak, 0.1, leak), Verdict::leaks);
  EXPECT_EQ(judge(leak, 0.1, none), Verdict::leaks) << "what was found was found";
  EXPECT_EQ(judge(none, 0.1, leak), Verdict::bounded);
  EXPECT_EQ(judge(none, 0.1, none), Verdict::inconclusive) << "the control was not found";
  EXPECT_EQ(judge(none, 0.1, without_interval), Verdict::inconclusive);
  EXPECT_EQ(judge(without_interval, 0.1, leak), Verdict::inconclusive);
  EXPECT_EQ(judge({0.1, reports::Interval{0.1, 0.2}}, 0.1, leak), Verdict::bounded)
      << "touching the baseline is not above it";
}

TEST(Verdict, WhoSeesMoreCannotLeakLess) {
  const Estimate low{0.1, reports::Interval{0.05, 0.15}}, high{0.5, reports::Interval{0.4, 0.6}};
  EXPECT_TRUE(in_order(low, high));
  EXPECT_TRUE(in_order(high, high));
  EXPECT_FALSE(in_order(high, low));
  EXPECT_TRUE(in_order(high, {0.1, {}}));
}

}  // namespace
}  // namespace gauntlet::privacy
