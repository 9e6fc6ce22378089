#include "scenarios/pipeline_preset.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/scenario.h"

namespace gauntlet::scenarios {
namespace {

bool load(const std::vector<Override>& overrides, Scenario& scenario, std::string& complaint) {
  std::vector<Diagnostic> problems;
  const bool good = load_scenario("scenarios/catalog/gym-hour.toml", overrides, scenario, problems);
  complaint = to_string(problems);
  return good;
}

TEST(PipelinePresets, AreSixAndEachSaysWhatIsClaimedOfIt) {
  ASSERT_EQ(pipeline_preset_names().size(), 6u);
  for (const auto name : pipeline_preset_names()) {
    const auto preset = load_pipeline_preset(name);
    ASSERT_TRUE(preset.ok());
    EXPECT_FALSE(preset->about.empty()) << name;
    EXPECT_FALSE(preset->claim.empty()) << name;
    EXPECT_TRUE(preset->pipeline.validate().ok()) << name;
    const auto made = make_classifier(preset->evaluation.classifier);
    EXPECT_NE(made, nullptr);
  }
  const auto bad = load_pipeline_preset("muver");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("muvr"), std::string::npos);
}

TEST(PipelinePresets, SetThePhoneOfAScenarioAndItsOwnKeysWin) {
  Scenario s;
  std::string complaint;
  ASSERT_TRUE(load({{"pipeline.preset", "har-lstm"}}, s, complaint)) << complaint;
  EXPECT_EQ(s.options.phone.classify_cost_ms, 60);
  ASSERT_TRUE(
      load({{"pipeline.preset", "har-lstm"}, {"phone.classify_cost_ms", "7"}}, s, complaint));
  EXPECT_EQ(s.options.phone.classify_cost_ms, 7);
  ASSERT_TRUE(load({{"pipeline.preset", "external"}}, s, complaint));
  EXPECT_EQ(s.options.pipeline.kind, PipelineKind::external);
  EXPECT_FALSE(load({{"pipeline.preset", "mliott"}}, s, complaint));
  EXPECT_NE(complaint.find("did you mean"), std::string::npos) << complaint;
}

}  // namespace
}  // namespace gauntlet::scenarios
