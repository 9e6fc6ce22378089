// The pipelines under test that ship, each a file of scenarios/pipelines that sets options of the
// same parts. In a scenario `[pipeline] preset = "muvr"` takes its phone and pipeline options
// and its trained model, which the scenario's own keys override; `gauntlet evaluate --pipeline
// muvr` takes its windows and classifier.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/phone/phone_options.h"
#include "core/ports/pipeline_options.h"
#include "scenarios/evaluation.h"

namespace gauntlet::scenarios {

struct PipelinePreset {
  std::string name;
  std::string about;
  std::string claim;  // what is published of the system it reproduces
  std::string model;  // the file that a scenario serves; empty: whatever the scenario names
  PipelineOptions pipeline;
  PhoneOptions phone;
  EvaluationOptions evaluation;
  void describe(OptionVisitor& v);
  bool classifies() const { return !phone.sets.by_hand && pipeline.kind == PipelineKind::built_in; }
};

// In the order of the table. The texts are part of the program.
std::span<const std::string_view> pipeline_preset_names();
// Code bad_pipeline, naming the possible ones.
Result<PipelinePreset> load_pipeline_preset(std::string_view name);

}  // namespace gauntlet::scenarios
