#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/learn/model_file.h"
#include "core/learn/model_pool.h"
#include "core/learn/subset_serving.h"
#include "scenarios/pipeline_table.h"
#include "scenarios/pipeline_training.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

TrainingOptions short_world() {
  TrainingOptions world;
  std::vector<Diagnostic> problems;
  LoadedText loaded;
  const bool good = load_options(
      "scenarios/catalog/train-gym.toml", {{"plan.length_s", "600"}, {"people", "2"}},
      [&world](OptionVisitor& v) { world.describe(v); }, loaded, problems);
  EXPECT_TRUE(good) << to_string(problems);
  return world;
}

TEST(PipelineTrial, ThePaperLogShowsWhatTheUserTyped) {
  const auto trial = try_pipeline(load_pipeline_preset("paper-log").value(), short_world());
  ASSERT_TRUE(trial.ok()) << trial.error().message;
  EXPECT_FALSE(trial->summary("f1.macro").has_value()) << "nothing is classified";
  const auto detected = trial->summary("sets.detected_share");
  ASSERT_TRUE(detected.has_value());
  EXPECT_GT(detected->mean, 0.5);
  const PipelineLine line = line_of(load_pipeline_preset("paper-log").value(), *trial);
  EXPECT_EQ(line.world, "simulated, 2 people");
  EXPECT_EQ(line.f1, "");
  EXPECT_EQ(line.events, "");
}

TEST(PipelineTrial, AClassifierTrainedOnTheOthersRunsInThePhone) {
  PipelinePreset preset = load_pipeline_preset("minirocket").value();
  preset.evaluation.classifier.kind = learn::ClassifierKind::forest;
  preset.evaluation.classifier.trees = 30;
  const auto one = try_pipeline(preset, short_world());
  const auto two = try_pipeline(preset, short_world());
  ASSERT_TRUE(one.ok()) << one.error().message;
  ASSERT_TRUE(two.ok());
  const auto f1 = one->summary("f1.macro");
  ASSERT_TRUE(f1.has_value());
  EXPECT_EQ(f1->n, 2u);
  EXPECT_GT(f1->mean, 0.3);
  EXPECT_EQ(f1->mean, two->summary("f1.macro")->mean);
}

TEST(PipelineTraining, WhatWasTrainedIsServedFromItsFileInAScenario) {
  PipelinePreset preset = load_pipeline_preset("muvr").value();
  preset.evaluation.classifier.epochs = 2;
  TrainingOptions world = short_world();
  world.people = 3;
  const auto trained = train_pipeline(preset, world, 2);
  ASSERT_TRUE(trained.ok()) << trained.error().message;
  EXPECT_EQ(trained->held_out.evaluation.split, "leave-one-group-out");
  EXPECT_LE(trained->calibration_error, trained->calibration_error_before + 0.01);
  const auto bytes = learn::serialize(*trained->served);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(trained->served->classifier().networks().size(), 2u) << "a network a stage";
  EXPECT_EQ(*learn::serialize(*train_pipeline(preset, world, 1)->served), *bytes);
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("gauntlet-pipeline-" + std::to_string(::getpid()));
  ASSERT_TRUE(learn::save_model(*bytes, path.string()).ok());
  ScenarioOptions options = world.world;
  options.phone = preset.phone;
  const auto parts = make_shared_parts(options, path.string());
  std::filesystem::remove(path);
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  EXPECT_EQ(parts->model_bytes.size(), bytes->size());
  const auto run = run_seed(options, 1, *parts);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_TRUE(run->result.failures.empty());
  EXPECT_EQ(run->record->split, "trained on simulated people 1000000 to 1000002, tested on others");
  ASSERT_NE(run->result.values.find("f1.macro"), nullptr);
  EXPECT_TRUE(run->result.values.find("f1.macro")->value.has_value());
  EXPECT_EQ(train_pipeline(load_pipeline_preset("paper-log").value(), world, 1).error().code,
            "bad_pipeline");
}

