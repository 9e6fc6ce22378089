// Estimators on samples whose exact answers closed_forms_test.cc has.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "privacy/bayes_leakage.h"
#include "privacy/channel.h"
#include "privacy/comparisons.h"
#include "privacy/normal_model.h"
#include "privacy/store.h"

namespace gauntlet::privacy {
namespace {

std::vector<Example> through(const Channel& channel, std::size_t n, sim::RandomStream random) {
  std::vector<Example> out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t secret = random.below(channel.size());
    double u = random.uniform();
    std::size_t y = 0;
    for (; y + 1 < channel[secret].size() && u >= channel[secret][y]; ++y) u -= channel[secret][y];
    out.push_back({i, secret, {static_cast<double>(y)}, 0});
  }
  return out;
}

TEST(BayesLeakage, FindsWhatABinarySymmetricChannelLeaks) {
  const Channel bsc{{.9, .1}, {.1, .9}};
  const sim::RandomStream random(1, "bsc");
  const auto e = estimate_leakage(through(bsc, 400, random.child("train")),
                                  through(bsc, 200, random.child("choose")),
                                  through(bsc, 4000, random.child("test")), {}, random);
  ASSERT_TRUE(e.interval);
  EXPECT_LT(e.interval->lo, .848);
  EXPECT_GT(e.interval->hi, .848);
  EXPECT_LT(e.interval->hi - e.interval->lo, .2);
  EXPECT_LT(e.p_value, .01);
}

// Ten secrets, a hundred outputs, nothing to do with each other: the plug-in sees 1.244 bit in a
// thousand examples.
TEST(BayesLeakage, FindsNothingWhereThereIsNothing) {
  const Channel none(10, uniform_prior(100));
  const sim::RandomStream random(1, "none");
  const auto train = through(none, 1000, random.child("train"));
  EXPECT_NEAR(plug_in_leakage_bits(train), 1.244, .12);
  const auto e = estimate_leakage(train, through(none, 1000, random.child("choose")),
                                  through(none, 1000, random.child("test")), {}, random);
  EXPECT_LT(e.bits, .25);
  EXPECT_LT(e.interval->lo, 0);
  EXPECT_GT(e.p_value, .05);
}

// Each person's records and probes: genuine scores N(d', 1), impostors N(0, 1).
Comparisons normal_scores(std::size_t people, std::size_t sessions, double d_prime,
                          sim::RandomStream random) {
  Comparisons c;
  c.people = people;
  for (std::size_t p = 0; p < people; ++p) {
    for (std::size_t s = 0; s < sessions; ++s) {
      Probe probe{p, std::vector<double>(people)};
      for (double& score : probe.scores) score = random.normal();
      probe.scores[p] += d_prime;
      c.probes.push_back(std::move(probe));
    }
  }
  return c;
}

TEST(Comparisons, AgreeWithTheNormalModel) {
  const Comparisons c = normal_scores(200, 2, 2, sim::RandomStream(2, "scores"));
  EXPECT_NEAR(d_prime(c), 2, .15);
  const Verification v = verification(c, sim::RandomStream(2, "bootstrap"), 1e-3, 200);
  for (const auto& [estimate, exact] : {std::pair{v.equal_error_rate, equal_error_rate(2)},
                                        std::pair{v.area_under_curve, area_under_curve(2)},
                                        std::pair{v.miss_rate, 1 - hit_rate_at(2, 1e-3)}}) {
    EXPECT_LT(estimate.interval->lo, exact);
    EXPECT_GT(estimate.interval->hi, exact);
  }
  for (const std::size_t candidates : {std::size_t{10}, std::size_t{100}}) {
    const Estimate link = linkability(c, candidates);
    EXPECT_LT(link.interval->lo, linkability(2.0, candidates)) << candidates;
    EXPECT_GT(link.interval->hi, linkability(2.0, candidates)) << candidates;
  }
}

TEST(Comparisons, ThresholdFromOthersSinglesOutAsOftenAsTheModelSays) {
  const double t = best_threshold(normal_scores(100, 10, 4, sim::RandomStream(3, "calibration")));
  EXPECT_NEAR(t, singling_out(4, 100).threshold, .25);
  const Estimate e = singled_out(normal_scores(100, 10, 4, sim::RandomStream(3, "test")), t);
  EXPECT_NEAR(e.value, singling_out(4, 100).probability, .04);
}

TEST(Comparisons, SeparateAndEqualScoresAreTheEnds) {
  Comparisons perfect{2, {{0, {1, 0}}, {1, {0, 1}}}};
  const Verification v = verification(perfect, sim::RandomStream(1, "b"), .1, 50);
  EXPECT_EQ(v.equal_error_rate.value, 0);
  EXPECT_EQ(v.area_under_curve.value, 1);
  EXPECT_EQ(linkability(perfect, 2).value, 1);
  Comparisons blind{2, {{0, {1, 1}}, {1, {1, 1}}}};
  EXPECT_EQ(verification(blind, sim::RandomStream(1, "b"), .1, 50).area_under_curve.value, .5);
  EXPECT_EQ(linkability(blind, 2).value, 0) << "ties are lost";
}

TEST(Store, ThousandRecordsInAThousandCells) {
  sim::RandomStream random(4, "cells");
  double unique = 0, marketer = 0;
  constexpr int kRuns = 100;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<std::string> cells;
    for (int i = 0; i < 1000; ++i) cells.push_back(std::to_string(random.below(1000)));
    const StoreAnonymity a = store_anonymity(cells);
    unique += a.unique / kRuns;
    marketer += a.marketer_risk / kRuns;
    EXPECT_EQ(a.smallest, 1u);
  }
  // Standard errors .0016 and .001.
  EXPECT_NEAR(unique, .36806, .005);
  EXPECT_NEAR(marketer, .63230, .003);
}

TEST(Store, KIsTheSmallestClass) {
  const std::vector<std::string> rows{"a", "a", "a", "b", "b"};
  const StoreAnonymity a = store_anonymity(rows);
  EXPECT_EQ(a.smallest, 2u);
  EXPECT_EQ(a.highest_risk, .5);
  EXPECT_EQ(a.marketer_risk, .4);
  EXPECT_EQ(a.unique, 0);
}

TEST(JoinByTime, WhoIsToldJoinsAsOftenAsQueueingTheorySays) {
  for (const double load : {1.0, 5.0}) {
    sim::RandomStream random(5, "join");
    std::vector<double> issued, seen;
    double t = 0;
    for (int i = 0; i < 20'000; ++i) {
      t += random.exponential(1 / load);
      issued.push_back(t);
      seen.push_back(t + random.exponential(1));
    }
    const double exact = (1 - std::exp(-load)) / load;
    // Guesses at one time depend on one another: four standard errors of independent ones.
    EXPECT_NEAR(join_by_time(issued, seen, JoinKnowledge::told, random), exact, .014) << load;
    EXPECT_LT(join_by_time(issued, seen, JoinKnowledge::latest, random), exact) << load;
  }
}

}  // namespace
}  // namespace gauntlet::privacy
