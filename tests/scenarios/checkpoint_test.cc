#include "scenarios/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scenarios/batch.h"

namespace gauntlet::scenarios {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr WorldTime kHalfway{60s};

Scenario load(const std::vector<Override>& more = {}) {
  std::vector<Override> overrides{{"plan.length_s", "120"}, {"services.authz.scrypt_log2_n", "1"}};
  overrides.insert(overrides.end(), more.begin(), more.end());
  Scenario scenario;
  std::vector<Diagnostic> problems;
  EXPECT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml", overrides, scenario, problems))
      << to_string(problems);
  return scenario;
}

const SharedParts& parts() {
  static const SharedParts made = [] {
    const Scenario scenario = load();
    auto all = make_shared_parts(scenario.options, scenario.options.model);
    EXPECT_TRUE(all.ok());
    return std::move(*all);
  }();
  return made;
}

std::string result_of(const Scenario& scenario, const RunHooks& hooks = {}) {
  reports::Provenance about;
  about.scenario_text = scenario.source.effective;
  const auto batch = run_batch(scenario, parts(), about,
                               {.seeds = {7}, .threads = 1, .progress = {}, .hooks = hooks});
  return reports::to_json(batch.result);
}

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove(file_); }
  void TearDown() override { fs::remove(file_); }
  Checkpoint saved() {
    const Scenario scenario = load();
    auto made = make_checkpoint(scenario, 7, parts(), kHalfway);
    EXPECT_TRUE(made.ok());
    made->scenario = "gym-hour.toml";
    made->overrides = {"plan.length_s=120"};
    made->build = "one";
    EXPECT_TRUE(save_checkpoint(file_, *made).ok());
    auto loaded = load_checkpoint(file_);
    EXPECT_TRUE(loaded.ok());
    return *loaded;
  }
  std::string content() const {
    std::ifstream file(file_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void replace(const std::string& what, const std::string& with) {
    std::string text = content();
    const auto at = text.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    std::ofstream(file_) << text.replace(at, what.size(), with);
  }
  const fs::path file_ =
      fs::temp_directory_path() / (std::string("gauntlet_checkpoint_") +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CheckpointTest, GoingOnGivesTheBytesOfAnUninterruptedRun) {
  const Checkpoint checkpoint = saved();
  EXPECT_GT(checkpoint.events, 100u);
  Scenario again;
  std::vector<Diagnostic> problems;
  ASSERT_TRUE(scenario_of(checkpoint, again, problems)) << to_string(problems);
  const auto resumption = resume(checkpoint, parts(), "one");
  ASSERT_TRUE(resumption.ok());
  EXPECT_EQ(result_of(again, resumption->hooks), result_of(load()));
  EXPECT_GT(resumption->trace->count(), checkpoint.events) << "it went on";
}

TEST_F(CheckpointTest, CodeThatDoesSomethingElseIsNoticedAndBothBuildsAreNamed) {
  Checkpoint checkpoint = saved();
  checkpoint.trace_hash ^= 1;
  Scenario again;
  std::vector<Diagnostic> problems;
  ASSERT_TRUE(scenario_of(checkpoint, again, problems));
  const auto resumption = resume(checkpoint, parts(), "two");
  ASSERT_TRUE(resumption.ok());
  const auto run = run_seed(again.options, checkpoint.seed, parts(), resumption->hooks);
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, "diverged");
  EXPECT_NE(run.error().message.find("at 60.0"), std::string::npos) << run.error().message;
  EXPECT_NE(run.error().message.find("build one; this is build two"), std::string::npos);
}

TEST_F(CheckpointTest, AnotherScenarioModelOrFileIsRefused) {
  saved();
  replace("length_s = 120", "length_s = 121");
  EXPECT_EQ(load_checkpoint(file_).error().code, "scenario_differs");
  replace("\"schema\": 1", "\"schema\": 2");
  EXPECT_EQ(load_checkpoint(file_).error().code, "shape");
  std::ofstream(file_) << "{";
  EXPECT_EQ(load_checkpoint(file_).error().code, "syntax");
  std::ofstream(file_) << "{\"schema\": 1}";
  EXPECT_EQ(load_checkpoint(file_).error().code, "shape");
  fs::remove(file_);
  EXPECT_EQ(load_checkpoint(file_).error().code, "missing");
  Checkpoint other = saved();
  other.model_hash ^= 1;
  EXPECT_EQ(resume(other, parts(), "one").error().code, "model_differs");
}

TEST_F(CheckpointTest, APointBehindTheEndIsRefused) {
  const auto made = make_checkpoint(load(), 7, parts(), WorldTime{24h});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, "too_late");
}

// ---- the first difference of two runs, without trace files
// ---------------------------------------

TEST(Rerun, TheSameScenarioAndSeedAreTheSameEvents) {
  const Scenario scenario = load();
  const auto a = rerun(scenario, 7, parts(), {});
  const auto b = rerun(scenario, 7, parts(), {});
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_GT(a->count, 1000u);
  EXPECT_FALSE(replay::first_difference(*a, *b).difference);
}

TEST(Rerun, AConnectionThatIsCutIsTheFirstDifference) {
  const Scenario scenario = load();
  const Scenario other = load({{"network.cuts", "[{at_s = 100.5}]"}});
  const auto a = rerun(scenario, 7, parts(), {});
  const auto b = rerun(other, 7, parts(), {});
  ASSERT_TRUE(a.ok() && b.ok());
  const auto found = replay::first_difference(*a, *b);
  ASSERT_TRUE(found.difference && found.difference->b);
  // The cut takes an order number of its own, by which all events behind it are told apart.
  EXPECT_LE(found.difference->b->time_ns, 100'500'000'000);
  EXPECT_LE(found.hashes_compared, 8u);
}

TEST(Rerun, TwoCheckpointsOfOneRunDifferWhereTheEarlierOneEnds) {
  const Scenario scenario = load();
  const auto early = rerun(scenario, 7, parts(), kHalfway);
  const auto late = rerun(scenario, 7, parts(), WorldTime{90s});
  ASSERT_TRUE(early.ok() && late.ok());
  const auto found = replay::first_difference(*early, *late);
  ASSERT_TRUE(found.difference);
  EXPECT_EQ(found.difference->index, early->count);
  EXPECT_FALSE(found.difference->a);
  ASSERT_TRUE(found.difference->b);
  EXPECT_GT(found.difference->b->time_ns, kHalfway.time_since_epoch().count());
}

}  // namespace
}  // namespace gauntlet::scenarios
