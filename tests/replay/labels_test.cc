#include "replay/labels.h"

#include <gtest/gtest.h>

#include <string>

#include "replay/label_doubts.h"
#include "replay/replay_report.h"

namespace gauntlet::replay {
namespace {

TEST(Labels, ALineIsASet) {
  const auto labels = parse_labels("2=arms,alt-dumbbell-biceps-curl,,17.5,15\n");
  ASSERT_EQ(labels.by_set.size(), 1u);
  const Label& label = labels.by_set.at(2);
  EXPECT_EQ(label.raw, "arms,alt-dumbbell-biceps-curl,,17.5,15");
  EXPECT_EQ(label.muscle_group, "arms");
  EXPECT_EQ(label.exercise, "alt-dumbbell-biceps-curl");
  EXPECT_EQ(label.weight_kg, 17.5);
  EXPECT_EQ(label.repetitions, 15u);
}

struct Spelling {
  const char* line;
  const char* exercise;
};

TEST(Labels, SpellingIsNormalisedAndTheRawTextKept) {
  const Spelling table[] = {
      {"arms,biceps-curl-happer,,0,0", "biceps-curl-hammer"},
      {"chest,dummbell-chest-press-twist,,0,0", "dumbbell-chest-press-twist"},
      {"arms,tricep-dips,,-1,20", "triceps-dips"},
      {"arms,barbel-biceps-curl,,30,6", "barbell-biceps-curl"},
      {"back,lat-pulldown,angled,42,15", "lat-pulldown-angled"},
      {"back,lat-pulldown,straight,42,15", "lat-pulldown-straight"},
      {"back,lat-pulldown-straight,,42,15", "lat-pulldown-straight"},
      {"core,side-dips,left;centre,52.5,5", "side-dips"},
      {"x,x,,0,0", ""},
  };
  for (const Spelling& s : table) {
    const auto labels = parse_labels(std::string("1=") + s.line);
    ASSERT_EQ(labels.by_set.count(1), 1u) << s.line;
    EXPECT_EQ(labels.by_set.at(1).exercise, s.exercise) << s.line;
    EXPECT_EQ(labels.by_set.at(1).raw, s.line);
  }
}

TEST(Labels, OfAlternatingArmsTheWristDoesTheFirstHalf) {
  const auto at_wrist = [](const char* line) {
    return repetitions_at_wrist(parse_labels(line).by_set.at(1));
  };
  EXPECT_EQ(at_wrist("1=arms,alt-dumbbell-biceps-curl,,17.5,15\n"), 8u);
  EXPECT_EQ(at_wrist("1=arms,alt-dumbbell-biceps-curl,,17.5,10\n"), 5u);
  EXPECT_EQ(at_wrist("1=arms,barbell-biceps-curl,,17.5,15\n"), 15u);
}

TEST(Labels, DoubtIsOfRecordingsNotOfSessions) {
  EXPECT_EQ(label_doubt("jan-back-01-06", "8"), LabelDoubt::none);
  EXPECT_EQ(label_doubt("jan-back-01-06", "9"), LabelDoubt::moved);
  EXPECT_EQ(label_doubt("jan-back-01-06", "22"), LabelDoubt::moved);
  EXPECT_EQ(label_doubt("jan-back-01-06", "23"), LabelDoubt::none);
  EXPECT_EQ(label_doubt("jan-core-30-05", "36"), LabelDoubt::miscounted);
  EXPECT_EQ(label_doubt("jan-back-22-05", "10"), LabelDoubt::none);
  EXPECT_EQ(label_doubt("jan-back-01-06", "9-second-try"), LabelDoubt::none);
  EXPECT_EQ(label_doubt("", ""), LabelDoubt::none);
}

// Known from tables of the Wilson interval.
TEST(WilsonPercent, IsTheKnownInterval) {
  EXPECT_NEAR(wilson_percent(8, 10).low, 49.02, 0.01);
  EXPECT_NEAR(wilson_percent(8, 10).high, 94.33, 0.01);
  EXPECT_NEAR(wilson_percent(0, 20).low, 0, 1e-9);
  EXPECT_NEAR(wilson_percent(0, 20).high, 16.11, 0.01);
  EXPECT_NEAR(wilson_percent(20, 20).high, 100, 1e-9);
  EXPECT_EQ(wilson_percent(0, 0).high, 100);
}

TEST(Labels, BadLinesAreCounted) {
  const auto labels =
      parse_labels("x=a,b,,0,0\n1\n2=a,b\n3=a,b,,heavy,1\n4=a,b,,1,-1\n\n5=a,b,,0,0\r\n");
  EXPECT_EQ(labels.bad_lines, 5u);
  EXPECT_EQ(labels.by_set.size(), 1u);
}

}  // namespace
}  // namespace gauntlet::replay
