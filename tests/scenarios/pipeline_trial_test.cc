#include <gtest/gtest.h>

#include "scenarios/pipeline_table.h"

namespace gauntlet::scenarios {
namespace {

TrainingOptions short_world() {
  TrainingOptions world;
  std::vector<Diagnostic> problems;
  LoadedText loaded;
  const bool good = load_options(
      "scenarios/catalog/train-gym.toml", {{"plan.length_s", "600"}, {"people", "2"}},
      [&world](OptionVisitor& v) { world.describe(v); }, loaded, problems);
  EXPECT_TRUE(good) << to_string(problems);
  return world;
}

TEST(PipelineTrial, ThePaperLogShowsWhatTheUserTyped) {
  const auto trial = try_pipeline(load_pipeline_preset("paper-log").value(), short_world());
  ASSERT_TRUE(trial.ok()) << trial.error().message;
  EXPECT_FALSE(trial->summary("f1.macro").has_value()) << "nothing is classified";
  const auto detected = trial->summary("sets.detected_share");
  ASSERT_TRUE(detected.has_value());
  EXPECT_GT(detected->mean, 0.5);
  const PipelineLine line = line_of(load_pipeline_preset("paper-log").value(), *trial);
  EXPECT_EQ(line.world, "simulated, 2 people");
  EXPECT_EQ(line.f1, "");
  EXPECT_EQ(line.events, "");
}

TEST(PipelineTrial, AClassifierTrainedOnTheOthersRunsInThePhone) {
  PipelinePreset preset = load_pipeline_preset("minirocket").value();
  preset.evaluation.classifier.kind = learn::ClassifierKind::forest;
  preset.evaluation.classifier.trees = 30;
  const auto one = try_pipeline(preset, short_world());
  const auto two = try_pipeline(preset, short_world());
  ASSERT_TRUE(one.ok()) << one.error().message;
  ASSERT_TRUE(two.ok());
  const auto f1 = one->summary("f1.macro");
  ASSERT_TRUE(f1.has_value());
  EXPECT_EQ(f1->n, 2u);
  EXPECT_GT(f1->mean, 0.3);
  EXPECT_EQ(f1->mean, two->summary("f1.macro")->mean);
}

TEST(PipelineTable, LinesComeBackFromText) {
  PipelineLine line;
  line.pipeline = "muvr";
  line.f1 = "0.61 [0.31, 0.79]";
  line.note = "accuracy 0.648";
  const auto back = lines_from(to_text({line, line}));
  ASSERT_TRUE(back.has_value());
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].f1, line.f1);
  EXPECT_EQ((*back)[1].note, line.note);
  EXPECT_EQ((*back)[1].lag_ms, "");
  for (const char* bad : {"", "muvr\n", "muvr", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj"}) {
    EXPECT_FALSE(lines_from(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace gauntlet::scenarios
