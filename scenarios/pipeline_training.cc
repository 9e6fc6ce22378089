#include "scenarios/pipeline_training.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/learn/calibration.h"
#include "core/learn/serving_defects.h"

namespace gauntlet::scenarios {
namespace {

// How much of the work each part is, roughly.
constexpr double kSimulated = 0.2, kLeftOut = 0.8;

learn::Folds folds_of(const learn::Dataset& data, std::int64_t most) {
  learn::Folds folds = learn::make_folds(data, learn::Split::leave_one_group_out);
  if (most >= folds.count) return folds;
  folds.count = static_cast<std::uint32_t>(std::max<std::int64_t>(most, 2));
  for (std::uint32_t& f : folds.fold) f %= folds.count;
  folds.name = std::to_string(folds.count) + " folds of simulated people";
  return folds;
}

}  // namespace

void take_preset(TrainingOptions& world, const PipelinePreset& preset) {
  world.world.pipeline = preset.pipeline;
  world.world.phone = preset.phone;
  // As many rows, at the rate of the phone's grid.
  const auto& windows = preset.evaluation.windows;
  world.window_s = windows.window_s * windows.rate_hz * preset.phone.signal.grid_period_ms * 1e-3;
}

Result<learn::Dataset> simulated_dataset(const TrainingOptions& world,
                                         const std::function<void(double)>& progress) {
  const auto people = simulate_windows(world, progress);
  if (!people) return people.error();
  learn::Dataset d;
  d.name = "simulated";
  d.rate_hz = 1000 / world.world.phone.signal.grid_period_ms;
  d.length = static_cast<std::uint32_t>(std::lround(world.window_s * d.rate_hz));
  d.channels = 3;
  for (std::size_t p = 0; p < people->size(); ++p) {
    const auto& w = (*people)[p];
    for (std::size_t i = 0; i < w.labels.size(); ++i) {
      d.add(std::span(w.values).subspan(i * d.window_size(), d.window_size()),
            w.labels[i].empty() ? kNoExercise : w.labels[i], "person " + std::to_string(p),
            static_cast<std::uint32_t>(p));
    }
  }
  return d;
}

Result<PipelineTraining> train_pipeline(const PipelinePreset& preset, const TrainingOptions& given,
                                        unsigned threads,
                                        const std::function<void(double)>& progress) {
  if (!preset.classifies()) {
    return Error{"bad_pipeline", preset.name + " classifies no windows by itself: " + preset.about};
  }
  TrainingOptions world = given;
  take_preset(world, preset);
  const auto report = [&progress](double share) {
    if (progress) progress(share);
  };
  const auto data = simulated_dataset(world, [&](double s) { report(kSimulated * s); });
  if (!data) return data.error();
  const auto make = [&preset](std::int64_t fit_threads) {
    learn::ClassifierOptions o = preset.evaluation.classifier;
    o.threads = fit_threads;
    return learn::make_classifier(o);
  };
  PipelineTraining out;
  out.held_out = learn::cross_validate(
      *data, folds_of(*data, world.trainer.folds), [&] { return make(1); }, threads,
      [&](double s) { report(kSimulated + (kLeftOut - kSimulated) * s); });
  const std::size_t classes = data->classes.size();
  auto& p = out.held_out.probabilities;
  out.calibration_error_before = learn::expected_calibration_error(p, classes, data->label);
  const std::vector<std::uint8_t> all(data->size(), 1);
  const float power = learn::fit_power(p, classes, data->label, all);
  for (std::size_t at = 0; at < p.size(); at += classes) {
    learn::calibrate(std::span(p).subspan(at, classes), power);
  }
  out.calibration_error = learn::expected_calibration_error(p, classes, data->label);
  auto classifier = make(threads);
  std::vector<std::uint32_t> rows(data->size());
  std::iota(rows.begin(), rows.end(), 0U);
  classifier->fit(*data, rows);
  const std::string people = std::to_string(world.first_person) + " to " +
                             std::to_string(world.first_person + world.people - 1);
  out.served =
      learn::serve(std::move(classifier), *data, kNoExercise, power,
                   {{"made_by", "gauntlet train --pipeline " + preset.name},
                    {"pipeline", preset.name},
                    {"scenario", world.world.name},
                    {"split", "trained on simulated people " + people + ", tested on others"},
                    {"trained_on",
                     "simulated people " + people + ", seed " + std::to_string(world.world.seed)}});
  report(1);
  return out;
}

}  // namespace gauntlet::scenarios
