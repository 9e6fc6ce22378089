// A scenario whose person is a recording.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "replay/track_csv.h"
#include "scenarios/fusion_only.h"
#include "scenarios/recorded_person.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

// Half a minute of a slow swing about a tilted arm, a minute and a half of the same as "curls".
replay::SampleTrack recording() {
  replay::SampleTrack t;
  t.session = "monday";
  t.device = "watch";
  t.worn = "wrist";
  t.subject.height_m = 1.61;
  for (std::int64_t i = 0; i < 12'000; ++i) {
    const double s = 0.01 * static_cast<double>(i);
    const double swing = std::sin(2 * std::numbers::pi * 0.7 * s);
    t.time_ns.push_back(1'657'533'977'813'000'000 + i * 10'000'000);
    for (const double v : {3 * swing, 8.0, 2 + swing}) {
      t.force_mps2.push_back(static_cast<float>(v));
    }
    t.label.push_back(t.label_index(s < 30 ? "SEATED" : "biceps-curl"));
  }
  return t;
}

class FromRecording : public ::testing::Test {
 protected:
  FromRecording() : path_(::testing::TempDir() + "from_recording.csv") {
    std::ofstream(path_, std::ios::binary) << replay::to_csv(recording());
    WornOptions worn;
    worn.device = sim::wearable_preset("pebble");
    worn.device.sensors[0].inverted = false;
    options_.name = "from-recording";
    options_.model.clear();
    options_.wearables = {worn};
    options_.phone_device.sensors_on = false;
    options_.person.from_recording = path_;
  }
  ~FromRecording() override { std::filesystem::remove(path_); }

  std::string path_;
  ScenarioOptions options_;
};

TEST_F(FromRecording, ThePipelineSeesTheRecordedMotion) {
  const auto parts = make_shared_parts(options_, "");
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  const auto run = run_seed(options_, 1, *parts, make_fusion_only, {});
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_NEAR(to_seconds(run->truth->end - run->truth->begin), 119.99, 0.02);
  const auto& fused = run->events->fused.at({0, SensorKind::accelerometer});
  ASSERT_GT(fused.time.size(), 5000u);
  std::array<double, 3> sum{}, squares{};
  const double n = static_cast<double>(fused.time.size());
  for (std::size_t i = 0; i < fused.values.size(); ++i) {
    sum[i % 3] += static_cast<double>(fused.values[i]) / n;
  }
  for (std::size_t i = 0; i < fused.values.size(); ++i) {
    const double d = static_cast<double>(fused.values[i]) - sum[i % 3];
    squares[i % 3] += d * d / n;
  }
  // Three times the bias (20 mg) and the scale and cross-axis errors (0.5 % of 8 m/s2 each).
  EXPECT_NEAR(sum[0], 0, 0.75);
  EXPECT_NEAR(sum[1], 8, 0.75);
  EXPECT_NEAR(sum[2], 2, 0.75);
  EXPECT_NEAR(std::sqrt(squares[0]), 3 / std::numbers::sqrt2, 0.05);
  EXPECT_NEAR(std::sqrt(squares[2]), 1 / std::numbers::sqrt2, 0.05);
}

TEST_F(FromRecording, LabelsBecomeTheTruth) {
  const auto parts = make_shared_parts(options_, "");
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  const auto run = run_seed(options_, 1, *parts, make_fusion_only, {});
  ASSERT_TRUE(run.ok()) << run.error().message;
  ASSERT_EQ(run->truth->sets.size(), 1u);
  EXPECT_EQ(run->truth->sets[0].exercise, "biceps-curl");
  EXPECT_NEAR(seconds_since_origin(run->truth->sets[0].begin), 30, 0.02);
  ASSERT_EQ(run->truth->activities.size(), 1u);
  EXPECT_EQ(run->truth->activities[0].name, "seated");
  // Nobody wrote down when each repetition was done: there is nothing to count against.
  const auto& values = run->result.values.all();
  ASSERT_TRUE(values.contains("reps.mae"));
  EXPECT_FALSE(values.at("reps.mae").value.has_value());
}

TEST_F(FromRecording, TheBodyIsTheRecordedOneWhereItIsKnown) {
  const auto recorded = load_recorded_person(options_);
  ASSERT_TRUE(recorded.ok()) << recorded.error().message;
  const sim::PersonOptions drawn;
  EXPECT_DOUBLE_EQ((*recorded)->who(drawn).body.height_m, 1.61);
  EXPECT_DOUBLE_EQ((*recorded)->who(drawn).body.weight_kg, drawn.body.weight_kg);
}

TEST_F(FromRecording, WhatCannotBeIsAnErrorThatSaysWhy) {
  options_.person.recording = "mondey";
  const auto missing = make_shared_parts(options_, "");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("did you mean \"monday\""), std::string::npos)
      << missing.error().message;
  options_.person.recording.clear();
  options_.wearables[0].device = sim::wearable_preset("pebble-two-sensors");
  const auto gyroscope = make_shared_parts(options_, "");
  ASSERT_FALSE(gyroscope.ok());
  EXPECT_NE(gyroscope.error().message.find("gyroscope"), std::string::npos);
  options_.person.from_recording = path_ + "x";
  EXPECT_FALSE(make_shared_parts(options_, "").ok());
}

TEST_F(FromRecording, APersonCanBeGivenInsteadOfDrawn) {
  options_.person.from_recording.clear();
  options_.person.drawn = false;
  options_.person.given.body.height_m = 1.5;
  options_.plan = sim::resting_plan(20);
  const auto parts = make_shared_parts(options_, "");
  ASSERT_TRUE(parts.ok());
  EXPECT_TRUE(run_seed(options_, 1, *parts, make_fusion_only, {}).ok());
}

}  // namespace
}  // namespace gauntlet::scenarios
