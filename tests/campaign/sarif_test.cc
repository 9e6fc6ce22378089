// SARIF 2.1.0: what its schema demands of us, and what code scanning looks at.
#include "campaign/sarif.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/campaign/small_campaign.h"

namespace gauntlet::campaign {
namespace {

using nlohmann::json;

struct Made {
  Campaign campaign;
  CampaignResult result;
};

// Three systems: one that fell, one too weak on purpose, one on which nothing was found.
Made made() {
  Made m;
  std::vector<scenarios::Diagnostic> problems;
  EXPECT_TRUE(load_campaign_text("c.toml", kSmallCampaign, m.campaign, problems));
  const Role roles[] = {Role::measured, Role::must_break, Role::measured};
  for (int i = 0; i < 3; ++i) {
    VariantResult& v = m.result.variants.emplace_back();
    v.variant.name = "v" + std::to_string(i);
    v.variant.role = roles[i];
    v.levels.push_back({8, {}, i < 2 ? 20u : 0u, 20, {0.8, 1}, 1});
    if (i < 2) v.example.emplace().trial.seed = 1007;
  }
  return m;
}

json parsed(const Made& m) {
  return json::parse(to_sarif({{&m.campaign, &m.result, "sub/"}}, "gauntlet attack c.toml", "1.2"));
}

TEST(Sarif, HasWhatTheSchemaDemands) {
  const json s = parsed(made());
  EXPECT_EQ(s["version"], "2.1.0");
  EXPECT_EQ(s["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
  ASSERT_EQ(s["runs"].size(), 1u);
  const json& run = s["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["name"], "Gauntlet");
  ASSERT_EQ(run["results"].size(), 3u);
  for (const json& r : run["results"]) {
    EXPECT_TRUE(r["message"]["text"].is_string());
    const auto index = r["ruleIndex"].get<std::size_t>();
    EXPECT_EQ(run["tool"]["driver"]["rules"].at(index)["id"], r["ruleId"]);
    // 3.27.10: a kind other than "fail" has level "none".
    EXPECT_EQ(r["kind"] == "fail", r["level"] != "none");
  }
  EXPECT_TRUE(run["invocations"][0]["executionSuccessful"]);
}

TEST(Sarif, TellsAFindingFromAControlAndFromABound) {
  const json results = parsed(made())["runs"][0]["results"];
  EXPECT_EQ(results[0]["kind"], "fail");
  EXPECT_EQ(results[0]["level"], "error");
  EXPECT_EQ(results[1]["kind"], "informational");
  EXPECT_EQ(results[2]["kind"], "pass");
  EXPECT_NE(results[2]["message"]["text"].get<std::string>().find("at most 100 %"),
            std::string::npos);
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "sub/small-v0.toml");
  EXPECT_EQ(results[0]["properties"]["replay"],
            "gauntlet attack --replay sub/small-v0.finding.toml");
}

TEST(Sarif, RelatesRulesToTaxonomies) {
  const json run = parsed(made())["runs"][0];
  const json& relations = run["tool"]["driver"]["rules"][0]["relationships"];
  ASSERT_EQ(relations.size(), 2u);
  EXPECT_EQ(relations[0]["target"]["id"], "CWE-1384");
  EXPECT_EQ(relations[1]["target"]["id"], "T0856");
  EXPECT_EQ(relations[1]["target"]["toolComponent"]["name"], "ATT&CK for ICS");
  EXPECT_EQ(run["taxonomies"].size(), 2u);
}

TEST(Sarif, AFailedControlIsANotificationAndNoSuccess) {
  Made m = made();
  m.result.variants[1].control_failure = "stood";
  const json invocation = parsed(m)["runs"][0]["invocations"][0];
  EXPECT_FALSE(invocation["executionSuccessful"]);
  EXPECT_EQ(invocation["toolExecutionNotifications"][0]["message"]["text"], "small, v1: stood");
}

// Pinned: a finding must keep its name over versions, seeds and efforts.
TEST(Sarif, FingerprintsStayAndDiffer) {
  Made m = made();
  const std::string before = fingerprint(m.campaign.options, m.result.variants[0].variant);
  EXPECT_EQ(before, "f1780674856fc4f1");
  m.campaign.options.search.first_seed = 77;
  m.campaign.options.effort.max = 3;
  EXPECT_EQ(fingerprint(m.campaign.options, m.result.variants[0].variant), before);
  EXPECT_NE(fingerprint(m.campaign.options, m.result.variants[1].variant), before);
}

}  // namespace
}  // namespace gauntlet::campaign
