#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "reports/gate.h"
#include "reports/metrics/measure.h"
#include "tests/reports/support/synthetic_run.h"

namespace gauntlet::reports {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Results with one metric and these values per seed.
ResultFile result_of(std::string_view metric, std::vector<std::optional<double>> per_seed) {
  ResultFile r;
  r.provenance.scenario = "gym-hour";
  r.provenance.duration_s = 3600;
  Metric m;
  std::vector<double> values;
  for (std::size_t i = 0; i < per_seed.size(); ++i) {
    r.provenance.seeds.push_back(i + 1);
    if (per_seed[i]) values.push_back(*per_seed[i]);
  }
  m.unit = metric.starts_with("timing") || metric.starts_with("lag") ? "ms" : "share";
  if (!values.empty()) m.value = estimate_mean(values).mean;
  m.per_seed = std::move(per_seed);
  m.reason = values.empty() ? "never occurred" : "";
  r.metrics.emplace(std::string(metric), std::move(m));
  return r;
}

GateReport judge(std::string_view metric, std::vector<std::optional<double>> baseline,
                 std::vector<std::optional<double>> candidate, GateConfig config = {}) {
  return gate(result_of(metric, std::move(baseline)), result_of(metric, std::move(candidate)),
              config);
}

constexpr const char* kTiming = "timing.error_ms.p50";

TEST(Gate, VerdictsHaveTheirExitCodes) {
  EXPECT_EQ(exit_code(Verdict::pass), 0);
  EXPECT_EQ(exit_code(Verdict::regression), 3);
  EXPECT_EQ(exit_code(Verdict::inconclusive), 4);
  EXPECT_EQ(exit_code(Verdict::incompatible), 5);
  EXPECT_EQ(exit_code(Verdict::infrastructure), 6);
}

// Baseline 10 ms, thresholds 10 % and 0.5 ms: what matters is more than 1 ms.
TEST(Gate, NeedsThresholdFloorAndInterval) {
  struct Row {
    const char* claim;
    std::vector<std::optional<double>> candidate;
    Verdict verdict;
  };
  const Row rows[] = {
      {"identical passes", {10.0, 10.0, 10.0}, Verdict::pass},
      {"beyond both, surely", {12.0, 12.1, 11.9}, Verdict::regression},
      {"sure but small passes", {10.6, 10.61, 10.59}, Verdict::pass},
      {"large but unsure", {9.0, 18.0, 12.0}, Verdict::inconclusive},
      {"small, and unsure whether", {9.0, 11.0, 10.5}, Verdict::inconclusive},
      {"an improvement passes", {5.0, 5.1, 4.9}, Verdict::pass},
      {"equal differences are decided by the thresholds", {11.5, 11.5, 11.5}, Verdict::regression},
  };
  for (const Row& r : rows) {
    const GateReport report = judge(kTiming, {10.0, 10.0, 10.0}, r.candidate);
    EXPECT_EQ(report.verdict, r.verdict) << r.claim << ": " << report.findings[0].why;
  }
}

TEST(Gate, TheAbsoluteFloorHoldsWhereTheBaselineIsNearZero) {
  EXPECT_EQ(judge(kTiming, {0.1, 0.1}, {0.4, 0.4}).verdict, Verdict::pass);
  EXPECT_EQ(judge(kTiming, {0.1, 0.1}, {0.7, 0.7}).verdict, Verdict::regression);
}

TEST(Gate, HigherIsBetterForF1AndNearerZeroForDrift) {
  EXPECT_EQ(judge("f1.macro", {.9, .91}, {.95, .96}).verdict, Verdict::pass);
  EXPECT_EQ(judge("f1.macro", {.9, .91}, {.85, .86}).verdict, Verdict::regression);
  EXPECT_EQ(judge("timing.drift_s_per_h", {-.01, -.02}, {-10.7, -10.8}).verdict,
            Verdict::regression);
  EXPECT_EQ(judge("timing.drift_s_per_h", {-10.7, -10.8}, {.01, .02}).verdict, Verdict::pass);
}

TEST(Gate, OneViolationOfPrivacyIsARegression) {
  EXPECT_EQ(judge("privacy.m0.violations", {0.0, 0.0}, {1.0, 1.0}).verdict, Verdict::regression);
  EXPECT_EQ(judge("privacy.m0.violations", {0.0, 0.0}, {0.0, 0.0}).verdict, Verdict::pass);
}

TEST(Gate, OneSeedIsDecidedByThresholdsAndSaysSo) {
  const GateReport worse = judge(kTiming, {10.0}, {12.0});
  EXPECT_EQ(worse.verdict, Verdict::regression);
  EXPECT_EQ(
      worse.findings[0].why,
      "worse by 2 ms on one seed, beyond 1 ms (relative); exact for this seed, no interval for "
      "others");
  EXPECT_EQ(judge(kTiming, {10.0}, {10.4}).verdict, Verdict::pass);
  ASSERT_EQ(worse.notes.size(), 1u);
}

TEST(Gate, AMetricThatVanishesIsInconclusive) {
  const GateReport r = judge(kTiming, {10.0, 10.0}, {10.0, std::nullopt});
  EXPECT_EQ(r.verdict, Verdict::inconclusive);
  EXPECT_THAT(r.findings[0].why, StartsWith("the candidate lacks it in 1 of 2 seeds"));
  const ResultFile base = result_of(kTiming, {10.0, 10.0});
  ResultFile none = base;
  none.metrics.clear();
  EXPECT_EQ(gate(base, none, {}).verdict, Verdict::inconclusive);
  EXPECT_EQ(gate(none, base, {}).verdict, Verdict::incompatible);
}

TEST(Gate, OnlyTheSameExperimentIsComparable) {
  const ResultFile base = result_of(kTiming, {10.0, 10.0});
  ResultFile other = base;
  other.provenance.scenario = "two-sensors";
  EXPECT_EQ(gate(base, other, {}).verdict, Verdict::incompatible);
  other = base;
  other.provenance.seeds[1] = 7;
  EXPECT_EQ(gate(base, other, {}).verdict, Verdict::incompatible);
  other = base;
  other.provenance.duration_s = 60;
  EXPECT_EQ(gate(base, other, {}).why, "the baseline lasts 3600 s, the candidate 60 s");
  other = base;
  other.provenance.scenario_text = "aligner = 'floor20'";
  EXPECT_EQ(gate(base, other, {}).verdict, Verdict::pass);
  EXPECT_THAT(gate(base, other, {}).notes[0], HasSubstr("text differs"));
}

TEST(Gate, AFailedRunIsNoCandidateAndNoBaseline) {
  const ResultFile good = result_of(kTiming, {10.0});
  ResultFile failed = good;
  failed.failures.push_back("seed 1: 3 samples short");
  EXPECT_EQ(gate(good, failed, {}).verdict, Verdict::infrastructure);
  EXPECT_EQ(gate(failed, good, {}).verdict, Verdict::incompatible);
}

TEST(Gate, RulesOverrideTheRegistryTheLastOneThatFits) {
  GateConfig config;
  config.rules = {{"timing.*", 0.5, 0.5, Judge::hard}};
  EXPECT_EQ(judge(kTiming, {10.0, 10.0}, {12.0, 12.0}, config).verdict, Verdict::pass);
  config.rules.push_back({kTiming, 0, 0.1, Judge::advisory});
  const GateReport advisory = judge(kTiming, {10.0, 10.0}, {12.0, 12.0}, config);
  EXPECT_EQ(advisory.verdict, Verdict::pass);
  EXPECT_THAT(advisory.why, HasSubstr("1 regressed (advisory)"));
  config.rules.push_back({kTiming, 0, 0, Judge::off});
  EXPECT_EQ(judge(kTiming, {10.0, 10.0}, {12.0, 12.0}, config).verdict, Verdict::incompatible);
}

class GateFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / "gate_files";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path put(const char* name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::filesystem::path folder_;
};

TEST_F(GateFiles, SayWhatIsWrongWithThem) {
  const auto good = put("good.json", to_json(result_of(kTiming, {10.0, 10.0})));
  const auto cut = put("cut.json", to_json(result_of(kTiming, {10.0})).substr(0, 90));
  const auto old = put("old.json", R"({"schema": 99})");
  EXPECT_EQ(gate_files(good, good, {}).verdict, Verdict::pass);
  EXPECT_EQ(gate_files(folder_ / "none.json", good, {}).verdict, Verdict::incompatible);
  EXPECT_EQ(gate_files(good, folder_ / "none.json", {}).verdict, Verdict::infrastructure);
  EXPECT_EQ(gate_files(cut, good, {}).verdict, Verdict::infrastructure);
  EXPECT_EQ(gate_files(old, good, {}).verdict, Verdict::incompatible);
  EXPECT_THAT(gate_files(old, good, {}).why, HasSubstr("schema is 99, this version reads 1"));
}

ResultFile synthetic(double drift_ppm, std::uint64_t seeds) {
  std::vector<SeedResult> results;
  Provenance p;
  p.scenario = "gym-hour";
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SyntheticOptions o;
    o.seed = seed;
    o.sets = 4;
    o.drift_ppm = drift_ppm;
    results.push_back(measure(make_synthetic_run(o).record()));
    p.seeds.push_back(seed);
  }
  return summarise(p, results);
}

