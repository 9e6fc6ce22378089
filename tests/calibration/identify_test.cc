#include "calibration/identify.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "calibration/nelder_mead.h"
#include "core/base/units.h"
#include "replay/track_import.h"
#include "sim/body/motion.h"
#include "sim/body/script.h"
#include "sim/wearable/sampled_sensor.h"
#include "tests/recorded_data.h"

namespace gauntlet::calibration {
namespace {

TEST(NelderMead, FindsRosenbrocksValley) {
  const auto f = [](const std::vector<double>& x) {
    return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2);
  };
  const Minimum m = nelder_mead(f, {-1.2, 1}, {0.5, 0.5}, 1000, 1e-14);
  EXPECT_NEAR(m.at[0], 1, 1e-5);
  EXPECT_NEAR(m.at[1], 1, 1e-5);
  EXPECT_LT(m.evaluations, 400u);
}

TEST(NelderMead, StopsAtItsBudgetAndWorksInOneDimension) {
  const auto f = [](const std::vector<double>& x) { return std::pow(x[0] - 3, 2); };
  EXPECT_NEAR(nelder_mead(f, {0}, {1}, 500, 1e-16).at[0], 3, 1e-6);
  EXPECT_LE(nelder_mead(f, {0}, {1}, 10, 0).evaluations, 14u);
}

// A set as a watch would record it, with the person's own chance and the sensor's errors.
replay::SampleTrack recorded(const sim::PersonOptions& person, const std::string& exercise,
                             std::uint64_t seed, bool inverted) {
  sim::PlanOptions plan;
  plan.lead_in_s = 1;
  plan.repetition_spread = 0;
  plan.exercises = {{exercise, 1, 12, 0, 0}};
  const sim::RandomStream root(seed, "person/0");
  auto script = std::make_shared<const sim::Script>(sim::make_script(plan, person, root).value());
  const auto motion = sim::make_motion(script, sim::Worn::wrist);
  sim::SensorOptions options = sim::sensor_preset("pebble-accelerometer");
  options.inverted = inverted;
  sim::SampledSensor sensor(options, {}, {}, root.child("watch"), true, *motion, script->begin(),
                            script->end());
  std::vector<WorldTime> t;
  sensor.take(1'000'000, WorldTime::max(), t);
  std::vector<float> xyz(3 * t.size());
  TrueStream truth;
  sensor.sample(t, xyz.data(), truth);
  replay::SampleTrack track;
  track.nominal_rate_hz = 50;
  track.subject.height_m = person.body.height_m;
  const TrueSet& set = script->sets().front();
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i] < set.begin || t[i] > set.end) continue;
    track.time_ns.push_back(t[i].time_since_epoch().count());
    track.force_mps2.insert(track.force_mps2.end(),
                            xyz.begin() + static_cast<std::ptrdiff_t>(3 * i),
                            xyz.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
    track.label.push_back(track.label_index(exercise));
  }
  return track;
}

// Tolerances: twelve repetitions whose lengths scatter by v have a mean length known to v /
// sqrt(12), and their fatigue is fitted too, which doubles that: 3 * 2 * 0.05 / sqrt(12) = 9 % of
// tempo. Range: the same of its variation (3 %), and 5 % because posture is nudged by a degree or
// so at each turn. The strap: its bias of up to 60 mg and the nudges together turn gravity by some
// 5 degrees.
TEST(Identify, RecoversWhoWasSimulated) {
  struct Case {
    const char* exercise;
    double tempo, range, strap_deg;
    bool inverted;
    double range_tolerance = 0.08;
    double explained = 0.97;
  };
  const Case table[] = {{"biceps-curl", 1.2, 0.85, 15, true},
                        {"biceps-curl", 0.8, 1.05, -25, false},
                        {"lateral-raise", 1.0, 0.9, 10, true},
                        // A press turns the forearm little, so that its range shows weakly.
                        {"shoulder-press", 1.1, 1.0, -10, true, 0.15, 0.93}};
  for (const Case& c : table) {
    sim::PersonOptions person;
    person.body.height_m = 1.8;
    person.dynamics.tempo = c.tempo;
    person.dynamics.range = c.range;
    person.dynamics.tempo_variation = 0.05;
    person.dynamics.range_variation = 0.03;
    person.dynamics.posture_deg = person.dynamics.setup_deg = 0;
    person.dynamics.settle_deg = 1;
    // A stop or half a repetition is no repetition of the mean one.
    person.dynamics.partial = person.dynamics.pause = person.dynamics.bounce = 0;
    person.placement.strap_rotation_deg = c.strap_deg;
    person.placement.slip_deg = 0;
    const auto track = recorded(person, c.exercise, 3, c.inverted);
    const auto who = identify(track, 0, track.rows(), {"", 0});
    ASSERT_TRUE(who.ok()) << who.error().message;
    EXPECT_NEAR(who->person.dynamics.tempo / c.tempo, 1, 0.09) << c.exercise;
    EXPECT_NEAR(who->person.dynamics.range / c.range, 1, c.range_tolerance) << c.exercise;
    EXPECT_NEAR(who->person.placement.strap_rotation_deg, c.strap_deg, 5) << c.exercise;
    EXPECT_EQ(who->hardware.inverted, c.inverted) << c.exercise;
    EXPECT_GT(who->explained_all, c.explained) << c.exercise;
    EXPECT_NEAR(who->hardware.rate_hz, 48.88, 0.15) << c.exercise;
    // The sd of a sd of about ten values is a fifth of it or so; a fitted fatigue takes from it.
    EXPECT_NEAR(who->person.dynamics.tempo_variation, 0.055, 0.035) << c.exercise;
  }
}

TEST(Identify, SaysWhatItCannotDo) {
  sim::PersonOptions person;
  auto track = recorded(person, "biceps-curl", 1, true);
  const auto unknown = identify(track, 0, track.rows(), {"bicep-curl", 0});
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("did you mean \"biceps-curl\""), std::string::npos);
  for (float& v : track.force_mps2) v = 1;
  const auto still = identify(track, 0, track.rows(), {"", 0});
  ASSERT_FALSE(still.ok());
  EXPECT_EQ(still.error().code, "no_cycles");
}

TEST(Identify, ARecordedSetBecomesAPersonWhoExplainsAThirdOfIt) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions/jan-arms-24-05");
  const std::string paths[] = {folder.string()};
  const auto imported = replay::import_tracks(paths);
  ASSERT_TRUE(imported.ok());
  int fitted = 0;
  double explained = 0;
  for (const auto& track : imported->tracks) {
    if (track.label_at(0).find("biceps-curl") == std::string_view::npos) continue;
    const auto who = identify(track, 0, track.rows(), {"biceps-curl", 1});
    if (!who.ok()) continue;
    ++fitted;
    explained += who->explained_all;
  }
  ASSERT_GE(fitted, 5);
  EXPECT_GT(explained / fitted, 1.0 / 3);
}

}  // namespace
}  // namespace gauntlet::calibration
