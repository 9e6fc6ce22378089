// Attacks within whole scenarios: each kind runs, the books balance, and what it should change
// changes.
#include <gtest/gtest.h>

#include "reports/result.h"
#include "scenarios/batch.h"

namespace gauntlet::scenarios {
namespace {

std::map<std::string, double> run(std::vector<Override> overrides) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  overrides.push_back({"plan.length_s", "200"});
  EXPECT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml", overrides, scenario, problems))
      << to_string(problems);
  static const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  EXPECT_TRUE(parts.ok());
  reports::Provenance about;
  about.scenario = scenario.options.name;
  about.scenario_text = scenario.source.effective;
  const auto batch = run_batch(scenario, *parts, about,
                               {.seeds = consecutive_seeds(1, 1), .threads = 1, .progress = {}});
  for (const auto& failure : batch.result.failures) ADD_FAILURE() << failure;
  std::map<std::string, double> out;
  for (const auto& [name, metric] : batch.result.metrics) {
    if (metric.value) out[name] = *metric.value;
  }
  return out;
}

Override attack(const std::string& what) {
  return {"attack", "[{device = \"watch\", start_s = 60, stop_s = 150, " + what + "}]"};
}
const Override kFullWatch = {
    "wearable", "[{preset = \"watch-2023\", name = \"watch\", link = {preset = \"essay-max\"}}]"};

TEST(Attacks, EveryKindRunsAndTheBooksBalance) {
  for (const char* what :
       {"kind = 'electromagnetic'", "kind = 'light', sensor = 'heart_rate'",
        "kind = 'magnet', sensor = 'magnetometer'", "kind = 'pendulum'", "kind = 'impostor'",
        "kind = 'acoustic', sensor = 'gyroscope', acoustic = {control = 'side_swing', drive_hz = "
        "27000, frequency_hz = 27001}",
        "kind = 'acoustic', acoustic = {control = 'dual_tone'}",
        "kind = 'acoustic', acoustic = {control = 'denial'}"}) {
    SCOPED_TRACE(what);
    EXPECT_FALSE(run({kFullWatch, attack(what)}).empty());
  }
}

TEST(Attacks, OnTheWayToThePhoneTheBooksBalanceTaggedOrNot) {
  for (const char* act : {"relay", "delay", "stamps", "replay", "inject", "modify", "malformed"}) {
    for (const char* tag : {"false", "true"}) {
      SCOPED_TRACE(std::string(act) + ' ' + tag);
      auto o = run({attack(std::string("kind = 'frame', frame = {act = '") + act +
                           "', ramp_ppm = 5000, delay_ms = 300}"),
                    {"defences.frame_tag", tag}});
      const bool fooled = o["samples.foreign_accepted"] > 0;
      EXPECT_FALSE(fooled && std::string_view(tag) == "true");
    }
  }
}

TEST(Attacks, InjectedFramesAreBelievedUntilFramesAreTagged) {
  const Override inject = attack("kind = 'frame', frame = {act = 'inject'}");
  EXPECT_GT(run({inject})["samples.foreign_accepted"], 3000);
  auto tagged = run({inject, {"defences.frame_tag", "true"}});
  EXPECT_EQ(tagged["samples.foreign_accepted"], 0);
}

// On clean data: 8 bytes of each frame of 2 s, and nothing else.
TEST(Attacks, ATagCostsEightBytesAFrame) {
  auto plain = run({});
  auto tagged = run({{"defences.frame_tag", "true"}});
  EXPECT_NEAR(tagged["link.bytes_per_s"] - plain["link.bytes_per_s"], 8 / 2.046, 0.3);
  EXPECT_EQ(tagged["authz.refused"], 0);
}

// Of 90 s four fifths are jammed, each longer than the supervision timeout: what the
// wearable cannot hand over it loses.
TEST(Attacks, JammingLosesWhatTheWearableCannotHandOver) {
  EXPECT_EQ(run({})["samples.dropped.wearable.outbox_busy"], 0);
  const auto o = run({attack("kind = 'jamming', jamming = {burst_s = 20, pause_s = 5}")});
  EXPECT_GT(o.at("samples.dropped"), 0.5 * 90 * 48.879);
}

TEST(Attacks, OnServicesNoRequestIsGranted) {
  for (const char* kind : {"token", "api"}) {
    auto o = run({attack(std::string("kind = '") + kind + "'")});
    EXPECT_EQ(o["attack.requests"], 200) << kind;
    EXPECT_EQ(o["attack.accepted"], 0) << kind;
  }
}

const Override kQuotas = {
    "services.quota",
    "{address = {per_s = 5, burst = 20}, subject = {per_s = 0.1, burst = 5}, token = {per_s = 5, "
    "burst = 20}}"};

// A machine that manages a hundred requests a second, and four hundred.
TEST(Attacks, AFloodDelaysTheWearersUploadsUntilThereAreQuotas) {
  const Override flood = attack(
      "kind = 'api', api = {act = 'flood', requests = 2000, per_s = 400, connections = 100}");
  const Override slow = {"service_time", "{request_ms = 10, login_ms = 10, refused_ms = 0.1}"};
  const Override often = {"phone.upload.period_s", "2"};
  const auto open = run({flood, slow, often});
  EXPECT_GT(open.at("attack.upload_ms.p99"), 500);
  EXPECT_EQ(open.at("attack.over_quota"), 0);
  EXPECT_EQ(open.at("attack.stopped.services"), 0);
  const auto held = run({flood, slow, often, kQuotas});
  EXPECT_LT(held.at("attack.upload_ms.p99"), 0.5 * open.at("attack.upload_ms.p99"));
  EXPECT_GT(held.at("attack.over_quota"), 0);
  EXPECT_EQ(held.at("attack.stopped.services"), 1);
  EXPECT_EQ(held.at("uploads.failed"), 0);
}

TEST(Attacks, QuotasRefuseNothingOfCleanLife) {
  const auto o = run({kQuotas, {"phone.upload.period_s", "2"}});
  EXPECT_EQ(o.at("uploads.failed"), 0);
  for (const auto& [name, value] : o) EXPECT_FALSE(name.starts_with("services.over_quota")) << name;
}

TEST(Attacks, TheSensorStageSaysWhatItStopped) {
  const Override lamp = attack("kind = 'light', sensor = 'heart_rate', light = {intensity = 0.1}");
  EXPECT_FALSE(run({kFullWatch, lamp}).contains("attack.stopped.sensor"));
  const auto dark = run({kFullWatch, lamp, {"defences.dark_slots", "true"}});
  EXPECT_EQ(dark.at("attack.stopped.sensor"), 1);
  const Override loud = attack(
      "kind = 'acoustic', acoustic = {control = 'tone', amplitude_mps2 = 20, clip_high_mps2 = 4}");
  EXPECT_EQ(run({loud, {"defences.saturation_flag", "true"}}).at("attack.stopped.sensor"), 1);
  const Override quiet = attack(
      "kind = 'acoustic', acoustic = {control = 'tone', amplitude_mps2 = 3.9, clip_high_mps2 = "
      "4}");
  EXPECT_EQ(run({quiet, {"defences.saturation_flag", "true"}}).at("attack.stopped.sensor"), 0);
}

}  // namespace
}  // namespace gauntlet::scenarios