TEST(Gate, AnAAComparisonPassesAndAFlooringDecoderDoesNot) {
  const ResultFile base = synthetic(0, 3);
  const GateReport same = gate(base, synthetic(0, 3), {});
  EXPECT_EQ(same.verdict, Verdict::pass) << to_console(same);
  // 10.75 s/h, as flooring to 20 ms costs.
  const GateReport worse = gate(base, synthetic(-2986, 3), {});
  EXPECT_EQ(worse.verdict, Verdict::regression);
  EXPECT_EQ(worse.findings[0].metric.substr(0, 6), "timing") << to_console(worse);
}

TEST(GateOutput, JUnitCountsWhatItLists) {
  ResultFile base = result_of(kTiming, {10.0, 10.0}), candidate = result_of(kTiming, {12.0, 12.0});
  for (auto* r : {&base, &candidate}) {
    r->metrics["authz.accepted"] = {5, "count", 5, {}, {5, 5}, ""};
    r->metrics["f1.macro"] = {.9, "share", 5, {}, {.9, .9}, ""};
  }
  const std::string xml = to_junit(gate(base, candidate, {}));
  EXPECT_THAT(xml, HasSubstr(R"(tests="3" failures="1" errors="0" skipped="1")"));
  EXPECT_THAT(xml, HasSubstr(R"(name="timing.error_ms.p50"><failure type="regression")"));
  EXPECT_THAT(to_junit(gate(base, result_of(kTiming, {1.0}), {})),
              HasSubstr(R"(tests="1" failures="0" errors="1")"));
}

TEST(GateOutput, TextOfOthersCannotBreakTheFormats) {
  GateReport r;
  r.verdict = Verdict::regression;
  r.findings.push_back(
      {"a<b>&\"c", "ms", true, false, Verdict::regression, 1, 2, {}, 0, 1, "x | y\n<z>"});
  EXPECT_THAT(to_junit(r), HasSubstr("name=\"a&lt;b&gt;&amp;&quot;c\""));
  EXPECT_THAT(to_markdown(r), HasSubstr("x \\| y <z>"));
}

TEST(GateOutput, MarkdownKeepsItsLimitAndCountsTheRest) {
  GateReport r;
  for (int i = 0; i < 2000; ++i) {
    r.findings.push_back({"metric." + std::to_string(i),
                          "ms",
                          true,
                          false,
                          Verdict::pass,
                          1,
                          2,
                          {},
                          0,
                          1,
                          std::string(40, 'w')});
  }
  const std::string text = to_markdown(r);
  EXPECT_LE(text.size(), 64u * 1024);
  EXPECT_GT(text.size(), 60u * 1024);
  EXPECT_TRUE(text.ends_with(" more\n"));
}

}  // namespace
}  // namespace gauntlet::reports
