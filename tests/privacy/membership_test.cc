#include "privacy/membership.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/learn/ridge.h"
#include "privacy/attributes.h"
#include "privacy/normal_model.h"

namespace gauntlet::privacy {
namespace {

// Figures N(shift, 1) of members, N(0, 1) of others.
MembershipTable normal_figures(std::size_t people, std::size_t models, double shift,
                               sim::RandomStream random) {
  MembershipTable t{people, {}, {}};
  for (std::size_t i = 0; i < models * people; ++i) {
    t.members.push_back(random.chance(0.5) ? 1 : 0);
    t.figure.push_back(shift * t.members.back() + random.normal());
  }
  return t;
}

void expect_inside(const Estimate& e, double exact, const char* what) {
  ASSERT_TRUE(e.interval) << what;
  EXPECT_LE(e.interval->lo, exact) << what;
  EXPECT_GE(e.interval->hi, exact) << what;
}

TEST(Membership, OfOneDeviationHasTheClosedForms) {
  const auto table = normal_figures(10, 12'000, 1, sim::RandomStream(1, "one"));
  const Membership m = attack_members(table, {1000, 1000});
  expect_inside(m.hits_at_1e3, .01830, "at 1e-3");
  expect_inside(m.hits_at_1e2, hit_rate_at(1, 1e-2), "at 1e-2");
  expect_inside(m.advantage, .38292, "advantage");
  EXPECT_LT(m.advantage.interval->hi - m.advantage.interval->lo, .05);
  EXPECT_NEAR(m.false_at_1e2, 1e-2, .006);
}

// The mean of n vectors leaks, the target is a known vector: with m* = Mahalanobis^2 / n = 1 the
// advantage is 2 Phi(sqrt(m*) / 2) - 1. The figure is the mean's part along the target.
TEST(Membership, OfALeakedMeanHasTheClosedForm) {
  constexpr std::size_t kVectors = 40, kDimensions = 40, kPeople = 4, kModels = 6000;
  sim::RandomStream random(2, "mean");
  std::vector<std::vector<double>> target(kPeople, std::vector<double>(kDimensions));
  for (auto& t : target) {
    double squares = 0;
    for (double& x : t) {
      x = random.normal();
      squares += x * x;
    }
    for (double& x : t) x *= std::sqrt(kDimensions / squares);
  }
  MembershipTable table{kPeople, {}, {}};
  std::vector<double> others(kVectors * kDimensions);
  for (std::size_t m = 0; m < kModels; ++m) {
    random.fill_normal(std::span<double>(others));
    for (std::size_t p = 0; p < kPeople; ++p) {
      table.members.push_back(random.chance(0.5) ? 1 : 0);
      double along = 0;
      for (std::size_t v = 0; v < kVectors; ++v) {
        const bool is_target = v == 0 && table.members.back();
        for (std::size_t d = 0; d < kDimensions; ++d) {
          along += target[p][d] * (is_target ? target[p][d] : others[v * kDimensions + d]);
        }
      }
      table.figure.push_back(along / kVectors);
    }
  }
  expect_inside(attack_members(table, {1000, 500}).advantage, .3829, "leaked mean");
}

TEST(Membership, ThatLeavesNoTraceIsNotFound) {
  const auto table = normal_figures(20, 4000, 0, sim::RandomStream(3, "none"));
  const Membership m = attack_members(table, {500, 1500});
  expect_inside(m.advantage, 0, "advantage");
  expect_inside(m.hits_at_1e2, m.false_at_1e2, "at 1e-2");
  EXPECT_EQ(m.epsilon, 0);
}

TEST(Membership, AuditOfACertainAttackIsWhatSoManyPeopleCanShow) {
  const auto table = normal_figures(40, 400, 100, sim::RandomStream(4, "certain"));
  const Membership m = attack_members(table, {100, 100}, 0);
  EXPECT_EQ(m.audit.right, 40);
  // 40 of 40 refute e^eps / (1 + e^eps) below .05^(1/40).
  const double p = std::pow(.05, 1. / 40);
  EXPECT_NEAR(m.epsilon, std::log(p / (1 - p)), 1e-6);
}

struct Rows {
  std::vector<float> values;
  std::vector<std::uint32_t> labels;
};

Rows some_rows(std::size_t n, std::size_t features, sim::RandomStream random) {
  Rows out;
  for (std::size_t i = 0; i < n; ++i) {
    out.labels.push_back(static_cast<std::uint32_t>(random.below(3)));
    for (std::size_t f = 0; f < features; ++f) {
      out.values.push_back(
          static_cast<float>(random.normal() + (f == out.labels.back() ? 1.5 : 0)));
    }
  }
  return out;
}

// The head of the classifier that ships scales features first, so here they are scaled already.
TEST(RowSums, FitWhatTheShippedRidgeFits) {
  constexpr std::size_t kRows = 300, kFeatures = 5;
  Rows rows = some_rows(kRows, kFeatures, sim::RandomStream(5, "rows"));
  for (std::size_t f = 0; f < kFeatures; ++f) {
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < kRows; ++i) mean += rows.values[i * kFeatures + f] / kRows;
    for (std::size_t i = 0; i < kRows; ++i) {
      squares += std::pow(rows.values[i * kFeatures + f] - mean, 2) / kRows;
    }
    for (std::size_t i = 0; i < kRows; ++i) {
      float& x = rows.values[i * kFeatures + f];
      x = static_cast<float>((x - mean) / std::sqrt(squares));
    }
  }
  RowSums sums(kFeatures, 3);
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::vector<double> row(
        rows.values.begin() + static_cast<std::ptrdiff_t>(i * kFeatures),
        rows.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * kFeatures));
    sums.add(row, rows.labels[i]);
  }
  const std::vector<std::uint8_t> use(kRows, 1);
  const std::vector<std::uint32_t> folds(kRows, 0);
  learn::RidgeOptions options;
  options.lambdas = {10};
  options.balance = 0;
  const auto shipped =
      learn::fit_ridge({rows.values, kFeatures, rows.labels, 3, folds, 1, use}, options);
  const auto ours = sums.fit(10);
  ASSERT_EQ(shipped.weights.size(), kFeatures * 3);
  for (std::size_t i = 0; i < kFeatures * 3; ++i) EXPECT_NEAR(ours[i], shipped.weights[i], 2e-4);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(ours[kFeatures * 3 + c], shipped.bias[c], 2e-4);
}

