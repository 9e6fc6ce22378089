#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "reports/metrics/labels.h"
#include "reports/metrics/measure.h"
#include "reports/metrics/registry.h"
#include "reports/metrics/timing.h"
#include "tests/reports/support/small_run.h"
#include "tests/reports/support/synthetic_run.h"

namespace gauntlet::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

double value(const MetricValues& values, std::string_view name) {
  const Measured* m = values.find(name);
  EXPECT_NE(m, nullptr) << name;
  EXPECT_TRUE(m && m->value) << name << (m ? ": " + m->why_not : "");
  return m && m->value ? *m->value : -999;
}

std::string why_not(const MetricValues& values, std::string_view name) {
  const Measured* m = values.find(name);
  return m && !m->value ? m->why_not : "it has a value";
}

TEST(Registry, NamesAreUniqueAndEveryEntryIsDefined) {
  std::set<std::string_view> names;
  for (const MetricInfo& m : all_metrics()) {
    EXPECT_TRUE(names.insert(m.name).second) << m.name;
    EXPECT_FALSE(m.unit.empty()) << m.name;
    EXPECT_TRUE(m.definition.ends_with('.')) << m.name;
  }
}

// Promised names: they stay.
TEST(Registry, KeepsThePromisedNames) {
  for (const char* name : {"replay.packets",
                           "replay.duplicates",
                           "replay.gaps",
                           "replay.loss_s_per_h.floor20",
                           "replay.loss_s_per_h.nominal",
                           "replay.loss_s_per_h.aligned",
                           "reps.exact",
                           "reps.within1",
                           "reps.mae",
                           "timing.error_ms.p50",
                           "timing.error_ms.p95",
                           "timing.drift_s_per_h",
                           "lag.display_ms.p50",
                           "lag.display_ms.p95",
                           "lag.within_100ms",
                           "lag.within_250ms",
                           "lag.within_750ms",
                           "f1.macro",
                           "f1.macro_no_null",
                           "link.bytes_per_s",
                           "link.backlog_ms.max",
                           "samples.produced",
                           "samples.delivered",
                           "samples.filled",
                           "samples.dropped",
                           "authz.refused",
                           "authz.accepted",
                           "privacy.m0.violations"}) {
    const MetricInfo* m = find_metric(name);
    ASSERT_NE(m, nullptr) << name;
    EXPECT_EQ(m->name, name);
  }
  EXPECT_EQ(find_metric("samples.dropped.link.outbox_timeout")->name, "samples.dropped.*");
  EXPECT_EQ(find_metric("samples.dropped."), nullptr);
  EXPECT_EQ(find_metric("timing"), nullptr);
}

TEST(Books, FollowEverySampleToItsEnd) {
  SmallRun run;
  run.produce(10);
  run.accept(run.arrive(0, 4), 0, {0, 1, 2, 3});
  const FrameRef half = run.arrive(4, 4);
  run.accept(half, 0, {4, 5});
  run.reject(half, 1, "stale");
  run.reject(half, 1, "bad_value");
  run.reject(run.arrive(0, 4), 4, "duplicate");
  run.truth.dropped.add("link.outbox_timeout", 2);
  const RunRecord record = run.record();
  const SampleLedger ledger = trace_samples(record);
  EXPECT_THAT(books_balance(ledger, record), IsEmpty());
  EXPECT_EQ(ledger.produced, 10u);
  EXPECT_EQ(ledger.delivered, 6u);
  EXPECT_EQ(ledger.duplicates, 4u);
  EXPECT_THAT(ledger.dropped.all(),
              ElementsAre(Pair("link.outbox_timeout", 2), Pair("phone.bad_value", 1),
                          Pair("phone.stale", 1)));
}

TEST(Books, ARejectedFirstCopyIsNoLossWhenTheSecondIsAccepted) {
  SmallRun run;
  run.produce(2);
  run.reject(run.arrive(0, 2), 2, "bad_checksum");
  run.accept(run.arrive(0, 2), 0, {0, 1});
  const RunRecord record = run.record();
  const SampleLedger ledger = trace_samples(record);
  EXPECT_THAT(books_balance(ledger, record), IsEmpty());
  EXPECT_EQ(ledger.delivered, 2u);
  EXPECT_EQ(ledger.dropped.total(), 0u);
}

