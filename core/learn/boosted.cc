#include "core/learn/boosted.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/learn/draws.h"
#include "core/learn/ridge.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

constexpr std::size_t kBins = 16;
constexpr std::size_t kFewest = 4;  // features that a tree sees, where there are so many

struct Sums {
  double gradient = 0, curvature = 0;
  void add(const Sums& o) {
    gradient += o.gradient;
    curvature += o.curvature;
  }
  double worth(double penalty) const { return gradient * gradient / (curvature + penalty); }
};

// By the tangent of the half, which does not depend on the C library.
double cosine_of_turns(double turns) {
  turns -= std::floor(turns + 0.5);
  if (std::abs(turns) > 0.499999) return -1;
  const double t = tangent(turns * std::numbers::pi);
  return (1 - t * t) / (1 + t * t);
}

}  // namespace

class Booster {
 public:
  Booster(const FeatureRows& rows, const BoostedOptions& o) : rows_(rows), options_(o) {
    bin_rows();
    node_.resize(rows.size());
    sums_.resize(rows.size());
  }

  BoostedTrees::Tree grow(std::span<const float> residual, std::span<const float> curvature,
                          Draws& draws) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      sums_[i] = {static_cast<double>(residual[i]), static_cast<double>(curvature[i])};
    }
    std::vector<std::size_t> features;
    const std::size_t wanted = std::max(kFewest, rows_.features / 4);
    for (std::size_t k = 0; k < std::min(wanted, rows_.features); ++k) {
      features.push_back(wanted >= rows_.features ? k : draws.below(rows_.features));
    }
    std::fill(node_.begin(), node_.end(), 0U);
    BoostedTrees::Tree tree;
    for (std::size_t level = 0; level < options_.depth; ++level) split_level(level, features, tree);
    std::vector<Sums> leaves(std::size_t{1} << options_.depth);
    for (std::size_t i = 0; i < rows_.size(); ++i) leaves[node_[i]].add(sums_[i]);
    for (const Sums& s : leaves) {
      tree.leaves.push_back(
          static_cast<float>(options_.rate * s.gradient / (s.curvature + options_.penalty)));
    }
    return tree;
  }
  float leaf(const BoostedTrees::Tree& tree, std::size_t row) const {
    return tree.leaves[node_[row]];
  }

 private:
  void bin_rows() {
    edges_.resize(rows_.features);
    bins_.resize(rows_.values.size());
    std::vector<float> column(rows_.size());
    for (std::size_t f = 0; f < rows_.features; ++f) {
      for (std::size_t i = 0; i < rows_.size(); ++i) column[i] = rows_.row(i)[f];
      std::sort(column.begin(), column.end());
      for (std::size_t b = 1; b < kBins; ++b) {
        edges_[f][b - 1] = column[(column.size() - 1) * b / kBins];
      }
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        const auto at = std::lower_bound(edges_[f].begin(), edges_[f].end(), rows_.row(i)[f]);
        bins_[f * rows_.size() + i] = static_cast<std::uint8_t>(at - edges_[f].begin());
      }
    }
  }

  void split_level(std::size_t level, std::span<const std::size_t> features,
                   BoostedTrees::Tree& tree) {
    const std::size_t nodes = std::size_t{1} << level;
    std::vector<BoostedTrees::Split> best(nodes, {0, edges_[0].back()});
    std::vector<std::size_t> best_bin(nodes, kBins);
    std::vector<double> gain(nodes, 0);
    std::vector<std::array<Sums, kBins>> histogram(nodes);
    for (const std::size_t f : features) {
      for (auto& h : histogram) h = {};
      const std::uint8_t* bin = bins_.data() + f * rows_.size();
      for (std::size_t i = 0; i < rows_.size(); ++i) histogram[node_[i]][bin[i]].add(sums_[i]);
      for (std::size_t n = 0; n < nodes; ++n) {
        Sums all, left;
        for (const Sums& s : histogram[n]) all.add(s);
        for (std::size_t b = 0; b + 1 < kBins; ++b) {
          left.add(histogram[n][b]);
          const Sums right{all.gradient - left.gradient, all.curvature - left.curvature};
          if (left.curvature < 1e-3 || right.curvature < 1e-3) continue;
          const double p = options_.penalty;
          const double g = left.worth(p) + right.worth(p) - all.worth(p);
          if (g <= gain[n]) continue;
          gain[n] = g;
          best[n] = {static_cast<std::uint32_t>(f), edges_[f][b]};
          best_bin[n] = b;
        }
      }
    }
    tree.splits.insert(tree.splits.end(), best.begin(), best.end());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::size_t n = node_[i];
      // Nothing to gain: everything goes left, as the threshold then says.
      const bool right =
          best_bin[n] < kBins && bins_[best[n].feature * rows_.size() + i] > best_bin[n];
      node_[i] = static_cast<std::uint32_t>(2 * n + (right ? 1 : 0));
    }
    for (std::size_t n = 0; n < nodes; ++n) {
      if (best_bin[n] == kBins) {
        tree.splits[nodes - 1 + n] = {0, std::numeric_limits<float>::infinity()};
      }
    }
  }

  const FeatureRows& rows_;
  BoostedOptions options_;
  std::vector<std::array<float, kBins - 1>> edges_;
  std::vector<std::uint8_t> bins_;  // features x rows
  std::vector<std::uint32_t> node_;
  std::vector<Sums> sums_;
};