TEST(RowSums, LossIsTheMeanSquaredError) {
  RowSums sums(1, 2);
  sums.add(std::vector{2.0}, 0);
  sums.add(std::vector{-1.0}, 1);
  // Class 0: 1 x + 0, class 1: 0 x + 1.
  const std::vector<double> weights{1, 0, 0, 1};
  // Errors: 1 - 2, -1 - 1; -1 + 1, 1 - 1.
  EXPECT_NEAR(sums.loss(weights), (1 + 4 + 0 + 0) / 4.0, 1e-12);
}

// More features than rows and labels by chance: such a model remembers its people.
TEST(Membership, OfAModelThatRemembersIsFoundAndOfOneThatLearnsLittleIsNot) {
  const auto people = [](std::size_t rows, std::size_t features) {
    std::vector<RowSums> out;
    for (std::size_t p = 0; p < 20; ++p) {
      RowSums& sums = out.emplace_back(features, 3);
      sim::RandomStream random(6, std::to_string(p));
      for (std::size_t r = 0; r < rows; ++r) {
        std::vector<double> row(features);
        for (double& x : row) x = random.normal();
        sums.add(row, random.below(3));
      }
    }
    return out;
  };
  const sim::RandomStream random(7, "models");
  const auto few = people(2, 40);
  const Membership remembers =
      attack_members(train_on_halves(few, few, 1000, 1, random), {200, 400});
  EXPECT_GT(remembers.advantage.interval->lo, 0.9);
  EXPECT_GT(remembers.hits_at_1e3.interval->lo, 0.5);
  EXPECT_GT(remembers.epsilon, 0.5);
  const auto many = people(40, 40);
  const Membership learns =
      attack_members(train_on_halves(many, many, 1000, 1e6, random), {200, 400});
  EXPECT_LT(learns.advantage.value, remembers.advantage.value);
}

TEST(AttributeGuesser, UsesSensorsWhereTheyHelpAndTheClusterWhereTheyDoNot) {
  sim::RandomStream random(8, "attributes");
  std::vector<Attributed> telling, silent;
  for (std::size_t i = 0; i < 60; ++i) {
    const std::size_t value = random.below(2), cluster = random.below(5);
    telling.push_back({cluster, value, {5.0 * static_cast<double>(value) + random.normal()}});
    // The cluster tells all, thirty features nothing.
    silent.push_back({cluster, cluster % 2, {}});
    for (int f = 0; f < 30; ++f) silent.back().seen.push_back(random.normal());
  }
  const AttributeGuesser sensors(telling, true), cluster(silent, true), blind(telling, false);
  EXPECT_GT(sensors.weight(), 0);
  EXPECT_EQ(blind.weight(), 0);
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(sensors.guess(c, std::vector{0.0}), 0u);
    EXPECT_EQ(sensors.guess(c, std::vector{5.0}), 1u);
    EXPECT_EQ(cluster.guess(c, silent.front().seen), c % 2);
  }
}

}  // namespace
}  // namespace gauntlet::privacy
