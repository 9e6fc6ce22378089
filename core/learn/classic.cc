#include "core/learn/classic.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/learn/draws.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

constexpr int kSvmRounds = 200;
constexpr double kSvmTolerance = 1e-3;
constexpr std::size_t kDeepest = 40;

std::vector<std::uint32_t> shuffled(std::size_t n, Draws& draws) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[draws.below(i)]);
  return order;
}

double gini(std::span<const double> count, double n) {
  double square = 0;
  for (const double c : count) square += c * c;
  return n > 0 ? n - square / n : 0;  // impurity times n
}

}  // namespace

NearestNeighbours::NearestNeighbours(const FeatureRows& rows, std::size_t k)
    : features_(rows.features),
      k_(std::min(k, rows.size())),
      values_(rows.values.begin(), rows.values.end()),
      labels_(rows.labels.begin(), rows.labels.end()) {
  CHECK(k_ >= 1);
}

NearestNeighbours::NearestNeighbours(ByteReader& r, std::size_t features, std::size_t classes)
    : features_(features), k_(r.number<std::uint32_t>()) {
  r.list(labels_);
  r.array(values_, labels_.size() * features);
  r.require(k_ >= 1 && k_ <= labels_.size(), "more neighbours than rows");
  for (const std::uint32_t l : labels_) r.require(l < classes, "a label is no class");
}

void NearestNeighbours::write(ByteWriter& w) const {
  w.number(static_cast<std::uint32_t>(k_));
  w.list(labels_);
  w.array(values_);
}

void NearestNeighbours::probabilities(std::span<const float> x, std::span<float> out) const {
  std::vector<std::pair<float, std::uint32_t>> nearest(labels_.size());
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    float square = 0;
    for (std::size_t f = 0; f < features_; ++f) {
      const float d = values_[i * features_ + f] - x[f];
      square += d * d;
    }
    nearest[i] = {square, static_cast<std::uint32_t>(i)};
  }
  const auto end = nearest.begin() + static_cast<std::ptrdiff_t>(k_);
  std::partial_sort(nearest.begin(), end, nearest.end());
  std::fill(out.begin(), out.end(), 0.0F);
  float total = 0;
  for (auto it = nearest.begin(); it != end; ++it) {
    const float vote = 1 / (std::sqrt(it->first) + 1e-6F);
    out[labels_[it->second]] += vote;
    total += vote;
  }
  for (float& p : out) p /= total;
}

LinearSvm::LinearSvm(const FeatureRows& rows, double penalty, double balance, std::uint64_t seed)
    : features_(rows.features),
      classes_(rows.classes),
      weights_(rows.classes * (rows.features + 1)) {
  const std::size_t n = rows.size(), width = features_ + 1;
  CHECK(n > 0 && penalty > 0, n, penalty);
  std::vector<double> count(classes_), square(n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    count[rows.labels[i]] += 1;
    for (const float v : rows.row(i)) square[i] += static_cast<double>(v) * static_cast<double>(v);
  }
  const double cost = 1 / (penalty * static_cast<double>(n));
  for (std::size_t c = 0; c < classes_; ++c) {
    double* w = weights_.data() + c * width;
    std::vector<double> alpha(n), diagonal(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double share = static_cast<double>(n) / count[rows.labels[i]];
      diagonal[i] = 1 / (2 * cost * exponential(balance * natural_log(share)));
    }
    Draws draws(seed + c);
    for (int round = 0; round < kSvmRounds; ++round) {
      double worst = 0;
      for (const std::uint32_t i : shuffled(n, draws)) {
        const auto x = rows.row(i);
        const double y = rows.labels[i] == c ? 1 : -1;
        double margin = w[features_];
        for (std::size_t f = 0; f < features_; ++f) margin += w[f] * static_cast<double>(x[f]);
        const double gradient = y * margin - 1 + diagonal[i] * alpha[i];
        const double projected = alpha[i] == 0 ? std::min(gradient, 0.0) : gradient;
        worst = std::max(worst, std::abs(projected));
        if (projected == 0) continue;
        const double before = alpha[i];
        alpha[i] = std::max(0.0, before - gradient / (square[i] + diagonal[i]));
        const double step = (alpha[i] - before) * y;
        for (std::size_t f = 0; f < features_; ++f) w[f] += step * static_cast<double>(x[f]);
        w[features_] += step;
      }
      if (worst < kSvmTolerance) break;
    }
  }
}

LinearSvm::LinearSvm(ByteReader& r, std::size_t features, std::size_t classes)
    : features_(features), classes_(classes) {
  r.array(weights_, classes * (features + 1));
}

void LinearSvm::scores(std::span<const float> x, std::span<float> out) const {
  for (std::size_t c = 0; c < classes_; ++c) {
    const double* w = weights_.data() + c * (features_ + 1);
    double sum = w[features_];
    for (std::size_t f = 0; f < features_; ++f) sum += w[f] * static_cast<double>(x[f]);
    out[c] = static_cast<float>(sum);
  }
}

