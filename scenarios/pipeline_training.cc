#include "scenarios/pipeline_training.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "core/learn/calibration.h"
#include "core/learn/serving_defects.h"
#include "core/learn/subset_serving.h"

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
                                         const std::function<void(double)>& progress,
                                         std::size_t sensors) {
  const auto people = simulate_windows(world, progress, sensors);
  if (!people) return people.error();
  learn::Dataset d;
  d.name = "simulated";
  d.rate_hz = 1000 / world.world.phone.signal.grid_period_ms;
  d.length = static_cast<std::uint32_t>(std::lround(world.window_s * d.rate_hz));
  d.channels = static_cast<std::uint32_t>(3 * sensors);
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

namespace {

std::unique_ptr<learn::WindowClassifier> make(const learn::ClassifierOptions& options,
                                              unsigned threads) {
  learn::ClassifierOptions o = options;
  o.threads = threads;
  return learn::make_classifier(o);
}

learn::HeldOut judge(const learn::Dataset& data, const learn::ClassifierOptions& options,
                     const TrainingOptions& world, unsigned threads,
                     const std::function<void(double)>& progress) {
  return learn::cross_validate(
      data, folds_of(data, world.trainer.folds), [&] { return make(options, 1); }, threads,
      progress);
}

PipelineTraining finish(const learn::Dataset& data, const std::string& name,
                        const learn::ClassifierOptions& options, const TrainingOptions& world,
                        learn::HeldOut held_out, unsigned threads) {
  PipelineTraining out;
  out.held_out = std::move(held_out);
  const std::size_t classes = data.classes.size();
  auto& p = out.held_out.probabilities;
  out.calibration_error_before = learn::expected_calibration_error(p, classes, data.label);
  const std::vector<std::uint8_t> all(data.size(), 1);
  const float power = learn::fit_power(p, classes, data.label, all);
  for (std::size_t at = 0; at < p.size(); at += classes) {
    learn::calibrate(std::span(p).subspan(at, classes), power);
  }
  out.calibration_error = learn::expected_calibration_error(p, classes, data.label);
  auto classifier = make(options, threads);
  std::vector<std::uint32_t> rows(data.size());
  std::iota(rows.begin(), rows.end(), 0U);
  classifier->fit(data, rows);
  const std::string people = std::to_string(world.first_person) + " to " +
                             std::to_string(world.first_person + world.people - 1);
  out.served =
      learn::serve(std::move(classifier), data, kNoExercise, power,
                   {{"made_by", "gauntlet train --pipeline " + name},
                    {"pipeline", name},
                    {"scenario", world.world.name},
                    {"split", "trained on simulated people " + people + ", tested on others"},
                    {"trained_on",
                     "simulated people " + people + ", seed " + std::to_string(world.world.seed)}});
  return out;
}

// The world of a preset that classifies, or why there is none.
Result<TrainingOptions> world_of(const PipelinePreset& preset, const TrainingOptions& given) {
  if (!preset.classifies()) {
    return Error{"bad_pipeline", preset.name + " classifies no windows by itself: " + preset.about};
  }
  TrainingOptions world = given;
  take_preset(world, preset);
  return world;
}

}  // namespace

Result<PipelineTraining> train_pipeline(const PipelinePreset& preset, const TrainingOptions& given,
                                        unsigned threads,
                                        const std::function<void(double)>& progress) {
  const auto world = world_of(preset, given);
  if (!world) return world.error();
  const auto report = [&progress](double share) {
    if (progress) progress(share);
  };
  const auto data = simulated_dataset(*world, [&](double s) { report(kSimulated * s); });
  if (!data) return data.error();
  const auto& options = preset.evaluation.classifier;
  auto held_out = judge(*data, options, *world, threads,
                        [&](double s) { report(kSimulated + (kLeftOut - kSimulated) * s); });
  auto out = finish(*data, preset.name, options, *world, std::move(held_out), threads);
  report(1);
  return out;
}

Result<std::vector<PipelineTraining>> train_subsets(const PipelinePreset& preset,
                                                    const TrainingOptions& given, unsigned threads,
                                                    const std::function<void(double)>& progress) {
  const auto world = world_of(preset, given);
  if (!world) return world.error();
  const std::size_t sensors = worn_sensors(world->world);
  if (sensors > learn::SubsetServing::kSensorsMax) {
    return Error{"bad_subsets", std::to_string(sensors) +
                                    " sensors are worn; every subset of one "
                                    "to eight can have its own model"};
  }
  const auto& options = preset.evaluation.classifier;
  const auto report = [&progress](double share) {
    if (progress) progress(share);
  };
  const auto data = simulated_dataset(*world, [&](double s) { report(kSimulated * s); }, sensors);
  if (!data) return data.error();
  if (data->size() == 0) {
    return Error{"bad_subsets",
                 "there is no window that all " + std::to_string(sensors) + " sensors have"};
  }
  if (const auto fits = check_channels(*data, options); !fits) return fits.error();
  std::vector<PipelineTraining> out;
  const std::uint32_t subsets = (1U << sensors) - 1;
  for (std::uint32_t worn = 1; worn <= subsets; ++worn) {
    const learn::Dataset of = learn::only_sensors(*data, worn);
    out.push_back(
        finish(of, preset.name, options, *world, judge(of, options, *world, threads, {}), threads));
    report(kSimulated + (1 - kSimulated) * worn / subsets);
  }
  return out;
}

namespace {

// People who come one after the other, and the models of a pool that are made meanwhile.
class PoolInUse {
 public:
  PoolInUse(const learn::Dataset& data, std::uint64_t seed, std::uint32_t people)
      : data_(data), pool_(seed), newest_(people - 1) {}

  void make_one(const learn::ClassifierOptions& otherwise, unsigned threads) {
    const learn::ClassifierOptions options = pool_.next(otherwise);
    auto classifier = make(options, threads);
    classifier->fit(data_, rows_where([this](std::uint32_t p) { return p < newest_; }));
    const learn::PoolScore score = judge(*classifier);
    classifiers_[pool_.add(options, score)] = std::move(classifier);
  }

  // Somebody comes.
  PoolRound renew(std::size_t again) {
    ++newest_;
    PoolRound round{data_.groups[newest_], {}};
    pool_.evaluate_again(again, [&](const learn::ModelPool::Entry& e) {
      const learn::PoolScore score = judge(*classifiers_.at(e.id));
      round.models.push_back({e.id, e.score, score});
      return score;
    });
    std::map<std::uint64_t, std::unique_ptr<learn::WindowClassifier>> kept;
    for (const auto& e : pool_.best()) kept[e.id] = std::move(classifiers_.at(e.id));
    classifiers_ = std::move(kept);
    return round;
  }

  std::uint32_t people() const { return newest_ + 1; }
  std::vector<learn::ModelPool::Entry> best() const { return pool_.best(); }

 private:
  std::vector<std::uint32_t> rows_where(const std::function<bool(std::uint32_t)>& person) const {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < data_.size(); ++i) {
      if (person(data_.group[i])) rows.push_back(i);
    }
    return rows;
  }
  learn::PoolScore judge(learn::WindowClassifier& classifier) const {
    const auto rows = rows_where([this](std::uint32_t p) { return p == newest_; });
    return learn::pool_score(learn::ask_about(classifier, data_, rows));
  }

  const learn::Dataset& data_;
  learn::ModelPool pool_;
  std::map<std::uint64_t, std::unique_ptr<learn::WindowClassifier>> classifiers_;  // by id
  std::uint32_t newest_;
};

}  // namespace

