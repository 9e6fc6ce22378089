// What a campaign file may say, and how its mistakes are named.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "campaign/attack_search.h"
#include "campaign/campaign.h"
#include "tests/campaign/small_campaign.h"

namespace gauntlet::campaign {
namespace {

std::string problems_of(const std::string& text) {
  Campaign campaign;
  std::vector<scenarios::Diagnostic> problems;
  if (!load_campaign_text("c.toml", text, campaign, problems)) return to_string(problems);
  const std::string& s = campaign.options.scenario;
  check_against_scenario(campaign,
                         {s, campaign.options.costs.scenario, campaign.options.detection.scenario},
                         problems);
  return to_string(problems);
}

TEST(CampaignFile, TheSmallOneIsGood) { EXPECT_EQ(problems_of(kSmallCampaign), ""); }

TEST(CampaignFile, MistakesAreNamedWithTheirPlace) {
  const struct {
    std::string from, to, place, words;
  } kBad[] = {
      {"row = ", "rwo = ", "c.toml:4:1", "did you mean \"row\"?"},
      {"kind = \"acoustic\"", "kind = \"acustic\"", "c.toml:11:8", "did you mean \"acoustic\"?"},
      {"target_hz = 0.5", "target_hz = 5000", "c.toml:15:13", "0 to 1000 Hz"},
      {"target_hz = 0.5", "target_hzz = 0.5", "c.toml:15:1", "did you mean \"target_hz\"?"},
      {"min = 0.25", "min = 9", "c.toml:19:1", "must be below max"},
      {"min = 0.25", "min = 0", "c.toml:19:1", "above 0 on a logarithmic scale"},
      {"scale = \"log\"", "scale = \"lgo\"", "c.toml:22:9", "did you mean \"log\"?"},
      {"acoustic.amplitude_mps2", "acoustic.amplitude_mps", "c.toml:19:1",
       "did you mean \"amplitude_mps2\"?"},
      {"path = \"attack[0].acoustic.target_hz\"", "path = \"attack[1].acoustic.target_hz\"",
       "c.toml:27:1", "there is no attack[1]"},
      {"max = 0.8", "max = 2000", "c.toml:27:1", "out of range"},
      {"eventually (shown", "evntually (shown", "c.toml:7:11", "column"},
      {"seeds = 8", "seeds = 8\nfirst_seed = 1", "c.toml:36:1", "share seeds: 1 to 1 and 1 to 8"},
      {"seeds = 2", "seeds = 2\nfirst_seed = 1008", "c.toml:39:1", "share seeds"},
      {"\"CWE-1384\"", "\"CVE-1384\"", "c.toml:8:12", "must begin with CWE-"},
      {"name = \"shut\"", "name = \"open\"", "c.toml:49:1", "two variants are called"},
      {"lowpass=true", "lowpas=true", "c.toml:51:7", "did you mean"},
      {"role = \"no_attack\"", "", "c.toml:45:1", "no variant has role = \"no_attack\""},
      {"role = \"must_break\"", "", "c.toml:45:1", "too weak to resist"},
      {"scenario = \"scenarios/catalog/acoustic.toml\"", "", "c.toml", "scenario is missing"},
  };
  for (const auto& bad : kBad) {
    SCOPED_TRACE(bad.to);
    const std::string said = problems_of(with(kSmallCampaign, bad.from, bad.to));
    EXPECT_EQ(said.substr(0, bad.place.size()), bad.place) << said;
    EXPECT_NE(said.find(bad.words), std::string::npos) << said;
  }
}

TEST(CampaignFile, NatureMayForbidWhatAWeakSystemWouldShow) {
  const std::string text = with(kSmallCampaign, "role = \"must_break\"", "");
  EXPECT_EQ(problems_of(with(text, "row = ", "forbidden = \"no sound in space\"\nrow = ")), "");
}

TEST(CampaignFile, EveryShippedCampaignIsGoodAndNamesOneRowOfTheCatalogue) {
  SuiteOptions suite;
  std::vector<scenarios::Diagnostic> problems;
  ASSERT_TRUE(load_suite("adversarial/catalog/full.toml", suite, problems)) << to_string(problems);
  std::set<std::string> rows;
  for (const UncoveredOptions& u : suite.uncovered) rows.insert(u.row);
  for (const std::string& path : suite.campaigns) {
    Campaign campaign;
    EXPECT_TRUE(load_campaign(path, {}, campaign, problems)) << to_string(problems);
    rows.insert(campaign.options.row);
    check_against_scenario(campaign,
                           {campaign.options.scenario, campaign.options.costs.scenario,
                            campaign.options.detection.scenario},
                           problems);
  }
  EXPECT_EQ(to_string(problems), "");
  const std::set<std::string> all{"P1",  "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9",
                                  "P10", "R1", "R2", "R3", "R4", "R5", "T1", "T2", "F1",
                                  "J1",  "J2", "J3", "J4", "J5", "J6", "A1", "A2"};
  EXPECT_EQ(rows, all);
}

// The guard states one false alarm a detector in ten hours at most, and has eight detectors.
TEST(CampaignFile, WhereTheGuardIsOnItIsWatchedWithoutAnAttackAtItsStatedRate) {
  SuiteOptions suite;
  std::vector<scenarios::Diagnostic> problems;
  ASSERT_TRUE(load_suite("adversarial/catalog/full.toml", suite, problems)) << to_string(problems);
  int guarded = 0;
  for (const std::string& path : suite.campaigns) {
    Campaign campaign;
    ASSERT_TRUE(load_campaign(path, {}, campaign, problems)) << to_string(problems);
    const auto& variants = campaign.options.variants;
    const auto on = [](const VariantOptions& v) {
      return std::find(v.set.begin(), v.set.end(), "phone.guard.on=true") != v.set.end();
    };
    if (std::none_of(variants.begin(), variants.end(), on)) continue;
    ++guarded;
    const auto control = std::find_if(variants.begin(), variants.end(), [&](const auto& v) {
      return on(v) && v.role == Role::no_attack;
    });
    ASSERT_NE(control, variants.end()) << path;
    const auto scenario = Trials::scenario_of({campaign.options.scenario, campaign.base_set, 1});
    ASSERT_TRUE(scenario.ok()) << path;
    const double run_s = scenario->options.plan.length_s;
    // One in ten hours each; a moving arm's noise rings more often on a watch without a filter.
    const double noise_per_h = path.ends_with("p5-denial.toml") ? 6.7 : 0.1;
    EXPECT_NEAR(control->stated_rate, 1 - std::exp(-(0.7 + noise_per_h) * run_s / 3600), 5e-5)
        << path;
    EXPECT_TRUE(control->stated_at_most) << path;
    EXPECT_EQ(control->success, "eventually (guard.alarms > 0)") << path;
  }
  EXPECT_EQ(guarded, 11);
}

TEST(Values, OfRangesAndChoices) {
  const ParameterOptions line{"x", Scale::linear, -1, 3, {}, 5};
  EXPECT_EQ(value_at(line, 0), "-1");
  EXPECT_EQ(value_at(line, 0.5), "1");
  EXPECT_EQ(value_at(line, 1), "3");
  const ParameterOptions log{"x", Scale::logarithmic, 1, 100, {}, 5};
  EXPECT_NEAR(std::stod(value_at(log, 0.5)), 10, 1e-12);
  const ParameterOptions choice{"x", Scale::choice, 0, 1, {"a", "b", "c"}, 5};
  EXPECT_EQ(value_at(choice, 0) + value_at(choice, 0.34) + value_at(choice, 1), "abc");
  const EffortOptions requests{"x", "", Scale::linear, 1, 4, true, 3, 0.5};
  EXPECT_EQ(effort_at(requests, 0), 1);
  EXPECT_EQ(effort_at(requests, 1), 3);  // 2.5, rounded
  EXPECT_EQ(effort_text(requests, 2.4), "x=2");
}

}  // namespace
}  // namespace gauntlet::campaign