RandomForest::RandomForest(const FeatureRows& rows, std::size_t trees, std::size_t least_leaf,
                           std::uint64_t seed, unsigned threads)
    : trees_(trees) {
  CHECK(rows.size() > 0 && trees > 0 && least_leaf > 0);
  const auto work = [&](std::size_t t) {
    for (std::size_t i = t; i < trees; i += threads) {
      trees_[i] = grow(rows, least_leaf, Draws(seed * 1'000'003 + i).bits());
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t t = 1; t < threads; ++t) helpers.emplace_back(work, t);
  work(0);
  for (std::thread& h : helpers) h.join();
}

namespace {

struct Cut {
  double gain = 0;
  std::size_t feature = 0;
  float threshold = 0;
};

// The best place to cut `members` by one feature; improves `best` where it is better.
void try_feature(const FeatureRows& rows, std::span<const std::uint32_t> members, std::size_t f,
                 std::vector<std::pair<float, std::uint32_t>>& sorted, Cut& best) {
  sorted.clear();
  std::vector<double> left(rows.classes), right(rows.classes);
  for (const std::uint32_t i : members) {
    sorted.emplace_back(rows.row(i)[f], rows.labels[i]);
    right[rows.labels[i]] += 1;
  }
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(sorted.size()), whole = gini(right, n);
  for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
    left[sorted[i].second] += 1;
    right[sorted[i].second] -= 1;
    if (sorted[i].first == sorted[i + 1].first) continue;
    const double in_left = static_cast<double>(i + 1);
    const double gain = whole - gini(left, in_left) - gini(right, n - in_left);
    if (gain <= best.gain + 1e-12) continue;
    best = {gain, f, sorted[i].first};
  }
}

}  // namespace

RandomForest::Tree RandomForest::grow(const FeatureRows& rows, std::size_t least_leaf,
                                      std::uint64_t seed) {
  Draws draws(seed);
  std::vector<std::uint32_t> members(rows.size());
  for (std::uint32_t& m : members) m = static_cast<std::uint32_t>(draws.below(rows.size()));
  const auto tried =
      static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(rows.features))));
  Tree tree;
  struct Open {
    std::size_t node, first, last, depth;
  };
  std::vector<Open> open{{0, 0, members.size(), 0}};
  tree.nodes.emplace_back();
  std::vector<std::pair<float, std::uint32_t>> sorted;
  while (!open.empty()) {
    const Open o = open.back();
    open.pop_back();
    const auto mine = std::span(members).subspan(o.first, o.last - o.first);
    Cut best;
    if (mine.size() >= 2 * least_leaf && o.depth < kDeepest) {
      for (std::size_t k = 0; k < tried; ++k) {
        try_feature(rows, mine, draws.below(rows.features), sorted, best);
      }
    }
    if (best.gain <= 0) {
      tree.nodes[o.node].left = static_cast<std::uint32_t>(tree.shares.size());
      std::vector<float> share(rows.classes);
      for (const std::uint32_t i : mine) share[rows.labels[i]] += 1;
      for (float& s : share) s /= static_cast<float>(mine.size());
      tree.shares.insert(tree.shares.end(), share.begin(), share.end());
      continue;
    }
    const auto middle = std::partition(mine.begin(), mine.end(), [&](std::uint32_t i) {
      return rows.row(i)[best.feature] <= best.threshold;
    });
    const std::size_t cut = o.first + static_cast<std::size_t>(middle - mine.begin());
    const std::size_t left = tree.nodes.size();
    tree.nodes[o.node] = {static_cast<std::int32_t>(best.feature), best.threshold,
                          static_cast<std::uint32_t>(left)};
    tree.nodes.resize(left + 2);
    open.push_back({left + 1, cut, o.last, o.depth + 1});
    open.push_back({left, o.first, cut, o.depth + 1});
  }
  return tree;
}

// A node's children come after it, so that no path is endless.
RandomForest::RandomForest(ByteReader& r, std::size_t features, std::size_t classes) : trees_() {
  const std::size_t trees = r.number<std::uint32_t>();
  r.require(trees >= 1, "a forest without trees");
  for (std::size_t t = 0; t < trees && r.ok(); ++t) {
    Tree tree;
    r.list(tree.nodes);
    r.list(tree.shares);
    r.require(!tree.nodes.empty(), "a tree without nodes");
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      const Node& node = tree.nodes[n];
      const std::size_t next = node.left;
      const bool fits = node.feature < 0 ? next + classes <= tree.shares.size()
                                         : static_cast<std::size_t>(node.feature) < features &&
                                               next > n && next + 1 < tree.nodes.size();
      r.require(fits, "a tree's node points nowhere");
    }
    trees_.push_back(std::move(tree));
  }
}

void RandomForest::write(ByteWriter& w) const {
  w.number(static_cast<std::uint32_t>(trees_.size()));
  for (const Tree& t : trees_) {
    w.list(t.nodes);
    w.list(t.shares);
  }
}

void RandomForest::probabilities(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  for (const Tree& tree : trees_) {
    const Node* node = tree.nodes.data();
    while (node->feature >= 0) {
      const bool left = x[static_cast<std::size_t>(node->feature)] <= node->threshold;
      node = tree.nodes.data() + node->left + (left ? 0 : 1);
    }
    for (std::size_t c = 0; c < out.size(); ++c) out[c] += tree.shares[node->left + c];
  }
  for (float& p : out) p /= static_cast<float>(trees_.size());
}

}  // namespace gauntlet::learn
