// Trains the classifier of a pipeline's preset on simulated people, for a model file that a
// scenario then serves: `gauntlet train --pipeline muvr`.
#pragma once

#include <functional>
#include <memory>

#include "core/learn/cross_validation.h"
#include "core/learn/serving.h"
#include "scenarios/pipeline_preset.h"
#include "scenarios/training.h"

namespace gauntlet::scenarios {

inline constexpr const char* kNoExercise = "no exercise";

// Phone, pipeline and length of windows as the preset has them.
void take_preset(TrainingOptions& world, const PipelinePreset& preset);
// All simulated people as one data set: a group and a recording each.
Result<learn::Dataset> simulated_dataset(const TrainingOptions& world,
                                         const std::function<void(double)>& progress = {});

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

}  // namespace gauntlet::scenarios
