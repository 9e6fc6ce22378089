// Trains the classifier of a pipeline's preset on simulated people, for a model file that a
// scenario then serves: `gauntlet train --pipeline muvr`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/learn/cross_validation.h"
#include "core/learn/model_pool.h"
#include "core/learn/serving.h"
#include "scenarios/pipeline_preset.h"
#include "scenarios/training.h"

namespace gauntlet::scenarios {

inline constexpr const char* kNoExercise = "no exercise";

// Phone, pipeline and length of windows as the preset has them.
void take_preset(TrainingOptions& world, const PipelinePreset& preset);
// All simulated people as one data set: a group and a recording each, three channels a sensor.
Result<learn::Dataset> simulated_dataset(const TrainingOptions& world,
                                         const std::function<void(double)>& progress = {},
                                         std::size_t sensors = 1);

struct PipelineTraining {
  std::unique_ptr<learn::TrainedServing> served;               // trained on everybody
  learn::HeldOut held_out;                                     // what it is worth, people left out
  double calibration_error = 0, calibration_error_before = 0;  // held out
};

// People are left out in `world.trainer.folds` rounds: these figures, and the power that calibrates
// what is served, come from people whom the classifier had not seen. Codes: those of run_seed, and
// bad_pipeline where the preset classifies nothing.
Result<PipelineTraining> train_pipeline(const PipelinePreset& preset, const TrainingOptions& world,
                                        unsigned threads,
                                        const std::function<void(double)>& progress = {});

// The pool of a system in use (core/learn/model_pool.h): half of the people are there, the others
// come one after the other while models are made. A model learns from all who were there but the
// newest, on whom it is scored: the first is the preset's, each other a mutation of one of the ten
// best. When somebody new has come, the last `again` models are scored anew, on them.
struct PoolOptions {
  std::size_t models = 20;
  std::size_t again = 10;
};
struct PoolRound {
  std::string newest;  // who came
  struct Model {
    std::uint64_t id = 0;
    learn::PoolScore before, after;
  };
  std::vector<Model> models;  // those scored again, by id
};
struct PoolTraining {
  PipelineTraining best;  // by its options, from everybody
  std::vector<PoolRound> rounds;
  std::vector<learn::ModelPool::Entry> kept;  // best first
};
Result<PoolTraining> train_best(const PipelinePreset& preset, const TrainingOptions& world,
                                const PoolOptions& pool, unsigned threads,
                                const std::function<void(double)>& progress = {});

// One for every subset of the sensors that the world's person wears, each judged and calibrated on
// people left out like the one above. The first is of sensor 0 alone, the last of all.
Result<std::vector<PipelineTraining>> train_subsets(
    const PipelinePreset& preset, const TrainingOptions& world, unsigned threads,
    const std::function<void(double)>& progress = {});

}  // namespace gauntlet::scenarios
