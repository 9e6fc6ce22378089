// What leaks from a small population: every metric is there with its interval and its planted leak;
// labels ride along with messages.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "scenarios/information_flow.h"
#include "scenarios/privacy_experiments.h"
#include "scenarios/privacy_recorded.h"

namespace gauntlet::scenarios {
namespace {

TrueIdentity somebody() {
  return {"u-00112233445566778899aabbccddeeff", "Name-0123456789abcdef0123456789abcdef",
          "0123456789abcdef@mail.invalid", "cluster-0123456789abcdef",
          "5e55105e-5510-5e55-105e-55105e551000"};
}

class Flow : public testing::Test {
 protected:
  Flow() { truth_.identity = somebody(); }
  void say(const std::string& from, const std::string& to, std::uint64_t connection,
           const std::string& text) {
    flow_.add(
        {from, to, connection, std::as_bytes(std::span(text)), WorldTime{} + ++steps_ * kStep});
  }
  std::vector<FlowHit> violations(const std::vector<HopPolicy>& policy) const {
    auto hits = flow_.trace(truth_, policy);
    std::erase_if(hits, [](const FlowHit& h) { return h.allowed; });
    return hits;
  }
  // Log-in, a token, an upload with it.
  void usual() {
    say("phone", "authz", 1, "user=" + truth_.identity.user_id);
    say("authz", "phone", 1, "{\"token\":\"" + token_ + "\"}");
    say("phone", "ingest", 2, "Bearer " + token_ + "\n" + truth_.identity.session_id);
    say("ingest", "phone", 2, "{\"handle\":\"hq7x0a9b8c7d6e5f4a3b\"}");
  }
  static constexpr Duration kStep = std::chrono::milliseconds{10};
  const std::string token_ = "eyJ0eXAiOiJKV1Qi.c2VhbGVk001122.c2lnbmVk99";
  Truth truth_;
  InformationFlow flow_;
  int steps_ = 0;
};

TEST_F(Flow, PersonStandsBehindTheTokenThatIngestSees) {
  usual();
  const auto hits = flow_.trace(truth_, two_part_token_policy());
  const auto has = [&](const FlowHit& h) {
    return std::find(hits.begin(), hits.end(), h) != hits.end();
  };
  EXPECT_TRUE(has({"phone-authz", "user_id", "itself", 1, true}));
  EXPECT_TRUE(has({"phone-ingest", "session_id", "itself", 1, true}));
  EXPECT_TRUE(has({"phone-ingest", "user_id", "behind a value of authz", 1, true}));
  EXPECT_TRUE(violations(two_part_token_policy()).empty());
}

TEST_F(Flow, ViolationNamesTheFieldAndTheHop) {
  usual();
  say("phone", "ingest", 3, "by " + truth_.identity.user_id);
  const auto bad = violations(two_part_token_policy());
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0], (FlowHit{"phone-ingest", "user_id", "itself", 1, false}));
}

// No identifier is in the message, so no canary finds it: authz could tell whose session it was.
TEST_F(Flow, HandleOfASessionMayNotComeToAuthz) {
  usual();
  say("phone", "authz", 4, "X-Upload: hq7x0a9b8c7d6e5f4a3b");
  const auto bad = violations(two_part_token_policy());
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0], (FlowHit{"phone-authz", "session_id", "behind a value of ingest", 1, false}));
}

// What a service asks others for while it answers is behind its answer too.
TEST_F(Flow, AnswerCarriesWhatOthersToldMeanwhile) {
  say("phone", "model", 1, "which models");
  say("model", "profile", 2, "who");
  say("profile", "model", 2, truth_.identity.email);
  say("model", "phone", 1, "m0d3l-00998877665544");
  const auto bad = violations({{"profile-model", {"email"}, {}}});
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0], (FlowHit{"model-phone", "email", "behind a value of model", 1, false}));
}

