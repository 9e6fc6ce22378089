#include "core/phone/repetition_tracker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/base/units.h"

namespace gauntlet {
namespace {

constexpr double kRate_hz = 50;

struct Set {
  std::vector<HostTime> times;
  std::vector<float> values;
  HostTime begin;
  std::vector<HostTime> completed;

  void rest(double seconds) {
    for (int i = 0; i < seconds * kRate_hz; ++i) add(0, 0);
  }
  void add(double angle, double push_mps2) {
    times.push_back(time_from_seconds<HostTime>(static_cast<double>(times.size()) / kRate_hz));
    const double g = kStandardGravity_mps2;
    const double v[3] = {g * std::sin(angle) + push_mps2, 0.3, g * std::cos(angle)};
    for (const double x : v) values.push_back(static_cast<float>(x));
  }
  std::array<float, 3> row(std::size_t i) const {
    return {values[3 * i], values[3 * i + 1], values[3 * i + 2]};
  }
};

// Two seconds of nothing, then swings by `degrees` and back, each with a rest behind it, then
// nothing. The start lies at neither extreme of any axis: a swing begins with a dip to the other
// side.
Set swings(const std::vector<double>& periods_s, double degrees, double rest_s = 0.1) {
  Set set;
  set.rest(2);
  set.begin = time_from_seconds<HostTime>(static_cast<double>(set.times.size()) / kRate_hz);
  for (const double period_s : periods_s) {
    const auto n = static_cast<int>(period_s * kRate_hz);
    for (int i = 0; i < n; ++i) {
      const double phase = 2 * std::numbers::pi * i / n;
      const double shape = 0.5 - 0.5 * std::cos(phase) - 0.25 * (1 - std::cos(2 * phase));
      set.add(degrees * std::numbers::pi / 180 * shape, 0);
    }
    set.completed.push_back(
        time_from_seconds<HostTime>(static_cast<double>(set.times.size()) / kRate_hz));
    set.rest(rest_s);
  }
  set.rest(2);
  return set;
}

RepetitionProfile learned(double degrees = 90) {
  RepetitionLearner learner;
  for (const double period_s : {1.8, 2.0, 2.2}) {
    const Set set = swings(std::vector<double>(5, period_s), degrees);
    learner.add("swing", set.times, set.values, kRate_hz, set.begin, set.completed);
  }
  const auto profiles = learner.profiles();
  EXPECT_EQ(profiles.size(), 1u);
  return profiles.at(0);
}

struct Followed {
  std::vector<double> lag_ms;  // of each repetition; one that never came is missing
  std::size_t completed = 0;
  double misfit = 0;
};

Followed follow(const RepetitionProfile& profile, const Set& set) {
  RepetitionTracker tracker(profile, {}, kRate_hz);
  Followed out;
  for (std::size_t i = 0; i < set.times.size(); ++i) {
    tracker.push(set.row(i));
    for (; out.completed < tracker.completed(); ++out.completed) {
      if (out.completed >= set.completed.size()) continue;
      out.lag_ms.push_back(to_ms(set.times[i] - set.completed[out.completed]));
    }
  }
  out.misfit = tracker.misfit();
  return out;
}

TEST(RepetitionTracker, EachIsKnownWhenItIsDoneTheFirstOneToo) {
  const auto out = follow(learned(), swings(std::vector<double>(8, 2.0), 90));
  EXPECT_EQ(out.completed, 8u);
  for (std::size_t i = 0; i < out.lag_ms.size(); ++i) {
    EXPECT_GE(out.lag_ms[i], -300) << i;
    EXPECT_LE(out.lag_ms[i], 150) << i;
  }
}

TEST(RepetitionTracker, FollowsWhoeverIsFasterSlowerOrSmaller) {
  for (const auto& [period_s, degrees] :
       {std::pair{1.4, 90.0}, std::pair{3.0, 90.0}, std::pair{2.0, 75.0}}) {
    const auto out = follow(learned(), swings(std::vector<double>(8, period_s), degrees));
    EXPECT_EQ(out.completed, 8u) << period_s << " s, " << degrees;
  }
  const auto tiring = follow(learned(), swings({1.6, 1.7, 1.8, 2.0, 2.2, 2.5, 2.8, 3.2}, 90, 0.3));
  EXPECT_EQ(tiring.completed, 8u);
}

TEST(RepetitionTracker, ARestIsNoRepetition) {
  const auto out = follow(learned(), swings({2, 2, 2}, 90, 4));
  EXPECT_EQ(out.completed, 3u);
  Set still;
  still.rest(60);
  EXPECT_EQ(follow(learned(), still).completed, 0u);
}

// Six tenths of a g on every axis, all the time: more than two standard deviations of what people
// differ by. Which way the force changes tells the phase all the same.
TEST(RepetitionTracker, WhoHoldsTheWristTurnedIsFollowedAllTheSame) {
  RepetitionLearner learner;
  for (const double offset_mps2 : {-3.0, -1.0, 1.0, 3.0}) {
    Set set = swings(std::vector<double>(5, 2.0), 90);
    for (float& v : set.values) v += static_cast<float>(offset_mps2);
    learner.add("swing", set.times, set.values, kRate_hz, set.begin, set.completed);
  }
  Set turned = swings(std::vector<double>(8, 2.0), 90);
  for (float& v : turned.values) v += 6;
  const auto out = follow(learner.profiles().at(0), turned);
  EXPECT_EQ(out.completed, 8u);
  for (const double lag : out.lag_ms) EXPECT_LE(std::abs(lag), 300);
}

TEST(RepetitionTracker, OfTwoProfilesTheRightOneHasMoreEvidenceAfterARepetition) {
  for (const double degrees : {90.0, -90.0}) {
    const Set set = swings({2.0}, degrees);
    RepetitionTracker right(learned(degrees), {}, kRate_hz), wrong(learned(-degrees), {}, kRate_hz);
    for (std::size_t i = 0; i < set.times.size(); ++i) {
      right.push(set.row(i));
      wrong.push(set.row(i));
    }
    EXPECT_GT(right.evidence(), wrong.evidence() + 10);
  }
}

TEST(RepetitionTracker, AnotherExerciseIsSeenNotToFit) {
  const auto right = follow(learned(), swings(std::vector<double>(8, 2.0), 90));
  const auto wrong = follow(learned(), swings(std::vector<double>(8, 2.0), -90));
  EXPECT_LT(right.misfit, 1.5);
  EXPECT_GT(wrong.misfit, 2 * right.misfit);
}

TEST(RepetitionProfile, IsTheSameAfterItsFile) {
  const RepetitionProfile p = learned();
  EXPECT_NEAR(p.period_s, 2.1, 0.051) << "the rest behind each but the first is in it";
  EXPECT_EQ(p.learned, 15u);
  const std::vector<RepetitionProfile> both{p, p};
  const std::string text = to_text(both);
  const auto read = parse_repetition_profiles(text);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(to_text(*read), text);
  for (std::size_t j = 0; j < RepetitionProfile::kShares; ++j) {
    for (std::size_t k = 0; k < p.mean[j].size(); ++k) {
      EXPECT_NEAR((*read)[1].mean[j][k], p.mean[j][k], 0.00501);
      EXPECT_NEAR((*read)[1].spread[j][k], p.spread[j][k], 0.00501);
    }
  }
}

TEST(RepetitionProfile, ABadFileIsRefusedWithItsLine) {
  const std::string head = "exercise curl period_s 2 repetitions 9\n";
  std::string rows;
  for (std::size_t j = 0; j < RepetitionProfile::kShares; ++j) {
    rows += "0 0 9.8 0 0 0 1 1 1 2 2 2\n";
  }
  EXPECT_TRUE(parse_repetition_profiles(head + rows).ok());
  EXPECT_TRUE(parse_repetition_profiles("").ok());
  const std::pair<std::string, const char*> bad[] = {
      {"nonsense\n", "line 1"},
      {"exercise curl period_s 0 repetitions 9\n" + rows, "line 1"},
      {"exercise curl period_s nan repetitions 9\n" + rows, "line 1"},
      {"exercise curl period_s 2 repetitions 0\n" + rows, "line 1"},
      {head, "line 2"},
      {head + "0 0 9.8 1 1 1\n", "line 2"},
      {head + "0 0 9.8 0 0 0 1 1 1 2 2 0\n", "line 2"},
      {head + "0 0 x 0 0 0 1 1 1 2 2 2\n", "line 2"},
      {head + rows + "0 0 9.8 0 0 0 1 1 1 2 2 2\n", "line 50"},
  };
  for (const auto& [text, where] : bad) {
    const auto read = parse_repetition_profiles(text);
    ASSERT_FALSE(read.ok()) << text.substr(0, 60);
    EXPECT_EQ(read.error().code, "bad_repetitions");
    EXPECT_NE(read.error().message.find(where), std::string::npos) << read.error().message;
  }
}

TEST(RepetitionProfile, OfAWanderingRampTheRateIsTheSlope) {
  MotionRows motion(kRate_hz);
  MotionRow row{};
  EXPECT_EQ(motion.push({1, 2, 3})[5], 0) << "one sample has no rate";
  for (int i = 1; i <= 200; ++i) {
    const auto t = static_cast<float>(i / kRate_hz);
    row = motion.push({1 + 2 * t, 2, 3 - t});
  }
  EXPECT_NEAR(row[3], 2, 1e-3);
  EXPECT_NEAR(row[4], 0, 1e-3);
  EXPECT_NEAR(row[5], -1, 1e-3);
}

TEST(RepetitionProfile, IsNotLearnedFromAFewRepetitions) {
  RepetitionLearner learner;
  const Set set = swings(std::vector<double>(9, 2.0), 90);
  learner.add("swing", set.times, set.values, kRate_hz, set.begin, set.completed);
  EXPECT_TRUE(learner.profiles().empty());
}

}  // namespace
}  // namespace gauntlet
