#include "privacy/attributes.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::privacy {

AttributeGuesser::AttributeGuesser(std::span<const Attributed> known, bool use_seen) {
  CHECK(known.size() >= 4, known.size());
  for (const Attributed& k : known) {
    values_ = std::max(values_, k.value + 1);
    clusters_ = std::max(clusters_, k.cluster + 1);
  }
  if (use_seen) {
    constexpr double kWeights[] = {0, 1. / 256, 1. / 64, 1. / 16, 1. / 4, 1};
    double log_score[std::size(kWeights)] = {};
    for (std::size_t out = 0; out < known.size(); ++out) {
      learn(known, out);
      for (std::size_t w = 0; w < std::size(kWeights); ++w) {
        const auto n = nats(known[out].cluster, known[out].seen, kWeights[w]);
        const double top = *std::max_element(n.begin(), n.end());
        double sum = 0;
        for (const double x : n) sum += std::exp(x - top);
        log_score[w] += n[known[out].value] - top - std::log(sum);
      }
    }
    weight_ = kWeights[std::max_element(std::begin(log_score), std::end(log_score)) -
                       std::begin(log_score)];
  }
  learn(known, known.size());
}

void AttributeGuesser::learn(std::span<const Attributed> known, std::size_t left_out) {
  std::vector<double> count(values_), in_cluster(clusters_ * values_), of_cluster(clusters_);
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i == left_out) continue;
    ++count[known[i].value];
    ++in_cluster[known[i].cluster * values_ + known[i].value];
    ++of_cluster[known[i].cluster];
  }
  const double n = static_cast<double>(known.size()) - (left_out < known.size() ? 1 : 0);
  overall_.assign(values_, 0);
  prior_.assign(clusters_ * values_, 0);
  for (std::size_t v = 0; v < values_; ++v) {
    // One person is added to each cluster, spread as all are.
    const double share = (count[v] + 1) / (n + static_cast<double>(values_));
    overall_[v] = std::log(share);
    for (std::size_t c = 0; c < clusters_; ++c) {
      prior_[c * values_ + v] =
          std::log((in_cluster[c * values_ + v] + share) / (of_cluster[c] + 1));
    }
  }
  spread_.assign(known.front().seen.size(), {});
  for (std::size_t f = 0; f < spread_.size(); ++f) {
    Spread& s = spread_[f];
    s.mean.assign(values_, 0);
    double all = 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (i == left_out) continue;
      s.mean[known[i].value] += known[i].seen[f] / count[known[i].value];
      all += known[i].seen[f] / n;
    }
    for (std::size_t v = 0; v < values_; ++v) {
      if (count[v] == 0) s.mean[v] = all;
    }
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (i == left_out) continue;
      const double d = known[i].seen[f] - s.mean[known[i].value];
      s.variance += d * d / n;
    }
  }
}

std::vector<double> AttributeGuesser::nats(std::size_t cluster, std::span<const double> seen,
                                           double weight) const {
  CHECK(seen.size() == spread_.size() || weight == 0, seen.size(), spread_.size());
  std::vector<double> out(values_);
  for (std::size_t v = 0; v < values_; ++v) {
    out[v] = cluster < clusters_ ? prior_[cluster * values_ + v] : overall_[v];
    if (weight == 0) continue;
    for (std::size_t f = 0; f < spread_.size(); ++f) {
      const double d = seen[f] - spread_[f].mean[v];
      // A feature that never varies within a value is not trusted beyond the sixth digit.
      const double size = std::max({std::abs(spread_[f].mean[v]), std::abs(seen[f]), 1e-12});
      out[v] -= weight * d * d / (2 * std::max(spread_[f].variance, 1e-12 * size * size));
    }
  }
  return out;
}

std::size_t AttributeGuesser::guess(std::size_t cluster, std::span<const double> seen) const {
  const auto n = nats(cluster, seen, weight_);
  return static_cast<std::size_t>(std::max_element(n.begin(), n.end()) - n.begin());
}

}  // namespace gauntlet::privacy
