// An ensemble that is told when it is wrong. Its user corrects some answers; every correction
// changes what the members' votes weigh, and enough of them are learned from.
//
// Weights: a member that was wrong loses a share of its weight (Hedge: Freund, Schapire 1997), and
// all weights drift back towards each other, so that what was learned of a world that has changed
// wears off (fixed share: Herbster, Warmuth 1998). Training is lazy: told to fit, or corrected
// often enough, it trains when it is next asked, and not at all if nobody asks.
//
// The corrected windows are bounded: the oldest are forgotten.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/options.h"
#include "core/learn/classifier.h"

namespace gauntlet::learn {

struct FeedbackOptions {
  double loss = 0.5;    // share of its weight that a wrong member loses
  double share = 0.02;  // of all weight that is dealt out anew with each correction
  std::int64_t retrain_after = 50;
  std::int64_t corrections_max = 2000;
  void describe(OptionVisitor& v);
};

class FeedbackEnsemble final : public WindowClassifier {
 public:
  using Make = std::function<std::unique_ptr<WindowClassifier>()>;
  FeedbackEnsemble(std::vector<Make> members, const FeedbackOptions& options);
  void fit(const Dataset& data, std::span<const std::uint32_t> rows) override;
  void probabilities(std::span<const float> window, std::span<float> out) override;
  std::unique_ptr<WindowClassifier> clone() const override;
  // It goes on learning from whoever uses it: a model file holds what is finished.
  bool write(ByteWriter&) const override { return false; }
  // Only after fit(); `label` is below the data's classes.
  void correct(std::span<const float> window, std::uint32_t label);
  std::span<const double> weights() const { return weights_; }
  std::uint64_t trainings() const { return trainings_; }

 private:
  void train_if_stale();
  void reweigh(std::span<const float> window, std::uint32_t label);

  std::vector<Make> make_;
  FeedbackOptions options_;
  Dataset data_;  // what it was given, then the corrections
  std::size_t given_ = 0;
  bool stale_ = false;
  std::int64_t since_training_ = 0;
  std::uint64_t trainings_ = 0;
  std::vector<std::unique_ptr<WindowClassifier>> members_;
  std::vector<double> weights_;  // sum 1
  std::vector<float> one_;
};

}  // namespace gauntlet::learn