TEST(Books, ADuplicateTakenForNewIsCountedOnceAsDelivered) {
  SmallRun run;
  run.produce(2);
  run.accept(run.arrive(0, 2), 0, {0, 1});
  run.accept(run.arrive(0, 2), 0, {2, 3});
  const SampleLedger ledger = trace_samples(run.record());
  EXPECT_EQ(ledger.delivered, 2u);
  EXPECT_EQ(ledger.accepted_twice, 2u);
}

TEST(Books, SamplesLostInSilenceAreNamed) {
  SmallRun run;
  run.produce(6);
  run.accept(run.arrive(0, 4), 0, {0, 1, 2});
  const RunRecord record = run.record();
  const auto holes = books_balance(trace_samples(record), record);
  ASSERT_EQ(holes.size(), 3u);
  EXPECT_EQ(holes[0], "watch: frame 0: 1 of 4 samples neither accepted nor rejected");
  EXPECT_EQ(holes[1], "2 samples never reached the phone; the world accounts for 0");
  EXPECT_EQ(holes[2], "6 samples produced, 3 delivered + 0 dropped = 3");
}

TEST(Books, AFrameNobodySentIsAHole) {
  SmallRun run;
  run.produce(1);
  run.accept(run.arrive(0, 1), 0, {0});
  run.accept({0, 7}, 0, {1});
  run.accept({3, 0}, 0, {1});
  const RunRecord record = run.record();
  EXPECT_THAT(books_balance(trace_samples(record), record),
              ElementsAre("device 0: frame 7 is reported, and never arrived",
                          "device 3: frame 0 is reported, and never arrived"));
}

TEST(Books, AttackersSamplesAndInventedOnesStayOutOfThem) {
  SmallRun run;
  run.produce(2);
  run.accept(run.arrive(0, 2), 0, {0, 1, 2});
  run.accept(run.arrive(-1, 5), 0, {0, 1, 2, 3, 4});
  const RunRecord record = run.record();
  const SampleLedger ledger = trace_samples(record);
  EXPECT_THAT(books_balance(ledger, record), IsEmpty());
  EXPECT_EQ(ledger.invented, 1u);
  EXPECT_EQ(ledger.foreign_accepted, 5u);
}

TEST(Timing, ErrorBiasAndDriftHaveTheirClosedForms) {
  SmallRun run;
  run.produce(101);
  std::vector<double> estimated;
  for (int i = 0; i <= 100; ++i) estimated.push_back(i * (1 - 1e-3) - 0.010);
  run.accept(run.arrive(0, 101), 0, estimated);
  MetricValues values;
  measure_timing(trace_samples(run.record()), values);
  // Error -10 ms - 1 ms per second: median at 50 s, 95th percentile at 95 s, slope 3.6 s per hour.
  EXPECT_NEAR(value(values, "timing.error_ms.p50"), 60, 1e-5);
  EXPECT_NEAR(value(values, "timing.error_ms.p95"), 105, 1e-5);
  EXPECT_NEAR(value(values, "timing.bias_ms"), -60, 1e-5);
  EXPECT_NEAR(value(values, "timing.drift_s_per_h"), -3.6, 1e-8);
  EXPECT_EQ(values.find("timing.error_ms.p50")->n, 101u);
}

TEST(Timing, ThePhonesOwnSensorsCountInAllStreamsOnly) {
  SmallRun run;
  run.produce(3);
  run.accept(run.arrive(0, 3), 0, {0.5, 1.5, 2.5});
  run.links[0].radio = false;
  MetricValues values;
  measure_timing(trace_samples(run.record()), values);
  EXPECT_NEAR(value(values, "timing.all_error_ms.p50"), 500, 1e-9);
  EXPECT_EQ(why_not(values, "timing.error_ms.p50"), "no sample was accepted");
  EXPECT_EQ(why_not(values, "timing.drift_s_per_h"), "fewer than two samples were accepted");
}

std::vector<HostTime> times(std::vector<double> seconds) {
  std::vector<HostTime> out;
  for (const double s : seconds) out.push_back(SmallRun::host(s));
  return out;
}

TEST(Matching, PairsAreInOrderAsManyAsPossibleThenClosest) {
  struct Row {
    const char* claim;
    std::vector<double> completed, shown;
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
  };
  const Row rows[] = {
      {"each its own", {1, 3, 5}, {1.2, 3.2, 5.2}, {{0, 0}, {1, 1}, {2, 2}}},
      {"a lag beyond the period is seen, not aliased",
       {2, 4, 6},
       {4.5, 6.5, 8.5},
       {{0, 0}, {1, 1}, {2, 2}}},
      {"the missed one stays alone", {1, 3, 5}, {1.2, 5.2}, {{0, 0}, {2, 1}}},
      {"the false one stays alone", {1, 5}, {1.2, 3, 5.2}, {{0, 0}, {1, 2}}},
      {"half a second early still counts", {3}, {2.5}, {{0, 0}}},
      {"more than that does not", {3}, {2.4}, {}},
      {"nor does more than five seconds late", {3}, {8.01}, {}},
      {"nothing to match", {}, {1}, {}},
  };
  for (const Row& r : rows) {
    EXPECT_EQ(match_in_order(times(r.completed), times(r.shown)), r.pairs) << r.claim;
  }
}