TEST(PipelineTraining, APoolScoresItsLastModelsAgainOnWhoeverComes) {
  PipelinePreset preset = load_pipeline_preset("minirocket").value();
  preset.evaluation.classifier.kind = learn::ClassifierKind::forest;
  preset.evaluation.classifier.trees = 10;
  TrainingOptions world = short_world();
  world.hop_s = 4;
  world.people = 5;
  const PoolOptions pool{9, 2};
  const auto made = train_best(preset, world, pool, 2);
  ASSERT_TRUE(made.ok()) << made.error().message;
  ASSERT_EQ(made->rounds.size(), 3u) << "two of five people are there";
  EXPECT_EQ(made->rounds[0].newest, "person 2");
  std::size_t changed = 0;
  for (const auto& round : made->rounds) {
    EXPECT_EQ(round.models.size(), 2u);
    for (const auto& m : round.models) changed += m.after.mean() != m.before.mean() ? 1 : 0;
  }
  EXPECT_GT(changed, 0u) << "another person, other scores";
  for (std::size_t i = 1; i < made->kept.size(); ++i) {
    EXPECT_LE(made->kept[i].score.mean(), made->kept[i - 1].score.mean());
  }
  EXPECT_EQ(learn::serialize(*made->best.served).value(),
            learn::serialize(*train_best(preset, world, pool, 1)->best.served).value());
}

// A change of the simulated world must not leave it behind.
TEST(PipelineTraining, TheModelThatShipsForMuvrKnowsTheWorldOfToday) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  ASSERT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml",
                            {{"pipeline.preset", "\"muvr\""}, {"plan.length_s", "1800"}}, scenario,
                            problems))
      << to_string(problems);
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  ASSERT_TRUE(parts.ok()) << parts.error().message;
  const auto run = run_seed(scenario.options, 1, *parts);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_GT(run->result.values.find("f1.macro")->value.value_or(0), 0.5);
}

// The phone knows sets by its own sensors while the watch is not heard; with the model of the watch
// alone nothing is classified then.
TEST(PipelineTraining, OfEverySubsetAModelServesWhoeverIsLeft) {
  PipelinePreset preset = load_pipeline_preset("muvr").value();
  preset.evaluation.classifier.kind = learn::ClassifierKind::forest;
  preset.evaluation.classifier.trees = 20;
  TrainingOptions world = short_world();
  world.people = 4;
  auto trained = train_subsets(preset, world, 2);
  ASSERT_TRUE(trained.ok()) << trained.error().message;
  ASSERT_EQ(trained->size(), 3u) << "watch, phone, both";
  SharedParts alone = make_shared_parts(world.world, "").value();
  alone.model = std::shared_ptr(std::move(train_pipeline(preset, world, 2)->served));
  learn::SubsetServing::Models models;
  for (auto& one : *trained) models.push_back(std::move(one.served));
  SharedParts subsets = alone;
  subsets.model = std::make_shared<learn::SubsetServing>(std::move(models));

  ScenarioOptions options = world.world;
  options.phone = preset.phone;
  adversarial::AttackOptions jam;
  jam.kind = adversarial::AttackKind::jamming;
  jam.start_s = 120;
  jam.stop_s = 420;
  jam.jamming.pause_s = 0;
  jam.jamming.distance_m = 0.1;
  options.attacks = {jam};
  struct Seen {
    std::size_t all = 0, right = 0;
  };
  const auto meanwhile = [&](const SharedParts& parts) {
    const auto run = run_seed(options, 1, parts);
    EXPECT_TRUE(run.ok());
    Seen seen;
    const auto& clock = run->truth->host_clock;
    for (const auto& w : run->events->windows) {
      const bool inside = w.from > clock.to_host(time_from_seconds<WorldTime>(130)) &&
                          w.to < clock.to_host(time_from_seconds<WorldTime>(415));
      if (!inside) continue;
      std::string truth;
      for (const auto& set : run->truth->sets) {
        const auto middle = w.from + (w.to - w.from) / 2;
        const bool in = middle > clock.to_host(set.begin) && middle < clock.to_host(set.end);
        if (in) truth = set.exercise;
      }
      ++seen.all;
      seen.right += w.label == truth ? 1 : 0;
    }
    return seen;
  };
  EXPECT_EQ(meanwhile(alone).all, 0u) << "the watch is not heard";
  const Seen phone = meanwhile(subsets);
  EXPECT_GT(phone.all, 500u) << "of 285 s, a window every 0.5 s";
  EXPECT_GT(phone.right, phone.all / 2);
}

