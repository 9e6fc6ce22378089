// Detection and stages of a hand-made run: one device, an attack from 100 to 200 s.
#include "reports/metrics/attacks.h"

#include <gtest/gtest.h>

#include "reports/metrics/refusals.h"

namespace gauntlet::reports {
namespace {

struct AttackedRun {
  AttackedRun() {
    truth.begin = WorldTime{};
    truth.end = WorldTime{std::chrono::seconds{400}};
    truth.host_clock.add(truth.begin, HostTime{});
    truth.host_clock.add(truth.end, HostTime{std::chrono::seconds{400}});
    truth.devices.resize(1);
    truth.devices[0].name = "watch";
    truth.attacks.push_back({"P2", "watch", "sensor", WorldTime{std::chrono::seconds{100}},
                             WorldTime{std::chrono::seconds{200}}});
  }
  void score(int second, double value, bool alarm) {
    const HostTime to{std::chrono::seconds{second}};
    events.guard.push_back({"noise", 0, to, value, alarm, to});
  }
  double value(const std::string& name) const {
    RunRecord record{truth, events, {}, {}, {}, "", 1, Duration{}, {}};
    MetricValues out;
    measure_attacks(record, out);
    const Measured* m = out.find(name);
    EXPECT_TRUE(m && m->value) << name;
    return m && m->value ? *m->value : -1;
  }
  Truth truth;
  EventLog events;
};

TEST(AttackMetrics, AreaIsTheShareOfPairsInOrderTiesHalf) {
  AttackedRun run;
  for (const int s : {20, 40, 60, 80}) run.score(s, s == 80 ? 0.5 : 0.1, false);
  run.score(102, 9, true);  // not yet a whole window
  run.score(120, 0.5, false);
  run.score(150, 0.9, true);
  run.score(205, 9, true);  // no more a clean one
  // Of 2 x 4 pairs: 0.5 above three and level with one, 0.9 above four.
  EXPECT_DOUBLE_EQ(run.value("guard.auc.noise"), (3.5 + 4) / 8);
  EXPECT_DOUBLE_EQ(run.value("guard.detected.noise"), 1);
  EXPECT_DOUBLE_EQ(run.value("guard.delay_s.noise"), 2);
  EXPECT_DOUBLE_EQ(run.value("guard.alarms_per_h.noise"), 0);
  EXPECT_DOUBLE_EQ(run.value("attack.stopped.guard"), 1);
  EXPECT_DOUBLE_EQ(run.value("attack.should_stop.sensor"), 1);
}

TEST(AttackMetrics, AnAlarmIsCountedOnceHoweverLongItLasts) {
  AttackedRun run;
  for (int s = 10; s <= 90; ++s) run.score(s, 1, s >= 30 && s < 50);
  for (int s = 211; s <= 311; ++s) run.score(s, 1, s == 250);
  // Two alarms in 80 and 100 s of clean life.
  EXPECT_DOUBLE_EQ(run.value("guard.alarms_per_h.noise"), 2 * 3600 / 180.0);
}

TEST(AttackMetrics, BiasAndSizeOfWhatWasInjected) {
  AttackedRun run;
  TrueStream stream;
  stream.injected = {4, {4, 0, 8}, 4 * 9.0};
  run.truth.devices[0].streams.push_back(stream);
  EXPECT_DOUBLE_EQ(run.value("attack.signal_bias.watch.accelerometer"), std::sqrt(1 + 4.0));
  EXPECT_DOUBLE_EQ(run.value("attack.signal_rms.watch.accelerometer"), 3);
  EXPECT_DOUBLE_EQ(run.value("attack.signal_changed.watch.accelerometer"), 4);
}

TEST(AttackMetrics, IntakeStoppedItWhenItRefusedForgeriesAndNotDuplicates) {
  AttackedRun run;
  run.events.rejected.push_back(
      {{0, 1}, SensorKind::accelerometer, 50, "duplicate", HostTime{std::chrono::seconds{150}}});
  EXPECT_DOUBLE_EQ(run.value("attack.stopped.intake"), 0);
  run.events.rejected.push_back(
      {{0, 2}, SensorKind::accelerometer, 50, "tag_wrong", HostTime{std::chrono::seconds{150}}});
  EXPECT_DOUBLE_EQ(run.value("attack.stopped.intake"), 1);
}

TEST(AttackMetrics, TheSensorIsSaidToHaveStoppedItOnlyWhereItCanNotice) {
  AttackedRun run;
  const RunRecord record{run.truth, run.events, {}, {}, {}, "", 1, Duration{}, {}};
  MetricValues blind;
  measure_attacks(record, blind);
  EXPECT_EQ(blind.find("attack.stopped.sensor"), nullptr);
  run.truth.devices[0].watches = true;
  EXPECT_DOUBLE_EQ(run.value("attack.stopped.sensor"), 0);
  count_refusal(run.truth.devices[0].refusals, "dark_slots", WorldTime{std::chrono::seconds{120}});
  EXPECT_DOUBLE_EQ(run.value("attack.stopped.sensor"), 1);
}

// From 100 to 200 s of 400: 100 windows under attack, 100 clean ones before and 189 after.
TEST(Refusals, AreOnePointOfACurve) {
  AttackedRun run;
  for (const double s : {50.5, 51.5, 130.2, 130.8, 131.0, 250.0}) {
    run.events.rejected.push_back(
        {{0, 2}, SensorKind::accelerometer, 50, "tag_wrong", HostTime{from_seconds(s)}});
  }
  run.events.rejected.push_back(
      {{0, 2}, SensorKind::accelerometer, 50, "bad_length", HostTime{from_seconds(120)}});
  run.events.rejected.push_back(
      {{0, 2}, SensorKind::accelerometer, 50, "duplicate", HostTime{from_seconds(110)}});
  const RunRecord record{run.truth, run.events, {}, {}, {}, "", 1, Duration{}, {}};
  const RefusalScores tags = refusal_scores(record, "frame_tag");
  EXPECT_EQ(tags.attacks, 1u);
  EXPECT_EQ(tags.noticed, 1u);
  EXPECT_NEAR(tags.delay_s, 30.2, 1e-6);
  EXPECT_EQ(tags.attacked_windows, 101u);  // the second of its end, too
  EXPECT_EQ(tags.hits, 2u);
  EXPECT_EQ(tags.clean_windows, 100u + 189u);
  EXPECT_EQ(tags.false_hits, 3u);
  EXPECT_EQ(tags.false_alarms, 2u);  // 50 and 51 s are one
  EXPECT_EQ(refusal_scores(record, "decoder").hits, 1u);
  EXPECT_EQ(refusal_scores(record, "round_trip").noticed, 0u);
}
TEST(Refusals, OfServicesAreCountedByRequests) {
  AttackedRun run;
  run.truth.attacks[0].device = "";
  RunRecord record{run.truth, run.events, {}, {}, {}, "", 1, Duration{}, {}};
  record.services.attack_requests = 50;
  record.services.attack_refused = 45;
  record.services.attack_over_quota = 40;
  record.services.refused_after_s = 3;
  for (const int status : {201, 201, 429}) {
    run.events.uploads.push_back({1, 1, 1, status, HostTime{std::chrono::seconds{150}}, "s", {}});
  }
  const RefusalScores quota = refusal_scores(record, "quota");
  EXPECT_EQ(quota.hits, 40u);
  EXPECT_EQ(quota.attacked_windows, 50u);
  EXPECT_EQ(quota.false_hits, 1u);
  EXPECT_DOUBLE_EQ(quota.delay_s, 3);
  EXPECT_EQ(refusal_scores(record, "token_check").hits, 5u);
}

}  // namespace
}  // namespace gauntlet::reports
