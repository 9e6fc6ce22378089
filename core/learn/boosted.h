// Boosted trees of feature vectors, and random features that make a linear method behave like one
// with a Gaussian kernel. Both deterministic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/learn/classic.h"

namespace gauntlet::learn {

// Friedman 2001 with the second-order gain of Chen, Guestrin (XGBoost, KDD 2016, equation 7): every
// round grows one tree a class on the softmax gradient; splits between quantiles of the training
// rows; each tree sees a quarter of the features, or four. scores() are to be made probabilities by
// softmax.
struct BoostedOptions {
  std::size_t rounds = 40;
  std::size_t depth = 3;
  double rate = 0.3;     // of each tree's step
  double penalty = 1.0;  // of a leaf's square
  std::uint64_t seed = 1;
};
class BoostedTrees {
 public:
  BoostedTrees(const FeatureRows& rows, const BoostedOptions& options);
  BoostedTrees(ByteReader& r, std::size_t features, std::size_t classes);
  void write(ByteWriter& w) const;
  void scores(std::span<const float> x, std::span<float> out) const;

 private:
  struct Split {
    std::uint32_t feature = 0;
    float threshold = 0;  // left: at most this
  };
  struct Tree {
    std::vector<Split> splits;  // complete: 2^depth - 1, root first
    std::vector<float> leaves;  // 2^depth
  };
  friend class Booster;
  std::size_t classes_, depth_;
  std::vector<Tree> trees_;  // round by round, class by class
};

// Rahimi, Recht, "Random features for large-scale kernel machines", NIPS 2007: inner products of
// the outputs approach exp(-gamma |x - y|^2).
class RandomFourier {
 public:
  RandomFourier(std::size_t features, std::size_t outputs, double gamma, std::uint64_t seed);
  RandomFourier(ByteReader& r, std::size_t features);
  void write(ByteWriter& w) const;
  std::size_t outputs() const { return offset_.size(); }
  void apply(std::span<const float> x, std::span<float> out) const;

 private:
  std::size_t features_;
  std::vector<float> weights_;  // outputs x features
  std::vector<float> offset_;
};

}  // namespace gauntlet::learn
