// Cells that are large enough, the same whatever the order, and where a hand count says.
#include "core/services/clusters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace gauntlet {
namespace {

std::vector<ClusterAttributes> ages(std::int64_t from, std::int64_t to) {
  std::vector<ClusterAttributes> people;
  for (auto age = from; age < to; ++age) {
    people.push_back(cluster_attributes(age, "f", "beginner"));
  }
  return people;
}

// Every combination of 60 ages, two sexes and three proficiencies, once.
std::vector<ClusterAttributes> everybody() {
  std::vector<ClusterAttributes> people;
  for (std::int64_t age = 18; age < 78; ++age) {
    for (const char* sex : {"f", "m"}) {
      for (const char* proficiency : {"beginner", "intermediate", "advanced"}) {
        people.push_back(cluster_attributes(age, sex, proficiency));
      }
    }
  }
  return people;
}

std::vector<std::size_t> sizes_of(const Clusters& clusters,
                                  const std::vector<ClusterAttributes>& people) {
  std::vector<std::size_t> sizes(clusters.size());
  for (const auto& person : people) ++sizes.at(clusters.of(person));
  return sizes;
}

TEST(Clusters, EightPeopleOfEightAgesSplitAtTheirMediansByHand) {
  const auto clusters = Clusters::of(ages(20, 28), {10, 2}).value();
  ASSERT_EQ(clusters.size(), 4u);
  const std::size_t expected[] = {0, 0, 1, 1, 2, 2, 3, 3};
  for (std::int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(clusters.of(cluster_attributes(20 + i, "f", "beginner")), expected[i]) << i;
  }
  EXPECT_EQ(clusters.name_of(cluster_attributes(19, "f", "beginner")), "c0") << "came later";
  EXPECT_EQ(clusters.name_of(cluster_attributes(90, "x", "")), "c3");
}

// By hand: 360 halve by age, then by sex, to four of 90; proficiency parts each into 30 and 60; the
// last two of ten come from two of the 60.
TEST(Clusters, ALargePopulationGivesTenOfTheSizesCountedByHand) {
  const auto people = everybody();
  auto sizes = sizes_of(Clusters::of(people).value(), people);
  std::sort(sizes.begin(), sizes.end());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{30, 30, 30, 30, 30, 30, 30, 30, 60, 60}));
}

TEST(Clusters, TheOrderOfPeopleDoesNotMatter) {
  const auto people = everybody();
  const auto clusters = Clusters::of(people).value();
  auto reversed = people;
  std::reverse(reversed.begin(), reversed.end());
  auto rotated = people;
  std::rotate(rotated.begin(), rotated.begin() + 137, rotated.end());
  const auto from_reversed = Clusters::of(reversed).value();
  const auto from_rotated = Clusters::of(rotated).value();
  for (const auto& person : people) {
    ASSERT_EQ(clusters.of(person), from_reversed.of(person));
    ASSERT_EQ(clusters.of(person), from_rotated.of(person));
  }
}

TEST(Clusters, TheMinimumHoldsForEverySizeOfPopulation) {
  for (std::int64_t n = 5; n < 90; ++n) {
    for (const std::size_t least : {1u, 2u, 5u}) {
      const auto people = ages(18, 18 + n);
      const auto clusters = Clusters::of(people, {10, least}).value();
      EXPECT_LE(clusters.size(), 10u);
      for (const std::size_t size : sizes_of(clusters, people)) EXPECT_GE(size, least) << n;
    }
  }
}

TEST(Clusters, PeopleAlikeAreNeverParted) {
  const std::vector<ClusterAttributes> people(100, cluster_attributes(30, "m", "advanced"));
  EXPECT_EQ(Clusters::of(people).value().size(), 1u);
}

TEST(Clusters, TooFewPeopleAndZerosAreRefused) {
  EXPECT_EQ(Clusters::of(ages(20, 24)).error().code, "too_few");
  EXPECT_EQ(Clusters::of({}, {10, 1}).error().code, "too_few");
  EXPECT_EQ(Clusters::of(ages(20, 30), {0, 5}).error().code, "bad_options");
  EXPECT_EQ(Clusters::of(ages(20, 30), {10, 0}).error().code, "bad_options");
}

}  // namespace
}  // namespace gauntlet
