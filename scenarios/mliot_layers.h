// What two layers of mliot make of its seven models, on windows of people (or sessions) left out:
//
//   machines   which machine answers, and with which of the models, under a latency threshold
//              (core/learn/device_selection.h): from best effort down to where nothing answers in
//              time. Votes weigh by what a model was worth on the groups of the other rounds.
//   feedback   the person left out corrects a share of the wrong answers; votes follow and, often
//              enough, the models learn (core/learn/feedback.h). Judged are the answers that were
//              given before each correction.
//
// The models' costs on a machine of speed 1 are assumed, like the speeds: the publication gives
// neither.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/learn/classifier.h"
#include "core/learn/cross_validation.h"
#include "core/learn/feedback.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::scenarios {

struct LayerOptions {
  bool judged = false;
  double corrected = 0.3;
  learn::FeedbackOptions feedback;
  std::int64_t seed = 1;
  void describe(OptionVisitor& v);
};

struct LayerRow {
  std::string layer;    // "one model alone", "best effort", "within 65 ms", "feedback", …
  std::string machine;  // empty: none takes part
  std::vector<std::string> models;
  std::optional<double> latency_ms;           // expected: round trip and models
  double accuracy = 0;                        // 0 where nothing answers
  std::optional<reports::Interval> interval;  // bootstrap over groups
};

// `ensemble` names the members. The result does not depend on `threads`.
std::vector<LayerRow> judge_layers(const learn::Dataset& data, const learn::Folds& folds,
                                   const learn::ClassifierOptions& ensemble,
                                   const LayerOptions& options, unsigned threads,
                                   const std::function<void(double)>& progress = {});

}  // namespace gauntlet::scenarios