// Windows of two speeds, a group a person; every member can tell them.
TEST(Layers, MachinesKeepTheirThresholdsAndBestEffortAsksEverybody) {
  learn::Dataset d;
  d.length = 100;
  d.channels = 3;
  for (std::uint32_t i = 0; i < 60; ++i) {
    std::vector<float> w;
    for (int t = 0; t < 100; ++t) {
      const double s = std::sin(t * (i % 2 ? 0.1 : 0.6) + i);
      w.insert(w.end(), {static_cast<float>(s), 0.1F * static_cast<float>(i % 7), 9.8F});
    }
    d.add(w, i % 2 ? "slow" : "fast", "person " + std::to_string(i / 20), i / 20);
  }
  const auto folds = learn::make_folds(d, learn::Split::leave_one_group_out);
  learn::ClassifierOptions ensemble;
  ensemble.members = {"ridge", "knn", "forest"};
  ensemble.trees = 5;
  const auto rows = judge_layers(d, folds, ensemble, {}, 2);
  const auto find = [&](const std::string& layer) {
    return *std::ranges::find(rows, layer, &LayerRow::layer);
  };
  EXPECT_EQ(std::ranges::count(rows, "alone", &LayerRow::layer), 3);
  EXPECT_EQ(find("best effort").models.size(), 3u);
  EXPECT_GT(find("best effort").accuracy, 0.9);
  for (const auto& row : rows) {
    if (!row.layer.starts_with("within")) continue;
    const double threshold_ms = std::stod(row.layer.substr(7));
    EXPECT_LE(row.latency_ms.value_or(0), threshold_ms) << row.layer;
  }
  EXPECT_FALSE(find("within 4 ms").latency_ms.has_value()) << "no machine is that near";
  EXPECT_GT(find("all, equal votes, corrected").accuracy, 0.9);
  EXPECT_EQ(judge_layers(d, folds, ensemble, {}, 1).back().accuracy, rows.back().accuracy);
}

TEST(PipelineTable, CountsOfRecordedSetsLeaveOutTheShortAndTheDamaged) {
  replay::ReplayReport report;
  const auto add = [&report](const char* session, std::uint32_t labelled, std::uint32_t counted,
                             std::uint64_t lost) {
    replay::FileReport f;
    f.session = session;
    f.labelled_repetitions = labelled;
    f.counted_repetitions = counted;
    f.totals.unique = 100;
    f.totals.lost = lost;
    report.files.push_back(f);
    if (labelled >= 5 && lost < 2) report.clean_repetitions.add(labelled, counted);
  };
  add("a", 10, 10, 0);
  add("a", 10, 12, 0);
  add("b", 8, 9, 1);
  add("b", 8, 9, 0);
  add("b", 4, 9, 0);
  add("b", 10, 1, 30);
  const auto counts = count_recorded(report);
  EXPECT_EQ(counts.within_one.substr(0, 4), "0.75");
  EXPECT_EQ(counts.count_error, "1.00");
  EXPECT_EQ(count_recorded({}).within_one, "");
}

TEST(PipelineTable, LinesComeBackFromText) {
  PipelineLine line;
  line.pipeline = "muvr";
  line.f1 = "0.61 [0.31, 0.79]";
  line.note = "accuracy 0.648";
  const auto back = lines_from(to_text({line, line}));
  ASSERT_TRUE(back.has_value());
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].f1, line.f1);
  EXPECT_EQ((*back)[1].note, line.note);
  EXPECT_EQ((*back)[1].lag_ms, "");
  for (const char* bad : {"", "muvr\n", "muvr", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj"}) {
    EXPECT_FALSE(lines_from(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace gauntlet::scenarios
