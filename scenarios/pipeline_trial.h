// A pipeline under test among simulated people it was not trained on: one person after the other is
// left out, the classifier is trained on windows of the others, and the shipping phone runs with it
// against the one left out, through radio, clocks and all. What it did is measured by the metrics
// of every run: windows, frames, events, repetitions, lag.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "reports/metrics/value.h"
#include "scenarios/pipeline_preset.h"
#include "scenarios/training.h"

namespace gauntlet::scenarios {

struct TrialResult {
  std::string pipeline, split;
  std::size_t people = 0;
  std::vector<reports::MetricValues> by_person;

  struct Summary {
    double mean = 0;
    std::optional<reports::Interval> interval;  // bootstrap over people
    std::size_t n = 0;                          // people who have the metric
  };
  // None where nobody has it.
  std::optional<Summary> summary(const std::string& metric) const;
};

// `world` says who is simulated and what they do (scenarios/catalog/train-pipelines.toml);
// pipeline, phone and window length are the preset's. Codes: those of run_seed.
Result<TrialResult> try_pipeline(const PipelinePreset& preset, const TrainingOptions& world,
                                 const std::function<void(double)>& progress = {});

}  // namespace gauntlet::scenarios