TEST_F(Flow, HopThatNoPolicyNamesMayCarryNothing) {
  usual();
  EXPECT_EQ(violations({}).size(), flow_.trace(truth_, {}).size());
}

ScenarioOptions small(const std::vector<Override>& more = {}) {
  std::vector<Override> overrides{{"privacy.people", "12"},      {"privacy.sessions", "3"},
                                  {"privacy.session_s", "150"},  {"privacy.pseudonym_s", "25"},
                                  {"privacy.replicates", "100"}, {"privacy.permutations", "20"}};
  overrides.insert(overrides.end(), more.begin(), more.end());
  Scenario scenario;
  std::vector<Diagnostic> problems;
  load_scenario("scenarios/catalog/privacy.toml", overrides, scenario, problems);
  EXPECT_TRUE(problems.empty()) << to_string(problems);
  return scenario.options;
}

const SharedParts& parts() {
  static const auto made = make_shared_parts(small(), "scenarios/models/gym.model");
  EXPECT_TRUE(made.ok());
  return *made;
}

TEST(Leaks, EveryMetricHasItsIntervalBaselineAndPlantedLeak) {
  const auto options = small();
  const auto run = run_population(options, 1, parts(), 2);
  ASSERT_TRUE(run.ok()) << run.error().message;
  const Findings found = find_leaks(*run, options, 1, parts());
  std::set<std::string> metrics, ids;
  for (const Finding& f : found.rows) {
    metrics.insert(f.metric);
    EXPECT_TRUE(ids.insert(f.id).second) << f.id << " is no name: two rows have it";
    EXPECT_TRUE(f.measured.interval) << f.id;
    EXPECT_FALSE(f.baseline_of.empty()) << f.id;
    EXPECT_TRUE(f.planted && f.planted->interval) << f.id;
    if (f.measured.interval && f.metric != "M9" && f.metric != "M7") {
      EXPECT_LE(f.measured.interval->lo, f.measured.value + 1e-9) << f.id;
      EXPECT_GE(f.measured.interval->hi, f.measured.value - 1e-9) << f.id;
    }
  }
  EXPECT_EQ(metrics, (std::set<std::string>{"M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8",
                                            "M9", "M10", "M11", "M12"}));
  const auto row = [&](const std::string& id) {
    return *std::find_if(found.rows.begin(), found.rows.end(),
                         [&](const Finding& f) { return f.id == id; });
  };
  EXPECT_EQ(row("M0").measured.value, 0) << "neither canaries nor labels are out of place";
  EXPECT_TRUE(privacy::found(*row("M9").planted, 0)) << "canaries of people in a model";
  EXPECT_TRUE(privacy::found(*row("M8 A1").planted, 0));
  EXPECT_EQ(row("M8 A1 padded").measured.value, 0) << "what looks alike tells nothing";
  EXPECT_TRUE(privacy_result(*run, found, options, {}).failures.empty());

  const auto again = run_population(options, 1, parts(), 1);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(reports::to_json(
                privacy_result(*again, find_leaks(*again, options, 1, parts()), options, {})),
            reports::to_json(privacy_result(*run, found, options, {})))
      << "the same bytes with one thread";
}

TEST(Leaks, StricterPolicyMakesViolationsOfWhatFlows) {
  auto options = small({{"privacy.people", "8"}});
  for (HopPolicy& hop : options.privacy.hops) {
    if (hop.hop == "phone-ingest") hop.itself = {"cluster_id"};
  }
  const auto run = run_population(options, 1, parts(), 2);
  ASSERT_TRUE(run.ok()) << run.error().message;
  const auto& flow = run->sessions.front().flow;
  const auto bad =
      std::find_if(flow.begin(), flow.end(), [](const FlowHit& h) { return !h.allowed; });
  ASSERT_NE(bad, flow.end());
  EXPECT_EQ(bad->hop, "phone-ingest");
  EXPECT_EQ(bad->field, "session_id");
}

