// Classified windows against the truth: the confusion matrix and macro-F1.
//
// The truth of a window [from, to) is the label that covers most of it on the phone's clock; where
// an exercise covers exactly half, the exercise. No exercise is the class kNoExercise. Windows of
// no length are counted out. Frames and events stand in activity.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

inline constexpr const char* kNoExercise = "no exercise";

// counts[t][p]: windows whose truth is classes[t] and that were called classes[p].
struct ConfusionMatrix {
  std::vector<std::string> classes;  // sorted, kNoExercise last
  std::vector<std::vector<std::uint64_t>> counts;
  std::uint64_t total() const;
};

ConfusionMatrix confuse(const RunRecord& record);
// Adds what `other` counted; classes become the union.
void merge(ConfusionMatrix& into, const ConfusionMatrix& other);

// F1 of one class: 2 TP / (2 TP + FP + FN); a class always has one of them.
double f1_of_class(const ConfusionMatrix& matrix, std::size_t index);
void measure_windows(const ConfusionMatrix& matrix, MetricValues& out);

}  // namespace gauntlet::reports