TEST(Lag, OfShownRepetitionsAndDetectedSets) {
  SmallRun run;
  run.set("squat", 10, 20, {12, 14, 16, 18});
  run.set("curl", 40, 50, {42, 44});
  run.show(Shown::Kind::set_started, 9.5);
  run.show(Shown::Kind::set_started, 13);
  run.show(Shown::Kind::set_started, 30);
  for (const double s : {12.05, 14.2, 16.7, 19.0}) run.show(Shown::Kind::repetition, s);
  MetricValues values;
  measure_sets(match_sets(run.record()), values);
  EXPECT_NEAR(value(values, "lag.detection_ms.p50"), -500, 1e-9);
  EXPECT_EQ(value(values, "sets.detected_share"), 0.5);
  EXPECT_EQ(value(values, "sets.spoofed"), 1);
  EXPECT_NEAR(value(values, "lag.display_ms.p50"), 450, 1e-6);
  EXPECT_EQ(value(values, "lag.within_100ms"), 0.25);
  EXPECT_EQ(value(values, "lag.within_250ms"), 0.5);
  EXPECT_EQ(value(values, "lag.within_750ms"), 0.75);
  EXPECT_NEAR(value(values, "reps.matched_share"), 4.0 / 6, 1e-12);
}

TEST(Repetitions, AreCountedPerSetAndSpoofedOnesApart) {
  SmallRun run;
  run.set("squat", 10, 20, {12, 14, 16});
  run.set("curl", 40, 50, {42, 44, 46});
  run.set("curl", 70, 80, {72, 74, 76});
  for (const double s : {5.0, 12.0, 14.0, 16.0, 42.0, 44.0, 30.0, 60.0}) {
    run.show(Shown::Kind::repetition, s);
  }
  MetricValues values;
  measure_sets(match_sets(run.record()), values);
  EXPECT_NEAR(value(values, "reps.exact"), 1.0 / 3, 1e-12);
  EXPECT_NEAR(value(values, "reps.within1"), 2.0 / 3, 1e-12);
  EXPECT_NEAR(value(values, "reps.mae"), 4.0 / 3, 1e-12);
  EXPECT_EQ(value(values, "reps.spoofed"), 3);
  EXPECT_EQ(value(values, "reps.spoofed_share"), 3.0 / 8);
}

TEST(Repetitions, WithoutSetsEveryOneShownIsSpoofed) {
  SmallRun run;
  run.show(Shown::Kind::repetition, 5);
  MetricValues values;
  measure_sets(match_sets(run.record()), values);
  EXPECT_EQ(value(values, "reps.spoofed_share"), 1);
  EXPECT_EQ(why_not(values, "reps.exact"), "no set was done");
  EXPECT_EQ(why_not(values, "lag.display_ms.p50"), "no repetition was matched");
}

