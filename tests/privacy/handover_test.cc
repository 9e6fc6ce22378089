#include "privacy/handover.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gauntlet::privacy {
namespace {

// Devices that change their pseudonym at the same instants, `silent_s` of silence between.
std::vector<Segment> in_step(std::size_t devices, std::size_t pseudonyms, double silent_s,
                             double looks_sd, sim::RandomStream random) {
  std::vector<Segment> out;
  for (std::size_t d = 0; d < devices; ++d) {
    const double own = looks_sd * random.normal();
    for (std::size_t s = 0; s < pseudonyms; ++s) {
      const double begin = static_cast<double>(s) * (60 + silent_s);
      out.push_back({d, begin, begin + 60, 0, {own + random.normal()}});
    }
  }
  return out;
}

TEST(Handover, ChangesInStepWithoutAnyTraceAreAGuessAmongAll) {
  constexpr std::size_t kDevices = 8;
  constexpr int kRuns = 400;
  const auto segments = in_step(kDevices, 2, 5, 0, sim::RandomStream(1, "step"));
  double right = 0;
  for (int r = 0; r < kRuns; ++r) {
    const auto next = joined_at_random(segments, 5, sim::RandomStream(2, std::to_string(r)));
    right += (1 - judge_following(segments, next).confusions_per_change) / kRuns;
  }
  // A random permutation has one fixed point on average, with variance 1: four standard errors.
  EXPECT_NEAR(right, 1.0 / kDevices, 4.0 / kDevices / std::sqrt(kRuns));
}

TEST(Handover, WhoIsAloneIsAlwaysFollowed) {
  const auto segments = in_step(1, 5, 20, 0, sim::RandomStream(1, "alone"));
  const PseudonymObserver observer(in_step(10, 5, 20, 0, sim::RandomStream(2, "others")));
  const Followed f = judge_following(segments, observer.join(segments, 20));
  EXPECT_EQ(f.traceability, 1);
  EXPECT_EQ(f.changes, 4u);
  EXPECT_EQ(f.confusions_per_change, 0);
  EXPECT_EQ(judge_following(segments, observer.join(segments, 19)).confusions_per_change, 1)
      << "an observer who thinks silences shorter than they are joins nothing";
}

TEST(Handover, LooksThatPersistAreFollowed) {
  const PseudonymObserver observer(in_step(40, 5, 5, 60, sim::RandomStream(3, "others")));
  const auto far = in_step(8, 5, 5, 60, sim::RandomStream(4, "far"));
  EXPECT_LT(judge_following(far, observer.join(far, 5)).confusions_per_change, 0.2);
  const auto alike = in_step(8, 5, 5, 0, sim::RandomStream(5, "alike"));
  EXPECT_GT(judge_following(alike, observer.join(alike, 5)).confusions_per_change, 0.5);
}

// Beats of 2.046 s with a device's own phase, off by 5 ms a message: 8 devices are a quarter of a
// second apart on average, so the beat alone tells them.
TEST(Handover, TheBeatGoesOnThroughASilence) {
  const auto beating = [](std::size_t devices, double jitter_s, sim::RandomStream random) {
    std::vector<Segment> out;
    constexpr double kBeat_s = 2.046;
    for (std::size_t d = 0; d < devices; ++d) {
      const double phase = random.uniform(0, kBeat_s);
      for (int s = 0; s < 3; ++s) {
        const double begin = phase + 40 * s * kBeat_s + jitter_s * random.normal();
        const double end = phase + (40 * s + 30) * kBeat_s + jitter_s * random.normal();
        out.push_back({d, begin, end, kBeat_s, {random.normal()}});
      }
    }
    return out;
  };
  const PseudonymObserver observer(beating(20, 0.005, sim::RandomStream(6, "others")));
  const auto steady = beating(8, 0.005, sim::RandomStream(7, "steady"));
  EXPECT_LE(judge_following(steady, observer.join(steady, 25)).confusions_per_change, 0.25);
  const PseudonymObserver no_beat(beating(20, 10, sim::RandomStream(8, "others")));
  const auto anyhow = beating(8, 10, sim::RandomStream(9, "anyhow"));
  EXPECT_GT(judge_following(anyhow, no_beat.join(anyhow, 60)).confusions_per_change, 0.4);
}

TEST(Handover, NinetyPercentOfATraceCount) {
  // Trace 0: 91 s and 9 s; trace 1: 89 s and 11 s. Both lose their second pseudonym.
  const std::vector<Segment> segments{
      {0, 0, 91, 0, {0}}, {0, 100, 109, 0, {0}}, {1, 0, 89, 0, {0}}, {1, 98, 109, 0, {0}}};
  const std::vector<std::size_t> swapped{3, 4, 1, 4}, lost{4, 4, 4, 4}, right{1, 4, 3, 4};
  EXPECT_EQ(judge_following(segments, swapped).traceability, 0.5);
  EXPECT_EQ(judge_following(segments, swapped).confusions_per_change, 1);
  EXPECT_EQ(judge_following(segments, lost).traceability, 0.5);
  EXPECT_EQ(judge_following(segments, right).traceability, 1);
  EXPECT_EQ(judge_following(segments, right).confusions_per_change, 0);
}

}  // namespace
}  // namespace gauntlet::privacy
