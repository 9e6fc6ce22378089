// Hyper-parameters chosen by what they are worth on people left out: before it is trained on
// everybody it is given, a classifier is tried with each of its candidates on two thirds of the
// groups and asked about the rest; the highest macro-F1 wins, of equals the first.
#pragma once

#include <vector>

#include "core/learn/classifier.h"

namespace gauntlet::learn {

// What is given first, then its variations: of knn how many neighbours, of svm (and libsvm) the
// penalty, of rbf the width, of boosted (and xgboost) the rounds; of those that see few or
// correlated features badly (knn, svm, rbf, ridge) each also on 32 principal components. Others
// have no candidates but themselves: a forest's and a network's cost would be several times the
// rest.
std::vector<ClassifierOptions> candidates_of(const ClassifierOptions& options);

class SearchedClassifier final : public WindowClassifier {
 public:
  explicit SearchedClassifier(const ClassifierOptions& options) : options_(options) {}
  void fit(const Dataset& data, std::span<const std::uint32_t> rows) override;
  void probabilities(std::span<const float> window, std::span<float> out) override {
    made_->probabilities(window, out);
  }
  std::unique_ptr<WindowClassifier> clone() const override { return made_->clone(); }
  // As the one that was chosen.
  bool write(ByteWriter& w) const override { return made_->write(w); }
  std::vector<const Network*> networks() const override { return made_->networks(); }
  const ClassifierOptions& chosen() const { return options_; }  // after fit()

 private:
  ClassifierOptions options_;
  std::unique_ptr<WindowClassifier> made_;
};

}  // namespace gauntlet::learn