// Ten people, eight runs each of white noise, by `apart` of its spread stronger from one person to
// the next.
std::vector<replay::SampleTrack> recorded_people(double apart) {
  std::vector<replay::SampleTrack> tracks;
  for (int p = 0; p < 10; ++p) {
    for (int r = 0; r < 8; ++r) {
      sim::RandomStream random(1, "run/" + std::to_string(p) + "/" + std::to_string(r));
      replay::SampleTrack& t = tracks.emplace_back();
      t.device = "watch";
      t.subject.id = "person-" + std::to_string(p);
      for (int i = 0; i < 600; ++i) {
        t.time_ns.push_back(std::int64_t{20'000'000} * i);
        for (int c = 0; c < 3; ++c) {
          t.force_mps2.push_back(static_cast<float>((1 + apart * p) * random.normal()));
          t.rate_radps.push_back(static_cast<float>(random.normal()));
        }
      }
    }
  }
  return tracks;
}

TEST(RecordedPeople, AreLinkedWhenTheyDifferAndNotWhenTheyDoNot) {
  const auto alike = link_recorded(recorded_people(0), "watch", 100);
  const auto apart = link_recorded(recorded_people(1), "watch", 100);
  ASSERT_TRUE(alike.ok() && apart.ok());
  const auto among_all = [](const Findings& f) {
    return *std::find_if(f.rows.begin(), f.rows.end(), [](const Finding& x) {
      return x.what.ends_with("linked to its person among 10");
    });
  };
  EXPECT_EQ(among_all(*alike).verdict, privacy::Verdict::bounded);
  EXPECT_EQ(among_all(*apart).verdict, privacy::Verdict::leaks);
  EXPECT_GT(among_all(*apart).measured.value, 0.9);
  EXPECT_EQ(among_all(*apart).n, 10u);
  EXPECT_FALSE(link_recorded(recorded_people(0), "phone", 100).ok()) << "nobody wore one";
}

TEST(Experiments, OfTheCatalogCanBeLoadedAtEveryPoint) {
  std::vector<ExperimentOptions> experiments;
  std::vector<Diagnostic> problems;
  EXPECT_TRUE(load_experiments("scenarios/catalog/experiments", experiments, problems))
      << to_string(problems);
  std::set<std::string> names;
  for (const auto& e : experiments) {
    names.insert(e.name);
    EXPECT_FALSE(e.title.empty() || e.about.empty() || e.change.empty()) << e.name;
  }
  EXPECT_EQ(names, (std::set<std::string>{"clusters", "collusion", "silent-period", "stored-noise",
                                          "style-strength", "token-lifetime", "traffic"}));
}

TEST(Experiments, LongerTokensLinkMoreAndAMeasureThatIsNoneIsNamed) {
  ExperimentOptions e;
  e.path = "scenarios/catalog/privacy.toml";
  e.set = {"privacy.people=8", "privacy.sessions=3", "privacy.session_s=60",
           "privacy.replicates=100", "privacy.permutations=20"};
  e.measures = {"M5"};
  e.sweeps = {{"services.tokens.lifetime_s", "s", {"300", "86400"}}};
  const auto result = run_experiment(e, parts(), 1, 2, {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto& rows = result->tables.at("experiment").rows;
  ASSERT_EQ(rows.size(), 2u);
  // 1 - exp(-(lifetime - session) / gap), gap 48 h: 0.0014 and 0.393; four standard errors of 200.
  EXPECT_NEAR(std::get<double>(rows[0][5]), 1 - std::exp(-240.0 / 172800), 0.011);
  EXPECT_NEAR(std::get<double>(rows[1][5]), 1 - std::exp(-86340.0 / 172800), 0.14);
  e.measures = {"M99"};
  e.sweeps[0].values = {"300"};
  const auto wrong = run_experiment(e, parts(), 1, 2, {});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, "bad_experiment");
}

}  // namespace
}  // namespace gauntlet::scenarios