BoostedTrees::BoostedTrees(const FeatureRows& rows, const BoostedOptions& o)
    : classes_(rows.classes), depth_(o.depth) {
  Booster booster(rows, o);
  Draws draws(o.seed);
  const std::size_t n = rows.size();
  std::vector<float> score(n * classes_), p(classes_), residual(n * classes_),
      curvature(n * classes_);
  for (std::size_t round = 0; round < o.rounds; ++round) {
    for (std::size_t i = 0; i < n; ++i) {
      std::copy_n(score.begin() + static_cast<std::ptrdiff_t>(i * classes_), classes_, p.begin());
      softmax(p, 1);
      for (std::size_t c = 0; c < classes_; ++c) {
        residual[c * n + i] = (rows.labels[i] == c ? 1.0F : 0.0F) - p[c];
        curvature[c * n + i] = p[c] * (1 - p[c]);
      }
    }
    for (std::size_t c = 0; c < classes_; ++c) {
      trees_.push_back(booster.grow(std::span(residual).subspan(c * n, n),
                                    std::span(curvature).subspan(c * n, n), draws));
      for (std::size_t i = 0; i < n; ++i) {
        score[i * classes_ + c] += booster.leaf(trees_.back(), i);
      }
    }
  }
}

BoostedTrees::BoostedTrees(ByteReader& r, std::size_t features, std::size_t classes)
    : classes_(classes), depth_(r.number<std::uint32_t>()) {
  const std::size_t trees = r.number<std::uint32_t>();
  r.require(depth_ >= 1 && depth_ <= 16, "boosted trees of an impossible depth");
  for (std::size_t t = 0; t < trees && r.ok(); ++t) {
    Tree tree;
    r.array(tree.splits, (std::size_t{1} << depth_) - 1);
    r.array(tree.leaves, std::size_t{1} << depth_);
    for (const Split& s : tree.splits) r.require(s.feature < features, "a split by no feature");
    trees_.push_back(std::move(tree));
  }
}

void BoostedTrees::write(ByteWriter& w) const {
  w.number(static_cast<std::uint32_t>(depth_));
  w.number(static_cast<std::uint32_t>(trees_.size()));
  for (const Tree& t : trees_) {
    w.array(t.splits);
    w.array(t.leaves);
  }
}

void BoostedTrees::scores(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::size_t t = 0; t < trees_.size(); ++t) {
    std::size_t n = 0;
    for (std::size_t level = 0; level < depth_; ++level) {
      const Split& s = trees_[t].splits[(std::size_t{1} << level) - 1 + n];
      n = 2 * n + (x[s.feature] <= s.threshold ? 0 : 1);
    }
    out[t % classes_] += trees_[t].leaves[n];
  }
}

RandomFourier::RandomFourier(std::size_t features, std::size_t outputs, double gamma,
                             std::uint64_t seed)
    : features_(features), weights_(outputs * features), offset_(outputs) {
  Draws draws(seed);
  // The sum of twelve uniform numbers less six is normal enough for a kernel that is itself a
  // guess, and the same on every machine.
  const double sd = std::sqrt(2 * gamma);
  for (float& w : weights_) {
    double sum = -6;
    for (int k = 0; k < 12; ++k) sum += draws.uniform();
    w = static_cast<float>(sd * sum);
  }
  for (float& o : offset_) o = static_cast<float>(draws.uniform());
}

RandomFourier::RandomFourier(ByteReader& r, std::size_t features) : features_(features) {
  r.list(offset_);
  r.array(weights_, offset_.size() * features);
  r.require(!offset_.empty(), "a kernel without components");
}

void RandomFourier::write(ByteWriter& w) const {
  w.list(offset_);
  w.array(weights_);
}

void RandomFourier::apply(std::span<const float> x, std::span<float> out) const {
  const double scale = std::sqrt(2 / static_cast<double>(outputs()));
  for (std::size_t k = 0; k < outputs(); ++k) {
    double turn = 0;
    for (std::size_t f = 0; f < features_; ++f) {
      turn += static_cast<double>(weights_[k * features_ + f]) * static_cast<double>(x[f]);
    }
    turn = turn / (2 * std::numbers::pi) + static_cast<double>(offset_[k]);
    out[k] = static_cast<float>(scale * cosine_of_turns(turn));
  }
}

}  // namespace gauntlet::learn
