#include "core/learn/train_network.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "core/base/check.h"
#include "core/learn/draws.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

constexpr std::size_t kPiece = 8;  // windows whose gradients one thread sums

void fit_scale(Network& n, const Dataset& data, std::span<const std::uint32_t> rows) {
  const double count = static_cast<double>(rows.size() * n.length);
  for (std::size_t c = 0; c < n.channels; ++c) {
    double sum = 0, square = 0;
    for (const std::uint32_t i : rows) {
      const float* x = data.window(i).data() + c;
      for (std::size_t t = 0; t < n.length; ++t) sum += static_cast<double>(x[t * n.channels]);
    }
    const double mean = sum / count;
    for (const std::uint32_t i : rows) {
      const float* x = data.window(i).data() + c;
      for (std::size_t t = 0; t < n.length; ++t) {
        const double d = static_cast<double>(x[t * n.channels]) - mean;
        square += d * d;
      }
    }
    n.mean[c] = static_cast<float>(mean);
    const double sd = std::sqrt(square / count);
    n.inverse_sd[c] = static_cast<float>(sd > 1e-9 ? 1 / sd : 1);
  }
}

class Adam {
 public:
  explicit Adam(std::size_t n) : mean_(n), square_(n) {}
  void step(std::span<const float> gradient, double rate, double decay, std::span<float> w) {
    mean_power_ *= kMean;
    square_power_ *= kSquare;
    const auto scale = static_cast<float>(rate * std::sqrt(1 - square_power_) / (1 - mean_power_));
    const auto keep = static_cast<float>(1 - rate * decay);
    for (std::size_t i = 0; i < w.size(); ++i) {
      const float g = gradient[i];
      mean_[i] = static_cast<float>(kMean) * mean_[i] + static_cast<float>(1 - kMean) * g;
      square_[i] =
          static_cast<float>(kSquare) * square_[i] + static_cast<float>(1 - kSquare) * g * g;
      w[i] = keep * w[i] - scale * mean_[i] / (std::sqrt(square_[i]) + 1e-8F);
    }
  }

 private:
  static constexpr double kMean = 0.9, kSquare = 0.999;
  std::vector<float> mean_, square_;
  double mean_power_ = 1, square_power_ = 1;
};

class Batches {
 public:
  Batches(const Network& n, const Dataset& data, const NetworkTraining& o,
          std::vector<float> class_weight)
      : network_(n), data_(data), class_weight_(std::move(class_weight)) {
    const std::size_t pieces = (o.batch + kPiece - 1) / kPiece;
    threads_ = std::clamp<std::size_t>(o.threads, 1, pieces);
    gradients_.assign(pieces, std::vector<float>(n.weights.size()));
    losses_.assign(pieces, 0);
    scratch_.resize(threads_);
    for (NetworkScratch& s : scratch_) prepare(n, s);
  }

  // Returns the summed loss; gradient() holds the mean gradient.
  double run(std::span<const std::uint32_t> rows, std::uint64_t seed) {
    const std::size_t pieces = (rows.size() + kPiece - 1) / kPiece;
    std::atomic<std::size_t> next{0};
    const auto work = [&](std::size_t t) {
      for (std::size_t p = next++; p < pieces; p = next++) piece(rows, p, seed, scratch_[t]);
    };
    std::vector<std::thread> helpers;
    for (std::size_t t = 1; t < threads_; ++t) helpers.emplace_back(work, t);
    work(0);
    for (std::thread& h : helpers) h.join();
    double loss = losses_[0];
    for (std::size_t p = 1; p < pieces; ++p) {
      loss += losses_[p];
      for (std::size_t i = 0; i < gradients_[0].size(); ++i) gradients_[0][i] += gradients_[p][i];
    }
    const float share = 1 / static_cast<float>(rows.size());
    for (float& g : gradients_[0]) g *= share;
    return loss;
  }
  std::span<float> gradient() { return gradients_[0]; }

 private:
  void piece(std::span<const std::uint32_t> rows, std::size_t p, std::uint64_t seed,
             NetworkScratch& scratch) {
    std::vector<float>& gradient = gradients_[p];
    std::fill(gradient.begin(), gradient.end(), 0.0F);
    losses_[p] = 0;
    for (std::size_t k = p * kPiece; k < std::min(rows.size(), (p + 1) * kPiece); ++k) {
      const std::uint32_t label = data_.label[rows[k]];
      losses_[p] += backward(network_, data_.window(rows[k]).data(), label, class_weight_[label],
                             seed + k + 1, scratch, gradient);
    }
  }

  const Network& network_;
  const Dataset& data_;
  std::vector<float> class_weight_;
  std::size_t threads_ = 1;
  std::vector<std::vector<float>> gradients_;
  std::vector<double> losses_;
  std::vector<NetworkScratch> scratch_;
};

std::vector<float> weights_of_classes(const Dataset& data, std::span<const std::uint32_t> rows,
                                      double balance) {
  std::vector<double> count(data.classes.size());
  for (const std::uint32_t i : rows) count[data.label[i]] += 1;
  const double n = static_cast<double>(rows.size());
  std::vector<double> w(count.size());
  double total = 0;
  for (std::size_t c = 0; c < count.size(); ++c) {
    if (count[c] > 0) w[c] = exponential(balance * natural_log(n / count[c]));
    total += w[c] * count[c];
  }
  std::vector<float> out;
  for (const double x : w) out.push_back(static_cast<float>(x * n / total));
  return out;
}

void clip(std::span<float> gradient, double most) {
  double square = 0;
  for (const float g : gradient) square += static_cast<double>(g) * static_cast<double>(g);
  const double norm = std::sqrt(square);
  if (norm <= most) return;
  const auto scale = static_cast<float>(most / norm);
  for (float& g : gradient) g *= scale;
}

}  // namespace

std::vector<double> train_network(Network& network, const Dataset& data,
                                  std::span<const std::uint32_t> rows, const NetworkTraining& o,
                                  const std::function<void(double)>& progress) {
  CHECK(!rows.empty() && data.length == network.length && data.channels == network.channels);
  CHECK(o.batch >= 1 && o.epochs >= 1, o.batch, o.epochs);
  fit_scale(network, data, rows);
  Batches batches(network, data, o, weights_of_classes(data, rows, o.balance));
  Adam adam(network.weights.size());
  std::vector<std::uint32_t> order(rows.begin(), rows.end());
  Draws draws(o.seed);
  const std::size_t per_epoch = (order.size() + o.batch - 1) / o.batch;
  const double steps = static_cast<double>(per_epoch * o.epochs);
  double step = 0;
  std::vector<double> losses;
  for (std::uint32_t epoch = 0; epoch < o.epochs; ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[draws.below(i)]);
    double loss = 0;
    for (std::size_t first = 0; first < order.size(); first += o.batch, step += 1) {
      const std::size_t n = std::min<std::size_t>(o.batch, order.size() - first);
      loss += batches.run(std::span(order).subspan(first, n), draws.bits());
      clip(batches.gradient(), o.clip);
      adam.step(batches.gradient(), o.learning_rate * (1 - step / steps), o.weight_decay,
                network.weights);
    }
    losses.push_back(loss / static_cast<double>(order.size()));
    if (progress) progress(static_cast<double>(epoch + 1) / o.epochs);
  }
  return losses;
}

}  // namespace gauntlet::learn
