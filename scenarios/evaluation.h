// Classifiers judged on recordings of real people: reads a data set, cuts it, leaves people (or
// sessions) out, and gives figures with intervals over people. What `gauntlet evaluate` and
// `gauntlet compare` print.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/learn/classifier.h"
#include "core/learn/cross_validation.h"
#include "core/learn/serving_defects.h"
#include "replay/sessions.h"
#include "reports/statistics/intervals.h"
#include "scenarios/mliot_layers.h"
#include "scenarios/set_context.h"
#include "scenarios/track_windows.h"

namespace gauntlet::scenarios {

struct EvaluationOptions {
  std::string name;  // of the row; empty: the classifier's
  WindowOptions windows;
  learn::ClassifierOptions classifier;
  learn::ServingDefects serving;
  ContextOptions context;
  LayerOptions layers;
  std::int64_t folds = 0;
  void describe(OptionVisitor& v);
};

// Data sets by name below the data folder, a device each: sp-sw-har gives "watch" and "phone", gym
// the captures. Anything else is a path of import_tracks.
struct LoadedWindows {
  std::vector<TrackWindows> devices;
  std::vector<replay::UnreadableFile> unreadable;
};
Result<LoadedWindows> load_windows(const std::string& data_folder, const std::string& name,
                                   const WindowOptions& options,
                                   const std::function<void(double)>& progress = {});

// Error (too_wide): windows of more channels than a classifier can take.
Result<void> check_channels(const learn::Dataset& data, const learn::ClassifierOptions& classifier);

struct EvaluationRow {
  std::string data, pipeline, split;
  learn::HeldOut held_out;
  std::vector<double> group_accuracy, group_macro_f1;   // one a person or session
  std::optional<reports::Interval> accuracy, macro_f1;  // bootstrap over people or sessions
  std::string worst_group;
  double worst_group_accuracy = 0;
  double calibration_error = 0;  // of probabilities calibrated on the other rounds
  double calibration_error_before = 0;
  // Of windows, with two stages: those whose exercise the second was asked for. 0.5 of them is what
  // the published latencies imply (device_selection.h).
  std::optional<double> second_stage_share;
  std::vector<LayerRow> layers;  // where options.layers.judged, by windows each by itself
  std::vector<ContextRow> sets;  // where options.context.judged, by windows each by itself
};

// One row, or with a split by group two: each window by itself, then weighed by those before it
// ("+ order").
std::vector<EvaluationRow> evaluate_windows(const learn::Dataset& data,
                                            const EvaluationOptions& options, learn::Split split,
                                            unsigned threads,
                                            const std::function<void(double)>& progress = {});

}  // namespace gauntlet::scenarios
