// Boosted trees by XGBoost and a Gaussian kernel by LIBSVM, for comparison with our own: optional
// (GAUNTLET_WITH_XGBOOST, GAUNTLET_WITH_LIBSVM), of Debian's packages, one thread, the same answers
// each time. Rows are those of classic.h, scaled.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/learn/classic.h"
#include "core/learn/classifier.h"

namespace gauntlet::learn {

// `rounds` trees a class of depth 3, step 0.3: those of boosted.h.
class XgboostTrees {
 public:
  explicit XgboostTrees(const ClassifierOptions& o) : rounds_(o.rounds), seed_(o.seed) {}
  void fit(const FeatureRows& rows, std::span<const std::uint32_t> folds);
  void answer(std::span<const float> row, std::span<float> out) const;

 private:
  struct Made;
  std::int64_t rounds_, seed_;
  std::shared_ptr<Made> made_;
};

// C = 1 / (penalty n), gamma = width / features, each class's cost weighed by `balance`. What pairs
// of classes say (a logistic of the margin, not LIBSVM's own probabilities, which draw from the C
// library) is averaged over a class's pairs.
class LibsvmMachine {
 public:
  explicit LibsvmMachine(const ClassifierOptions& o)
      : penalty_(o.penalty), width_(o.kernel_width), balance_(o.balance) {}
  void fit(const FeatureRows& rows, std::span<const std::uint32_t> folds);
  void answer(std::span<const float> row, std::span<float> out) const;

 private:
  struct Made;
  double penalty_, width_, balance_;
  std::shared_ptr<Made> made_;
};

}  // namespace gauntlet::learn
