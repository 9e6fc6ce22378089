// SARIF 2.1.0: what its schema demands of us, and what code scanning looks at.
#include "campaign/sarif.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

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

// Section 3 of the standard for the objects that are written: what each must have, may have, and
// which values its words may be. A member beyond these is one that no reader knows.
struct Shape {
  std::vector<std::string> required, optional;
  std::map<std::string, std::string> objects;  // members that are objects, or arrays of them
};
const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> all = {
      {"sarifLog", {{"version", "runs"}, {"$schema"}, {{"runs", "run"}}}},
      {"run",
       {{"tool"},
        {"taxonomies", "invocations", "columnKind", "results"},
        {{"tool", "tool"},
         {"taxonomies", "toolComponent"},
         {"invocations", "invocation"},
         {"results", "result"}}}},
      {"tool", {{"driver"}, {}, {{"driver", "toolComponent"}}}},
      {"toolComponent",
       {{"name"},
        {"version", "organization", "shortDescription", "rules", "taxa", "supportedTaxonomies"},
        {{"shortDescription", "text"},
         {"rules", "reportingDescriptor"},
         {"taxa", "reportingDescriptor"},
         {"supportedTaxonomies", "toolComponentReference"}}}},
      {"toolComponentReference", {{}, {"name", "index", "guid"}, {}}},
      {"reportingDescriptor",
       {{"id"},
        {"shortDescription", "fullDescription", "defaultConfiguration", "relationships",
         "properties"},
        {{"shortDescription", "text"},
         {"fullDescription", "text"},
         {"defaultConfiguration", "reportingConfiguration"},
         {"relationships", "relationship"}}}},
      {"reportingConfiguration", {{}, {"level", "enabled", "rank"}, {}}},
      {"relationship", {{"target"}, {"kinds"}, {{"target", "descriptorReference"}}}},
      {"descriptorReference",
       {{}, {"id", "index", "toolComponent"}, {{"toolComponent", "toolComponentReference"}}}},
      {"invocation",
       {{"executionSuccessful"},
        {"commandLine", "toolExecutionNotifications", "exitCode"},
        {{"toolExecutionNotifications", "notification"}}}},
      {"notification", {{"message"}, {"level"}, {{"message", "text"}}}},
      {"result",
       {{"message"},
        {"ruleId", "ruleIndex", "kind", "level", "locations", "partialFingerprints", "properties"},
        {{"message", "text"}, {"locations", "location"}}}},
      {"location", {{}, {"physicalLocation"}, {{"physicalLocation", "physicalLocation"}}}},
      {"physicalLocation",
       {{},
        {"artifactLocation", "region"},
        {{"artifactLocation", "artifactLocation"}, {"region", "region"}}}},
      {"artifactLocation", {{}, {"uri", "uriBaseId", "index"}, {}}},
      {"region", {{}, {"startLine", "startColumn"}, {}}},
      {"text", {{"text"}, {"markdown"}, {}}},
  };
  return all;
}

const std::map<std::string, std::set<std::string>> kWords = {
    {"kind", {"notApplicable", "pass", "fail", "review", "open", "informational"}},
    {"level", {"none", "note", "warning", "error"}},
    {"columnKind", {"utf16CodeUnits", "unicodeCodePoints"}},
    {"version", {"2.1.0"}}};

void check_shape(const json& value, const std::string& kind, std::vector<std::string>& wrong) {
  const Shape& shape = shapes().at(kind);
  for (const std::string& name : shape.required) {
    if (!value.contains(name)) wrong.push_back(kind + " has no " + name);
  }
  const auto among = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& [name, member] : value.items()) {
    if (!among(shape.required, name) && !among(shape.optional, name)) {
      wrong.push_back(kind + " has " + name);
    }
    const auto words = kWords.find(name);
    const bool is_tool = kind == "toolComponent";
    if (words != kWords.end() && !is_tool && !words->second.contains(member.get<std::string>())) {
      wrong.push_back(name + " is " + member.dump());
    }
    const auto object = shape.objects.find(name);
    if (object == shape.objects.end()) continue;
    const bool list = member.is_array();
    for (const json& each : list ? member : json::array({member})) {
      each.is_object() ? check_shape(each, object->second, wrong)
                       : wrong.push_back(kind + "." + name + " is no object");
    }
  }
}

TEST(Sarif, EveryObjectHasTheStandardsMembersAndNoOthers) {
  std::vector<std::string> wrong;
  check_shape(parsed(made()), "sarifLog", wrong);
  EXPECT_EQ(wrong, std::vector<std::string>{});
  // The check itself can fail.
  json broken = parsed(made());
  broken["runs"][0]["results"][0].erase("message");
  broken["runs"][0]["results"][1]["kind"] = "failed";
  broken["runs"][0]["colour"] = "red";
  check_shape(broken, "sarifLog", wrong);
  EXPECT_EQ(wrong.size(), 3u);
}

// 3.4.3, 3.14.6, 3.19, 3.27.17: relative references without what a URI may not hold, fingerprints
// that are texts, and every reference to a taxon or a taxonomy leading somewhere.
TEST(Sarif, WhatItRefersToIsThere) {
  const json run = parsed(made())["runs"][0];
  std::map<std::string, std::set<std::string>> taxa;
  for (const json& taxonomy : run["taxonomies"]) {
    for (const json& taxon : taxonomy["taxa"]) taxa[taxonomy["name"]].insert(taxon["id"]);
  }
  for (const json& supported : run["tool"]["driver"]["supportedTaxonomies"]) {
    EXPECT_TRUE(taxa.contains(supported["name"])) << supported;
  }
  std::set<std::string> rules, fingerprints;
  for (const json& rule : run["tool"]["driver"]["rules"]) {
    EXPECT_TRUE(rules.insert(rule["id"]).second) << "ids differ";
    for (const json& relation : rule["relationships"]) {
      const json& target = relation["target"];
      EXPECT_TRUE(taxa[target["toolComponent"]["name"]].contains(target["id"])) << target;
    }
  }
  for (const json& r : run["results"]) {
    const json& place = r["locations"][0]["physicalLocation"];
    const std::string uri = place["artifactLocation"]["uri"];
    EXPECT_EQ(uri.find_first_of(" \\\"<>^`{|}"), std::string::npos) << uri;
    EXPECT_FALSE(uri.starts_with("/")) << uri;
    EXPECT_GE(place["region"]["startLine"], 1);
    ASSERT_EQ(r["partialFingerprints"].size(), 1u);
    EXPECT_TRUE(fingerprints.insert(r["partialFingerprints"].front()).second);
  }
  EXPECT_EQ(fingerprints.size(), run["results"].size());
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
