// The catalog, run for real: what each scenario claims is what comes out.

#include <gtest/gtest.h>

#include "reports/gate.h"
#include "reports/result.h"
#include "scenarios/batch.h"
#include "tests/recorded_data.h"

namespace gauntlet::scenarios {
namespace {

struct Outcome {
  reports::ResultFile result;
  double value(std::string_view name) const {
    const auto it = result.metrics.find(name);
    EXPECT_TRUE(it != result.metrics.end() && it->second.value) << name;
    return it == result.metrics.end() ? 0 : it->second.value.value_or(0);
  }
};

Outcome run(const std::string& name, const std::vector<Override>& overrides, std::size_t seeds = 1,
            int threads = 0) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  EXPECT_TRUE(load_scenario("scenarios/catalog/" + name + ".toml", overrides, scenario, problems))
      << to_string(problems);
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  EXPECT_TRUE(parts.ok());
  reports::Provenance about;
  about.scenario = scenario.options.name;
  about.scenario_text = scenario.source.effective;
  auto batch = run_batch(scenario, *parts, about,
                         {.seeds = consecutive_seeds(1, seeds), .threads = threads});
  for (const auto& failure : batch.result.failures) ADD_FAILURE() << failure;
  return {std::move(batch.result)};
}

const std::vector<Override> kTenMinutes = {{"plan.length_s", "600"}};

std::vector<Override> with(std::vector<Override> overrides, const Override& more) {
  overrides.push_back(more);
  return overrides;
}

TEST(GymHour, SameSeedGivesTheSameBytes) {
  EXPECT_EQ(reports::to_json(run("gym-hour", kTenMinutes).result),
            reports::to_json(run("gym-hour", kTenMinutes).result));
}

TEST(GymHour, SeedsInParallelGiveTheSameBytesAsOneByOne) {
  EXPECT_EQ(reports::to_json(run("gym-hour", kTenMinutes, 6, 1).result),
            reports::to_json(run("gym-hour", kTenMinutes, 6, 4).result));
}

TEST(GymHour, AnotherSeedIsAnotherHour) {
  const auto two = run("gym-hour", kTenMinutes, 2).result;
  const auto& counted = two.metrics.at("link.backlog_ms.max").per_seed;
  ASSERT_EQ(counted.size(), 2u);
  EXPECT_NE(counted[0], counted[1]);
}

TEST(GymHour, TheBooksBalanceAndTheSpineWorksEndToEnd) {
  const auto o = run("gym-hour", {});
  EXPECT_EQ(o.value("samples.produced"), o.value("samples.delivered") + o.value("samples.dropped"));
  EXPECT_GT(o.value("samples.produced"), 800'000);
  EXPECT_GT(o.value("authz.accepted"), 300);
  EXPECT_EQ(o.value("authz.refused"), 0);
  EXPECT_EQ(o.value("privacy.m0.violations"), 0);
  EXPECT_GT(o.value("f1.macro"), 0.9) << "trained on other simulated people";
  EXPECT_EQ(o.value("sets.detected_share"), 1);
  // Of recorded sets 93 % are the goal; of 18 sets two standard deviations are 12 %.
  EXPECT_GT(o.value("reps.within1"), 0.8);
  // 516 B for 100 samples at 48.879 Hz.
  EXPECT_NEAR(o.value("link.bytes_per_s"), 516 * 48.879 / 100, 1);
  EXPECT_LT(std::abs(o.value("timing.drift_s_per_h")), 0.05);
}

// Seed 15 once led the filter to an optimum half a second off, where it stayed for the hour.
TEST(GymHour, TheClockIsNotLostWhereTheFilterAloneLostIt) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  ASSERT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml", {}, scenario, problems));
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  ASSERT_TRUE(parts.ok());
  const auto run = run_seed(scenario.options, 15, *parts);
  ASSERT_TRUE(run.ok());
  EXPECT_LT(*run->result.values.find("timing.error_ms.p95")->value, 60);
}

TEST(GymHour, FlooringLosesTenSecondsAnHourAndBelievingEighty) {
  const auto floor20 = run("gym-hour", with(kTenMinutes, {"phone.aligner", "floor20"}));
  const auto nominal = run("gym-hour", with(kTenMinutes, {"phone.aligner", "nominal"}));
  // The captures' sessions spread from 6.6 to 13.8 and from 77.1 to 84.1 s/h.
  EXPECT_LT(floor20.value("timing.drift_s_per_h"), -4);
  EXPECT_GT(floor20.value("timing.drift_s_per_h"), -17);
  EXPECT_NEAR(nominal.value("timing.drift_s_per_h"), -80.7, 5);
}

TEST(Habits, ThePersonsThirdDayRunsAndAnotherDayIsAnotherSession) {
  const auto third = run("habits", kTenMinutes).result;
  const auto fourth = run("habits", with(kTenMinutes, {"person.session", "4"})).result;
  EXPECT_NE(reports::to_json(third), reports::to_json(fourth));
}

TEST(Gate, FlooringIsARegressionOfTimingAndTheSameAgainstItselfPasses) {
  const auto baseline = run("gym-hour", kTenMinutes, 3);
  const auto floored = run("gym-hour", with(kTenMinutes, {"phone.aligner", "floor20"}), 3);
  EXPECT_EQ(reports::gate(baseline.result, baseline.result, {}).verdict, reports::Verdict::pass);
  const auto report = reports::gate(baseline.result, floored.result, {});
  EXPECT_EQ(report.verdict, reports::Verdict::regression);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_TRUE(report.findings[0].metric.starts_with("timing.")) << report.findings[0].metric;
}

// The first repetitions of a set are among them: one shown only when the third is done is late by
// two repetitions. The goal is 95 % within 250 ms; docs/repetitions.md says what misses it. Fresh
// seeds have .92 with a standard deviation of .05 between them: of the mean of three .03.
TEST(PromptLink, MostRepetitionsAreOnTheScreenWithinAQuarterSecondOnlyWhereTheirProfileIsKnown) {
  const auto followed = run("prompt-link", {}, 3);
  EXPECT_LE(followed.value("lag.display_ms.p50"), 100);
  EXPECT_GE(followed.value("lag.within_250ms"), 0.85);
  EXPECT_GE(followed.value("reps.matched_share"), 0.94) << "those never shown have no lag";
  EXPECT_GE(followed.value("reps.within1"), 0.9);
  const auto periodic = run("prompt-link", {{"phone.tracker.enabled", "false"}});
  EXPECT_LT(periodic.value("lag.within_250ms"), 0.6);
}

TEST(TwoSensors, FiveHundredBytesDoNotFitTwoHundredAndEighty) {
  const auto one = run("gym-hour", kTenMinutes);
  const auto two = run("two-sensors", kTenMinutes);
  EXPECT_LE(two.value("link.bytes_per_s"), 285);
  EXPECT_GT(two.value("link.backlog_ms.max"), 5 * one.value("link.backlog_ms.max"));
  EXPECT_GT(two.value("samples.dropped.link.queue_full"), 1000);
  EXPECT_EQ(one.value("samples.dropped"), one.value("samples.dropped.phone.stale"));
}

TEST(Acoustic, ATrackingAttackerMakesARestingWristTrain) {
  EXPECT_GT(run("acoustic", {}).value("reps.spoofed"), 20);
}

TEST(Acoustic, AnErrorOf2778PpmUndoesIt) {
  const auto o = run("acoustic", {{"attack[0].knowledge", "white_box"}});
  EXPECT_EQ(o.value("reps.spoofed"), 0);
}

TEST(Acoustic, WithoutAnAttackerNothingIsCounted) {
  EXPECT_EQ(run("acoustic", {{"attack", "[]"}}).value("reps.spoofed"), 0);
}

TEST(Algorithms, ThePollingWatchCostsMoreAndTheTimersStampsAreCoarser) {
  const auto o = run("algorithms", kTenMinutes);
  EXPECT_EQ(o.value("samples.produced"), o.value("samples.delivered") + o.value("samples.dropped"));
  // Fifty wake-ups a second against two.
  EXPECT_NEAR(o.value("device.wakes_per_h.polling"), 180'000, 600);
  EXPECT_NEAR(o.value("device.wakes_per_h.timer"), 7200, 20);
  const auto firmware = [&o](const std::string& device) {
    return o.value("device.mj_per_h." + device) - o.value("device.radio_mj_per_h." + device);
  };
  EXPECT_GT(firmware("polling"), 2 * firmware("timer"));
  // The second sensor's frame waits for the first one's to be sent, which a phone that knows
  // arrivals only takes for lateness, of either algorithm.
  for (const std::string device : {"polling", "timer"}) {
    const std::string bias = "timing.stream_bias_ms." + device;
    EXPECT_GT(o.value(bias + ".gyroscope"), o.value(bias + ".accelerometer")) << device;
  }
  // A frame that is read when a timer says so ends up to a sample before its stamp.
  const std::string p95 = "timing.stream_error_ms.p95.";
  EXPECT_GT(o.value(p95 + "timer.accelerometer"), o.value(p95 + "polling.accelerometer"));
}

TEST(FourDevices, ShareOneRadioAndEachOnesBooksBalance) {
  const auto o = run("four-devices", kTenMinutes);
  EXPECT_EQ(o.value("samples.produced"), o.value("samples.delivered") + o.value("samples.dropped"));
  EXPECT_GT(o.value("radio.events_skipped") + o.value("radio.events_cut"), 0);
  EXPECT_LT(o.value("radio.airtime_share"), 1);
  // The watch is what it is alone but for contention: all its bytes arrive.
  const auto alone = run("gym-hour", kTenMinutes);
  EXPECT_NEAR(o.value("device.wakes_per_h.watch"), alone.value("device.wakes_per_h.watch"), 0.5);
}

TEST(Compression, DeltaHalvesTheBytesAndLosesNothing) {
  const auto plain = run("gym-hour", kTenMinutes);
  const auto coded =
      run("gym-hour", with(kTenMinutes, {"wearable[0].firmware.compression", "delta"}));
  EXPECT_LT(coded.value("link.bytes_per_s"), 0.75 * plain.value("link.bytes_per_s"));
  EXPECT_EQ(coded.value("samples.produced"), plain.value("samples.produced"));
  EXPECT_EQ(coded.value("samples.dropped"), coded.value("samples.dropped.phone.stale"));
}

// The recordings' bad days: with the preset of the real link the degraded mode comes of itself.
TEST(Pebble, ADegradedConnectionLosesEveryOtherFrameInTheFirmware) {
  const auto o = run("gym-hour", with(with(kTenMinutes, {"wearable[0].link.preset", "pebble"}),
                                      {"wearable[0].link.degraded.good_s", "0.001"}));
  const double busy = o.value("samples.dropped.wearable.outbox_busy");
  EXPECT_GT(busy, 10'000);
  // Four deliveries of ten with each frame of a hundred.
  EXPECT_NEAR(o.value("samples.dropped.wearable.not_taken") / busy, 0.4, 0.05);
}

TEST(Replayed, PacketsOfARecordingComeWhenTheyCameAndAreAllAccountedFor) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions/jan-arms-24-05");
  const std::vector<Override> overrides = {
      {"plan.length_s", "120"},
      {"plan.lead_in_s", "120"},
      {"wearable[0].recording", "\"" + (folder / "1.raw").string() + "\""}};
  const auto o = run("gym-hour", overrides);
  // Twenty packets of 100 samples, every one twice, and the phone's own.
  EXPECT_GE(o.value("samples.duplicates"), 1900);
  EXPECT_EQ(o.value("samples.produced"), o.value("samples.delivered") + o.value("samples.dropped"));
  EXPECT_EQ(o.value("samples.accepted_twice"), 0);
}

TEST(Scenario, MistakesThatNoSingleFieldCanKnowAreNamed) {
  struct Case {
    Override change;
    const char* message;
  };
  const Case cases[] = {
      {{"wearable", "[]"}, "there is no [[wearable]]"},
      {{"wearable[0].name", "phone"}, "two devices are called \"phone\""},
      {{"attack", "[{device = \"ring\"}]"}, "attack.device = \"ring\" is no device"},
      {{"phone.alinger", "hull"}, "did you mean \"aligner\"?"},
      {{"phone.aligner", "floor30"}, "did you mean \"floor20\"?"},
  };
  for (const auto& c : cases) {
    Scenario scenario;
    std::vector<Diagnostic> problems;
    EXPECT_FALSE(load_scenario("scenarios/catalog/gym-hour.toml", {c.change}, scenario, problems));
    EXPECT_NE(to_string(problems).find(c.message), std::string::npos) << to_string(problems);
  }
}

}  // namespace
}  // namespace gauntlet::scenarios
