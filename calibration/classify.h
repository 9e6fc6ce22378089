// How well windows can be told apart: areas under the curve, held out by groups, and what the
// telling features are; and how well what was learned on some serves on others.
//
// Classifiers: the project's own features (MiniRocket and plain statistics) and ridge regression.
// Named features with ridge say why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibration/windows.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::calibration {

// P[a positive scores above a negative], ties counting half; 0.5 when either is missing.
double area_under_curve(const std::vector<double>& positive, const std::vector<double>& negative);

const std::vector<std::string>& feature_names();
// kWindowRows x 3 to one value a name.
std::vector<float> named_features(const float* window);

struct TellingFeature {
  std::string name;
  double area = 0.5;                   // of this feature alone, 0.5 to 1, all groups together
  double recorded = 0, simulated = 0;  // medians
};

struct Discrimination {
  std::size_t recorded = 0, simulated = 0;  // windows
  double area = 0.5;                        // mean over held-out groups, all features
  double area_named = 0.5;                  // the same, named features only
  std::optional<reports::Interval> interval, interval_named;  // over groups
  std::size_t groups = 0;
  std::vector<TellingFeature> features;  // most telling first
};

// Real against simulated, of equal numbers a group and label; group g of both is held out together.
Discrimination discriminate(const Windows& recorded, const Windows& simulated);

struct Transfer {
  double macro_f1 = 0, accuracy = 0;
  reports::Interval interval{};   // of macro_f1: groups drawn with replacement
  std::vector<double> resampled;  // macro_f1 of each draw, the same groups in every Transfer
  std::size_t windows = 0, groups = 0;
  std::vector<std::pair<std::string, double>> f1;  // of each label
};

// Trained on `train` alone, tested on `test`.
Transfer transfer(const Windows& train, const Windows& test);
// Trained on all groups but one, tested on it; round every group.
Transfer leave_one_group_out(const Windows& windows);

// How much more `a` reaches than `b` on the same windows; interval over groups, drawn together.
struct Gap {
  double macro_f1 = 0;
  reports::Interval interval{};
};
Gap gap_between(const Transfer& a, const Transfer& b);

// The windows whose label is one of `labels`.
Windows only(const Windows& windows, const std::set<std::string>& labels);

}  // namespace gauntlet::calibration