Result<PoolTraining> train_best(const PipelinePreset& preset, const TrainingOptions& given,
                                const PoolOptions& o, unsigned threads,
                                const std::function<void(double)>& progress) {
  const auto world = world_of(preset, given);
  if (!world) return world.error();
  const auto data = simulated_dataset(*world);
  if (!data) return data.error();
  const auto people = static_cast<std::uint32_t>(data->groups.size());
  const std::uint32_t first = std::max(2U, people / 2);
  if (people < 2) return Error{"bad_pipeline", "a pool needs two people or more"};
  PoolInUse pool(*data, static_cast<std::uint64_t>(world->world.seed), first);
  PoolTraining out;
  for (std::size_t i = 0; i < o.models; ++i) {
    while (pool.people() < first + (people - first) * i / o.models) {
      out.rounds.push_back(pool.renew(o.again));
    }
    pool.make_one(preset.evaluation.classifier, threads);
    if (progress) progress(static_cast<double>(i + 1) / static_cast<double>(o.models + 4));
  }
  while (pool.people() < people) out.rounds.push_back(pool.renew(o.again));
  out.kept = pool.best();
  const auto& options = out.kept.front().options;
  out.best = finish(*data, preset.name, options, *world, judge(*data, options, *world, threads, {}),
                    threads);
  if (progress) progress(1);
  return out;
}

}  // namespace gauntlet::scenarios
