// Campaigns on the real pipeline: what is found, what is not, controls that fail, the same bytes
// whatever the threads and however often a campaign is killed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "campaign/campaign.h"
#include "campaign/campaign_json.h"
#include "campaign/finding.h"
#include "tests/campaign/small_campaign.h"

namespace gauntlet::campaign {
namespace {

namespace fs = std::filesystem;

struct Ran {
  Campaign campaign;
  CampaignResult result;
  std::string json;
  std::uint64_t simulated = 0;
};

Ran run(const std::string& text, const std::string& journal = {}, int threads = 0) {
  Ran ran;
  std::vector<scenarios::Diagnostic> problems;
  EXPECT_TRUE(load_campaign_text("c.toml", text, ran.campaign, problems)) << to_string(problems);
  auto trials = Trials::open({journal, "test", threads, {}});
  EXPECT_TRUE(trials.ok());
  const auto& o = ran.campaign.options;
  CleanLives clean;
  auto result = run_campaign(ran.campaign, {o.scenario, o.costs.scenario, o.detection.scenario},
                             **trials, clean);
  EXPECT_TRUE(result.ok()) << result.error().message;
  ran.result = std::move(*result);
  ran.json = to_json(ran.campaign, ran.result, "test");
  ran.simulated = (*trials)->simulated();
  return ran;
}

const Ran& small() {
  static const Ran ran = run(kSmallCampaign, {}, 1);
  return ran;
}

class InFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("gauntlet_campaign_" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  fs::path folder_;
};

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(CampaignRun, TheOpenSystemFallsAndTheShutOneDoesNot) {
  const auto& v = small().result.variants;
  ASSERT_EQ(v.size(), 3u);
  EXPECT_EQ(verdict_of(v[0]), "control broken");
  EXPECT_GE(v[0].levels.back().successes, 6u);
  EXPECT_EQ(v[0].levels.front().successes, 0u) << "0.25 m/s2 is nobody's curl";
  EXPECT_EQ(verdict_of(v[1]), "not found");
  EXPECT_EQ(verdict_of(v[2]), "control quiet");
  EXPECT_TRUE(small().result.controls_hold());
  EXPECT_FALSE(small().result.any_finding());
}

// Clopper and Pearson at 1 - 0.05 / 3: 0 of 8 leaves 1 - (0.05 / 6)^(1/8).
TEST(CampaignRun, NotFoundIsSaidWithItsExactBound) {
  const VariantResult& shut = small().result.variants[1];
  EXPECT_NEAR(shut.bound(), 1 - std::pow(0.05 / 6, 1.0 / 8), 1e-9);
  EXPECT_EQ(in_words(small().campaign.options, shut),
            "not found: the best attack met succeeds at most 45.03 % of the time (0 of 8 fresh "
            "seeds at 8 m/s2)");
}

TEST(CampaignRun, TheExampleIsShrunkAndStillASuccess) {
  const CounterExample& e = *small().result.variants[0].example;
  EXPECT_LT(e.effort, 8) << "bisected below the level at which it was found";
  EXPECT_TRUE(e.outcome.holds);
  for (const std::string& set : e.trial.set) {
    EXPECT_FALSE(set.starts_with("attack[0].acoustic.target_hz")) << "the campaign's own will do";
  }
  ASSERT_NE(e.cost.find("amplitude"), nullptr);
  EXPECT_EQ(e.cost.find("amplitude")->value, e.effort);
  EXPECT_EQ(e.cost.find("time")->value, 35);
}

TEST(CampaignRun, ADefenceIsMetNaivelyToo) {
  const VariantResult& shut = small().result.variants[1];
  ASSERT_TRUE(shut.naive.has_value());
  EXPECT_EQ(shut.naive->attack, small().result.variants[0].attack);
  EXPECT_EQ(shut.naive->successes, 0u);
  EXPECT_FALSE(small().result.variants[0].naive.has_value());
}

// A low-pass changes no byte on the link, and a person at rest has no F1 to lose.
TEST(CampaignRun, ADefenceIsChargedOnCleanDataByPairs) {
  const auto& costs = small().result.variants[1].costs;
  ASSERT_EQ(costs.size(), 2u);
  EXPECT_GT(costs[0].value.mean, 100);
  EXPECT_EQ(costs[0].difference->difference.n, 2u);
  EXPECT_EQ(costs[0].difference->difference.mean, 0);
}

TEST_F(InFolder, TwoThreadsAndAJournalGiveTheSameBytes) {
  EXPECT_EQ(run(kSmallCampaign, path("journal.txt"), 2).json, small().json);
}

TEST_F(InFolder, AKilledCampaignGoesOnToTheSameBytes) {
  const std::string journal = path("journal.txt");
  run(kSmallCampaign, journal);
  const std::string whole = text_of(journal);
  // Killed in the middle of a line, three quarters through.
  std::ofstream(journal, std::ios::binary) << whole.substr(0, whole.size() * 3 / 4);
  const Ran again = run(kSmallCampaign, journal);
  EXPECT_EQ(again.json, small().json);
  EXPECT_GT(again.simulated, 0u);
  EXPECT_LT(again.simulated, small().simulated / 2);
  EXPECT_EQ(run(kSmallCampaign, journal).simulated, 0u) << "nothing is left to run";
}

TEST_F(InFolder, AnotherBuildsJournalAndBrokenLinesAreRefused) {
  const struct {
    const char *text, *words;
  } kBad[] = {{"gauntlet journal 1 another\n", "another build"},
              {"gauntlet journal 1 test\nnonsense\n", "a line that is none"},
              {"gauntlet journal 1 test\n0 7 0 0\n", "a line that is none"}};
  for (const auto& bad : kBad) {
    std::ofstream(path("j"), std::ios::binary) << bad.text;
    const auto trials = Trials::open({path("j"), "test", 0, {}});
    ASSERT_FALSE(trials.ok());
    EXPECT_NE(trials.error().message.find(bad.words), std::string::npos) << trials.error().message;
  }
}

TEST_F(InFolder, AFindingRunsAgainBitForBit) {
  const VariantResult& open = small().result.variants[0];
  const auto saved = save_finding(folder_.string(), small().campaign.options, open);
  ASSERT_TRUE(saved.ok());
  Finding finding;
  std::vector<scenarios::Diagnostic> problems;
  ASSERT_TRUE(load_finding(*saved, finding, problems)) << to_string(problems);
  EXPECT_EQ(finding.campaign + "/" + finding.row + "/" + finding.variant, "small/P2/open");
  const auto trials = Trials::open({{}, {}, 0, {}});
  const auto outcomes =
      (*trials)->run({{finding.scenario, {}, static_cast<std::uint64_t>(finding.seed)}},
                     *Question::make(finding.success));
  ASSERT_TRUE(outcomes.ok()) << outcomes.error().message;
  EXPECT_EQ(outcomes->front().holds, finding.holds);
  EXPECT_EQ(outcomes->front().robustness, finding.robustness);
  EXPECT_EQ(hexadecimal(outcomes->front().digest), finding.digest);
}

TEST(CampaignRun, AControlThatDoesNotFallFailsTheCampaign) {
  const Ran ran = run(with(kSmallCampaign, "max = 8", "max = 0.3"));
  EXPECT_FALSE(ran.result.controls_hold());
  EXPECT_EQ(verdict_of(ran.result.variants[0]), "control failed");
}

TEST(CampaignRun, AnAlarmThatDoesNotComeAtItsStatedRateFailsTheCampaign) {
  const std::string role = "role = \"no_attack\"";
  EXPECT_FALSE(
      run(with(kSmallCampaign, role, role + "\nstated_rate = 0.9")).result.controls_hold());
  const std::string alarm = "\nsuccess = \"shown.repetitions >= 0\"\nstated_rate = 1";
  EXPECT_TRUE(run(with(kSmallCampaign, role, role + alarm)).result.controls_hold());
}

// 8 of 8 at one half: 2^-8 above, twice that on both sides; 0 of 8 at one half is 1 and 2^-7.
TEST(CampaignRun, AnAlarmsRateMeetsTheBinomialTestOfWhatIsStated) {
  const std::string role = "role = \"no_attack\"";
  const auto control = [&](const std::string& more) {
    const Ran ran = run(with(kSmallCampaign, role, role + "\nstated_rate = 0.5" + more));
    const VariantResult& quiet = ran.result.variants[2];
    return std::pair(*quiet.p_value, quiet.control_failure.empty());
  };
  const std::string never = "", always = "\nsuccess = \"shown.repetitions >= 0\"";
  const std::string at_most = "\nstated_at_most = true";
  const double small = std::pow(2, -8);
  const struct {
    std::string more;
    double p;
    bool holds;
  } kTable[] = {{never, 2 * small, false},
                {always, 2 * small, false},
                {never + at_most, 1, true},
                {always + at_most, small, false}};
  for (const auto& row : kTable) {
    const auto [p, holds] = control(row.more);
    EXPECT_NEAR(p, row.p, 1e-12) << row.more;
    EXPECT_EQ(holds, row.holds) << row.more;
  }
}

// What holds in a tenth of all runs by itself is found where it surely holds more often, only.
TEST(CampaignRun, WhatHappensWithoutAnAttackIsNoFinding) {
  const std::string shut = "name = \"shut\"";
  const std::string weak = with(kSmallCampaign, shut, shut + "\nsuccess = \"shown.sets >= 0\"");
  EXPECT_TRUE(run(weak).result.any_finding());
  const std::string role = "role = \"no_attack\"";
  const std::string rare = with(weak, role, role + "\nstated_rate = 0.1");
  EXPECT_TRUE(run(rare).result.any_finding()) << "eight of eight are more than a tenth";
  const std::string common = with(weak, role, role + "\nstated_rate = 0.49");
  const Ran ran = run(common);  // 8 of 8: surely above 0.55 at 1 - 0.05 / 3
  EXPECT_TRUE(ran.result.any_finding());
  EXPECT_GT(ran.result.variants[1].levels[0].interval.lo, 0.49);
  EXPECT_FALSE(run(with(common, "\nseeds = 8", "\nseeds = 4")).result.any_finding())
      << "4 of 4 may be 0.3";
}

TEST(CampaignRun, NothingBeyondTheBudgetIsTried) {
  const Ran ran = run(with(kSmallCampaign, "[search]", "[budget]\ntime_s = 30\n[search]"));
  EXPECT_FALSE(ran.result.variants[0].found()) << "the attack lasts 35 s";
}

TEST(CampaignRun, EverySearchFindsTheOpenDoor) {
  for (const char* method : {"grid", "random", "splitting"}) {
    SCOPED_TRACE(method);
    const std::string text =
        with(with(kSmallCampaign, "length_s=40\", \"plan.lead_in_s=40",
                  "length_s=90\", \"plan.lead_in_s=90"),
             "[search]",
             "[[parameter]]\npath = \"attack[0].acoustic.axis_z\"\nmin = -1\nmax = 1\n"
             "[search]\nsplitting = {particles = 4, moves = 2, replicates = 2}\nmethod = \"" +
                 std::string(method) + "\"");
    const Ran ran = run(text);
    EXPECT_TRUE(ran.result.controls_hold());
    const auto& blind = ran.result.variants[0].blind;
    ASSERT_EQ(blind.has_value(), std::string_view(method) == "splitting");
    EXPECT_TRUE(!blind || blind->found);
  }
}

TEST(CampaignRun, SearchedAtEachLevelItFindsNoLess) {
  const Ran ran = run(with(kSmallCampaign, "[search]", "[search]\nat = \"each\""));
  const auto& each = ran.result.variants[0];
  const auto& largest = small().result.variants[0];
  EXPECT_EQ(each.points, 3 * largest.points);
  EXPECT_EQ(each.levels.back().successes, largest.levels.back().successes);
}

// Half a metre a second squared more than any bias: the guard's share of movement that is noise and
// its regularity score a tone; nobody is attacked in the clean minutes.
TEST(CampaignRun, WhatTheGuardSawIsToldWithIntervals) {
  const Ran ran = run(kSmallCampaign +
                      "[detection]\nscenario = \"scenarios/catalog/gym-hour.toml\"\n"
                      "set = [\"plan.length_s=120\"]\nseeds = 3\n");
  ASSERT_TRUE(ran.result.detection.has_value());
  const Detection& d = *ran.result.detection;
  ASSERT_EQ(d.systems.size(), 2u) << "whom nobody attacks has nothing to stop";
  EXPECT_EQ(d.systems[1].variant, "shut");
  for (const char* name : {"regular", "noise", "bias"}) {
    const auto it = std::find_if(d.detectors.begin(), d.detectors.end(),
                                 [name](const DetectorResult& x) { return x.name == name; });
    ASSERT_NE(it, d.detectors.end()) << name;
    EXPECT_EQ(it->attacks, 3u);
    ASSERT_TRUE(it->area_interval.has_value());
    EXPECT_LE(it->area_interval->lo, it->area);
    EXPECT_GE(it->area_interval->hi, it->area);
    EXPECT_NEAR(it->clean_h, 3 * 110.0 / 3600, 3 * 10.0 / 3600);
    EXPECT_GT(it->alarms_per_h.hi, 0) << "no alarm in minutes is no proof";
  }
  EXPECT_EQ(run(kSmallCampaign).json.find("\"detection\": null") == std::string::npos, false);
}

TEST(CampaignRun, AnUnknownSignalIsNamedWithTheNearest) {
  Campaign campaign;
  std::vector<scenarios::Diagnostic> problems;
  ASSERT_TRUE(load_campaign_text("c.toml", with(kSmallCampaign, "shown.rep", "shwn.rep"), campaign,
                                 problems));
  const auto trials = Trials::open({{}, {}, 0, {}});
  const std::string scenario = campaign.options.scenario;
  CleanLives clean;
  const auto result = run_campaign(campaign, {scenario, scenario, scenario}, **trials, clean);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, "unknown_signal");
  EXPECT_NE(result.error().message.find("did you mean \"shown.repetitions\"?"), std::string::npos);
}

}  // namespace
}  // namespace gauntlet::campaign
