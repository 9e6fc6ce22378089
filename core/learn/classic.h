// Three classifiers of feature vectors, each deterministic whatever the threads: nearest
// neighbours, linear support vectors, random forest. Rows are n x features, labels below `classes`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/learn/byte_stream.h"

namespace gauntlet::learn {

struct FeatureRows {
  std::span<const float> values;
  std::size_t features = 0;
  std::span<const std::uint32_t> labels;
  std::size_t classes = 0;
  std::size_t size() const { return labels.size(); }
  std::span<const float> row(std::size_t i) const { return values.subspan(i * features, features); }
};

// Cover and Hart 1967; each of the k nearest (Euclidean; of equals the earlier row) votes with one
// over its distance.
class NearestNeighbours {
 public:
  NearestNeighbours(const FeatureRows& rows, std::size_t k);
  NearestNeighbours(ByteReader& r, std::size_t features, std::size_t classes);
  void write(ByteWriter& w) const;
  void probabilities(std::span<const float> x, std::span<float> out) const;

 private:
  std::size_t features_, k_;
  std::vector<float> values_;
  std::vector<std::uint32_t> labels_;
};

// One against all, squared hinge, by coordinate descent in the dual (Hsieh, Chang, Lin, Keerthi,
// Sundararajan, ICML 2008, algorithm 1); a constant 1 is appended to the features. scores() are
// margins, to be made probabilities by softmax with a temperature.
class LinearSvm {
 public:
  // `penalty` lambda: C = 1 / (lambda n). `balance`: a row's cost is (rows / rows of its class) to
  // this power.
  LinearSvm(const FeatureRows& rows, double penalty, double balance, std::uint64_t seed);
  LinearSvm(ByteReader& r, std::size_t features, std::size_t classes);
  void write(ByteWriter& w) const { w.array(weights_); }
  void scores(std::span<const float> x, std::span<float> out) const;

 private:
  std::size_t features_, classes_;
  std::vector<double> weights_;  // classes x (features + 1)
};

// Breiman 2001: bootstrap rows, the square root of the features tried at each node, Gini impurity,
// grown until fewer than `least_leaf` rows; a tree votes with its leaf's shares.
class RandomForest {
 public:
  RandomForest(const FeatureRows& rows, std::size_t trees, std::size_t least_leaf,
               std::uint64_t seed, unsigned threads);
  RandomForest(ByteReader& r, std::size_t features, std::size_t classes);
  void write(ByteWriter& w) const;
  void probabilities(std::span<const float> x, std::span<float> out) const;

 private:
  struct Node {
    std::int32_t feature = -1;  // -1: a leaf
    float threshold = 0;        // left: at most this
    std::uint32_t left = 0;     // right: left + 1; in a leaf: where its shares begin
  };
  struct Tree {
    std::vector<Node> nodes;
    std::vector<float> shares;
  };
  static Tree grow(const FeatureRows& rows, std::size_t least_leaf, std::uint64_t seed);
  std::vector<Tree> trees_;
};

}  // namespace gauntlet::learn
