// One line of the table of pipelines: a pipeline in a world, by one split. What a world cannot tell
// stays empty: recordings have no lag, and only those of the gym have counts of repetitions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "replay/replay_report.h"
#include "scenarios/evaluation.h"
#include "scenarios/pipeline_trial.h"

namespace gauntlet::scenarios {

struct PipelineLine {
  std::string pipeline, world, split;
  std::string accuracy;    // of windows, with its interval
  std::string f1;          // macro-F1 of windows, with its interval
  std::string events;      // correct / deleted / inserted
  std::string within_one;  // share of sets, with its interval
  std::string count_error;
  std::string lag_ms;   // of a shown repetition, p50 / p95
  std::string cost_ms;  // declared, of a window
  std::string note;     // what is compared with a claim
};

PipelineLine line_of(const PipelinePreset& preset, const TrialResult& trial);
// Repetitions counted in recorded sets, which are the same whatever classifies: "within one" with
// an interval over sessions, and the mean error.
struct RecordedCounts {
  std::string within_one, count_error;
};
RecordedCounts count_recorded(const replay::ReplayReport& report);
// `data` is what the row was made from.
PipelineLine line_of(const PipelinePreset& preset, const EvaluationRow& row,
                     const learn::Dataset& data);

// As text, a field a line, and back; nothing from a text of another shape.
std::string to_text(const std::vector<PipelineLine>& lines);
std::optional<std::vector<PipelineLine>> lines_from(const std::string& text);

}  // namespace gauntlet::scenarios
