#include "reports/metrics/activity.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace gauntlet::reports {
namespace {

std::vector<bool> bits(const std::string& text) {
  std::vector<bool> out;
  for (const char c : text) out.push_back(c == '#');
  return out;
}

ActivityCounts count(const std::string& truth, const std::string& answer) {
  return count_activity(bits(truth), bits(answer));
}

struct FrameCase {
  const char* truth;
  const char* answer;
  FrameCounts expected;
};

// hit, deletion, fragmenting, underfill start and end; quiet, insertion, merge, overfill start,
// end.
TEST(Ward, FramesErrInTheWaysOfTheirTable) {
  const FrameCase cases[] = {
      {"..###..", "..###..", {3, 0, 0, 0, 0, 4, 0, 0, 0, 0}},
      {"..###..", ".......", {0, 3, 0, 0, 0, 4, 0, 0, 0, 0}},
      {".......", "..##...", {0, 0, 0, 0, 0, 5, 2, 0, 0, 0}},
      {".#####.", ".#.#.#.", {3, 0, 2, 0, 0, 2, 0, 0, 0, 0}},
      {".#####.", "..##...", {2, 0, 0, 1, 2, 2, 0, 0, 0, 0}},
      {".##..##.", ".######.", {4, 0, 0, 0, 0, 2, 0, 2, 0, 0}},
      {"...##...", "..#####.", {2, 0, 0, 0, 0, 3, 0, 0, 1, 2}},
      {"###", "..#", {1, 0, 0, 2, 0, 0, 0, 0, 0, 0}},
      // An answer that begins where the event ends touches it and hits nothing.
      {"##..", "..##", {0, 2, 0, 0, 0, 0, 2, 0, 0, 0}},
  };
  for (const FrameCase& c : cases) {
    const FrameCounts f = count(c.truth, c.answer).frames;
    const FrameCounts& e = c.expected;
    EXPECT_TRUE(f.hit == e.hit && f.deletion == e.deletion && f.fragmenting == e.fragmenting &&
                f.underfill_start == e.underfill_start && f.underfill_end == e.underfill_end &&
                f.quiet == e.quiet && f.insertion == e.insertion && f.merge == e.merge &&
                f.overfill_start == e.overfill_start && f.overfill_end == e.overfill_end)
        << c.truth << " " << c.answer;
  }
}

TEST(Ward, EventsAreCorrectDeletedFragmentedMergedOrBoth) {
  const EventCounts good = count(".###.##.", "..#...#.").events;
  EXPECT_EQ(good.correct, 2u);
  EXPECT_EQ(good.answered_correct, 2u);
  const EventCounts cut = count(".#####..", ".#.#.#.#").events;
  EXPECT_EQ(cut.fragmented, 1u);
  EXPECT_EQ(cut.fragmenting, 3u);
  EXPECT_EQ(cut.inserted, 1u);
  const EventCounts joined = count(".##..##..#", ".######...").events;
  EXPECT_EQ(joined.merged, 2u);
  EXPECT_EQ(joined.merging, 1u);
  EXPECT_EQ(joined.deleted, 1u);
  // The first event is cut in two, and the second piece reaches into the next event.
  const EventCounts both = count(".#####.##.", ".##.#####.").events;
  EXPECT_EQ(both.fragmented_and_merged, 1u);
  EXPECT_EQ(both.merged, 1u);
  EXPECT_EQ(both.fragmenting, 1u);
  EXPECT_EQ(both.fragmenting_and_merging, 1u);
}

// Intersection over union 2/5: found at 0.1 and 0.25, not at 0.5. A second answer finds nothing
// new.
TEST(Segments, AreFoundByOverlapOnceEach) {
  const auto one = count("..####....", "....###...");
  EXPECT_EQ(one.found, (std::array<std::uint64_t, 3>{1, 1, 0}));
  const auto two = count("..######..", "..##.##...");
  EXPECT_EQ(two.found, (std::array<std::uint64_t, 3>{1, 1, 0}));
  EXPECT_EQ(count("...", "...").found, (std::array<std::uint64_t, 3>{0, 0, 0}));
}

// All pairs of ten frames: what count_activity checks of itself holds for every one of them.
TEST(Ward, InvariantsHoldForEveryShortRecord) {
  for (unsigned t = 0; t < 1024; ++t) {
    for (unsigned a = 0; a < 1024; a += 7) {
      std::vector<bool> truth, answer;
      for (unsigned i = 0; i < 10; ++i) {
        truth.push_back((t >> i & 1) != 0);
        answer.push_back((a >> i & 1) != 0);
      }
      const ActivityCounts c = count_activity(truth, answer);
      EXPECT_EQ(c.frames.positive() + c.frames.negative(), 10u);
      EXPECT_LE(c.found[2], c.found[0]);
    }
  }
}

}  // namespace
}  // namespace gauntlet::reports