TEST(Windows, TakeTheTruthThatCoversMostOfThem) {
  SmallRun run;
  run.set("curl", 10, 20);
  run.set("squat", 20, 30);
  run.window(9, 11, "curl");        // half covered: the exercise
  run.window(8.9, 10.9, "curl");    // less: no exercise
  run.window(18.5, 20.5, "squat");  // mostly curl
  run.window(22, 24, "squat");
  run.window(40, 42, "");
  run.window(50, 50, "squat");  // no length
  const ConfusionMatrix m = confuse(run.record());
  EXPECT_THAT(m.classes, ElementsAre("curl", "squat", kNoExercise));
  EXPECT_THAT(m.counts,
              ElementsAre(ElementsAre(1, 1, 0), ElementsAre(0, 1, 0), ElementsAre(1, 0, 1)));
  // curl: TP 1, FP 1, FN 1 -> 1/2; squat: TP 1, FP 1 -> 2/3; none: TP 1, FN 1 -> 2/3.
  MetricValues values;
  measure_windows(m, values);
  EXPECT_NEAR(value(values, "f1.macro"), (1.0 / 2 + 2.0 / 3 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(value(values, "f1.macro_no_null"), (1.0 / 2 + 2.0 / 3) / 2, 1e-12);
}

TEST(Windows, MatricesOfSeveralSeedsAddUp) {
  ConfusionMatrix sum;
  merge(sum, {{"curl", kNoExercise}, {{2, 1}, {0, 4}}});
  merge(sum, {{"bench", "curl"}, {{3, 0}, {1, 5}}});
  EXPECT_THAT(sum.classes, ElementsAre("bench", "curl", kNoExercise));
  EXPECT_THAT(sum.counts,
              ElementsAre(ElementsAre(3, 0, 0), ElementsAre(1, 7, 1), ElementsAre(0, 0, 4)));
}

TEST(Labels, ForgottenEarlyAndLateMarksAreCounted) {
  SmallRun run;
  for (const double begin : {100.0, 200.0, 300.0, 400.0}) run.set("squat", begin, begin + 20);
  run.mark(99.5);  // in time
  run.mark(190);   // early
  run.mark(305);   // late
  run.mark(365);   // serves nobody
  MetricValues values;
  measure_labels(run.record(), values);
  EXPECT_EQ(value(values, "labels.forgotten"), 1);
  EXPECT_EQ(value(values, "labels.early"), 1);
  EXPECT_EQ(value(values, "labels.late"), 1);
}

TEST(Devices, RatesAreTheAccountsByTheHourAndTheirSum) {
  const SyntheticRun run = make_synthetic_run();
  RunRecord record = run.record();
  const double hours = to_seconds(record.duration) / 3600;
  for (const char* name : {"a", "b"}) {
    DeviceAccount& d = record.devices.emplace_back();
    d.name = name;
    d.energy_mj = d.name == "a" ? 30 : 10;
    d.wake_ups = 100;
    d.payload_bytes = 7;
    d.radio_ms = to_ms(record.duration) / 10;
  }
  const SeedResult result = measure(record);
  EXPECT_NEAR(value(result.values, "device.mj_per_h"), 40 / hours, 1e-9);
  EXPECT_NEAR(value(result.values, "device.mj_per_h.a"), 30 / hours, 1e-9);
  EXPECT_NEAR(value(result.values, "device.wakes_per_h"), 200 / hours, 1e-9);
  EXPECT_EQ(value(result.values, "radio.payload_bytes"), 14);
  EXPECT_NEAR(value(result.values, "radio.airtime_share"), 0.2, 1e-12);
  for (const MetricInfo& m : all_metrics()) {
    if (m.name.ends_with(".*")) continue;
    if (!m.name.starts_with("device.") && !m.name.starts_with("radio.")) continue;
    EXPECT_NE(result.values.find(m.name), nullptr) << m.name;
  }
}

TEST(Measure, EveryMetricOfAPlausibleRunIsThere) {
  const SyntheticRun run = make_synthetic_run();
  const SeedResult result = measure(run.record());
  EXPECT_THAT(result.failures, IsEmpty());
  for (const MetricInfo& m : all_metrics()) {
    if (m.name.ends_with(".*") || m.name.starts_with("replay.")) continue;
    if (m.name.starts_with("device.") || m.name.starts_with("radio.")) continue;  // above
    if (m.name.starts_with("attack.")) continue;  // attacks_test.cc: nobody attacks here
    const Measured* found = result.values.find(m.name);
    ASSERT_NE(found, nullptr) << m.name;
    EXPECT_TRUE(found->value) << m.name << ": " << found->why_not;
  }
  EXPECT_EQ(value(result.values, "authz.refused"), 2);
  EXPECT_EQ(value(result.values, "authz.refused.expired"), 2);
  EXPECT_NEAR(value(result.values, "link.bytes_per_s"), 268.4, 0.01);
  EXPECT_NEAR(value(result.values, "timing.bias_ms"), 12, 0.5);
  EXPECT_EQ(value(result.values, "labels.forgotten"), 1);
  EXPECT_EQ(value(result.values, "privacy.m0.violations"), 0);
}

TEST(Measure, AnEmptyRunHasReasonsInsteadOfNumbers) {
  const SmallRun run;
  const SeedResult result = measure(run.record());
  EXPECT_EQ(why_not(result.values, "f1.macro"), "no window was classified");
  EXPECT_EQ(why_not(result.values, "privacy.m0.violations"),
            "the run has no identifiers to search for");
  EXPECT_EQ(value(result.values, "samples.produced"), 0);
}

}  // namespace
}  // namespace gauntlet::reports
