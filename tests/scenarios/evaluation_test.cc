#include "scenarios/evaluation.h"

#include <gtest/gtest.h>

#include "tests/recorded_data.h"

namespace gauntlet::scenarios {
namespace {

// 100 Hz, `seconds` long, x rising by one a second; the second half labelled otherwise.
replay::SampleTrack ramp(const std::string& person, double seconds) {
  replay::SampleTrack t;
  t.session = person + "_01";
  t.device = "watch";
  t.subject.id = person;
  const auto a = t.label_index("SEATED"), b = t.label_index("WALKING");
  for (int i = 0; i < seconds * 100; ++i) {
    t.time_ns.push_back(1'000'000'000'000 + i * 10'000'000LL);
    t.force_mps2.insert(t.force_mps2.end(), {static_cast<float>(i) * 0.01F, 0, 9.8F});
    t.label.push_back(i < seconds * 50 ? a : b);
  }
  return t;
}

TEST(TrackWindows, LieOnTheGridAndCarryWhatMostOfTheirRowsCarry) {
  const auto cut = cut_tracks({ramp("p1", 10), ramp("p2", 10)}, {});
  ASSERT_TRUE(cut.ok());
  const learn::Dataset& d = cut->data;
  EXPECT_EQ(d.length, 100u);
  EXPECT_EQ(d.channels, 3u);
  ASSERT_EQ(d.size(), 18u);  // 9.99 s: windows at 0, 1, ..., 8 s of each
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(d.window(i)[0], static_cast<double>(i), 1e-5);
    EXPECT_NEAR(d.window(i)[3 * 99], static_cast<double>(i) + 1.98, 1e-5);
    EXPECT_EQ(d.classes[d.label[i]], i < 5 ? "SEATED" : "WALKING") << i;
    EXPECT_EQ(d.groups[d.group[i]], "p1");
  }
  EXPECT_NE(d.recording[8], d.recording[9]);
  // Every row says itself what it is: in the window from 4 s to 6 s the second half walks.
  ASSERT_EQ(d.row_label.size(), d.size() * d.length);
  EXPECT_EQ(d.classes[d.row_label[4 * 100 + 49]], "SEATED");
  EXPECT_EQ(d.classes[d.row_label[4 * 100 + 50]], "WALKING");
}

TEST(TrackWindows, WithNeighboursAreSeenWithThoseBeforeAndBehindInTheSameRecording) {
  WindowOptions o;
  o.neighbours = 1;
  const auto cut = cut_tracks({ramp("p1", 10), ramp("p2", 10)}, o);
  ASSERT_TRUE(cut.ok());
  const learn::Dataset& d = cut->data;
  EXPECT_EQ(d.channels, 9u);
  ASSERT_EQ(d.size(), 18u);
  for (std::size_t i = 0; i < 18; ++i) {
    const std::size_t k = i % 9;  // in its recording; x is the time
    EXPECT_NEAR(d.window(i)[0], static_cast<double>(k), 1e-5);
    EXPECT_NEAR(d.window(i)[3], static_cast<double>(k == 0 ? k : k - 1), 1e-5) << i;
    EXPECT_NEAR(d.window(i)[6], static_cast<double>(k == 8 ? k : k + 1), 1e-5) << i;
    EXPECT_EQ(d.classes[d.label[i]], k < 5 ? "SEATED" : "WALKING") << i;
  }
  EXPECT_EQ(d.seen, 3u);
  EXPECT_EQ(d.hop, 50u);
  // Neighbours do not count, other channels do.
  learn::ClassifierOptions rocket;
  EXPECT_TRUE(check_channels(d, rocket).ok());
  learn::Dataset wide = d;
  wide.seen = 1;
  EXPECT_EQ(check_channels(wide, rocket).error().code, "too_wide");
  rocket.kind = learn::ClassifierKind::forest;
  EXPECT_TRUE(check_channels(wide, rocket).ok());
}

TEST(TrackWindows, LeaveOutGapsMixedLabelsAndRareClassesAndCountThem) {
  auto holed = ramp("p1", 10);
  for (std::size_t i = 300; i < holed.rows(); ++i) holed.time_ns[i] += 3'000'000'000;
  const auto with_hole = cut_tracks({holed, ramp("p2", 10)}, {});
  ASSERT_TRUE(with_hole.ok());
  EXPECT_GE(with_hole->filled, 2u);
  WindowOptions pure;
  pure.least_share = 0.9;
  const auto strict = cut_tracks({ramp("p1", 10), ramp("p2", 10)}, pure);
  ASSERT_TRUE(strict.ok());
  EXPECT_EQ(strict->mixed, 2u);  // the one from 4 s to 6 s, of each
  auto lonely = ramp("p3", 10);
  lonely.labels[1] = "DANCING";
  const auto rare = cut_tracks({ramp("p1", 10), ramp("p2", 10), lonely}, {});
  ASSERT_TRUE(rare.ok());
  EXPECT_EQ(rare->rare_classes, std::vector<std::string>{"DANCING"});
  EXPECT_EQ(rare->rare, 4u);
  // The window of p3 that is SEATED for the most part ends in what is no class any more.
  EXPECT_EQ(rare->data.row_label.back(), learn::Dataset::kNoLabel);
  EXPECT_FALSE(cut_tracks({ramp("p1", 10)}, {}).ok()) << "nobody is left to be held out";
}

// Floors with a margin of two points below what is measured with the full forest.
TEST(Evaluation, OnRealPeopleBeatsTheNaiveBaselines) {
  RECORDED_DATA_OR_SKIP(folder, "sp-sw-har");
  EvaluationOptions options;
  options.classifier.kind = learn::ClassifierKind::forest;
  options.classifier.trees = 60;
  const auto sets = load_windows(folder.parent_path().string(), "sp-sw-har", options.windows);
  ASSERT_TRUE(sets.ok());
  ASSERT_EQ(sets->devices.size(), 2u);
  const std::pair<const char*, double> floors[] = {{"sp-sw-har phone", 0.80},
                                                   {"sp-sw-har watch", 0.80}};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto rows =
        evaluate_windows(sets->devices[i].data, options, learn::Split::leave_one_group_out, 2);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].data, floors[i].first);
    EXPECT_EQ(rows[0].group_accuracy.size(), 18u);
    EXPECT_GT(rows[0].held_out.evaluation.macro_f1, floors[i].second);
    ASSERT_TRUE(rows[0].macro_f1.has_value());
    EXPECT_LT(rows[0].macro_f1->lo, rows[0].held_out.evaluation.macro_f1);
    EXPECT_GT(rows[0].macro_f1->hi, rows[0].held_out.evaluation.macro_f1);
  }
}

}  // namespace
}  // namespace gauntlet::scenarios
