#include "core/learn/ridge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "core/base/check.h"
#include "core/learn/dense.h"
#include "core/learn/evaluation.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

constexpr std::size_t kChunk = 128;  // rows standardised at a time: fits the second-level cache

// The normal equations of a set of rows.
struct Normal {
  Normal(std::size_t n, std::size_t classes) : gram(n), moments(gram.stride * classes) {}
  SquareMatrix gram;
  std::vector<double> moments;  // stride x classes
  double weight = 0;
};

struct Scaling {
  std::vector<double> mean, inverse_sd;
};

class Solver {
 public:
  Solver(const RidgeProblem& p, const RidgeOptions& o)
      : p_(p), options_(o), width_(p.features + 1), scaling_(scale()), weights_(class_weights()) {}

  RidgeFit fit();

 private:
  Scaling scale() const;
  std::vector<double> class_weights() const;
  const float* row(std::size_t i) const { return p_.rows.data() + i * p_.features; }
  Normal accumulate(std::size_t fold) const;
  void fill_chunk(std::span<const std::size_t> rows, std::size_t stride, double* chunk) const;
  std::vector<double> solve(const Normal& all, const Normal* left_out, double lambda) const;
  void score(const std::vector<double>& b, std::size_t i, float* out) const;
  void hold_out(const Normal& all, const std::vector<Normal>& folds, RidgeFit& fit) const;
  double macro_f1(const std::vector<float>& scores) const;

  const RidgeProblem& p_;
  const RidgeOptions& options_;
  std::size_t width_;
  Scaling scaling_;
  std::vector<double> weights_;  // per class
};

Scaling Solver::scale() const {
  Scaling s{std::vector<double>(p_.features), std::vector<double>(p_.features)};
  double n = 0;
  std::vector<double> square(p_.features);
  for (std::size_t i = 0; i < p_.labels.size(); ++i) {
    if (!p_.use[i]) continue;
    n += 1;
    for (std::size_t f = 0; f < p_.features; ++f) s.mean[f] += static_cast<double>(row(i)[f]);
  }
  CHECK(n > 0);
  for (double& m : s.mean) m /= n;
  for (std::size_t i = 0; i < p_.labels.size(); ++i) {
    if (!p_.use[i]) continue;
    for (std::size_t f = 0; f < p_.features; ++f) {
      const double d = static_cast<double>(row(i)[f]) - s.mean[f];
      square[f] += d * d;
    }
  }
  for (std::size_t f = 0; f < p_.features; ++f) {
    const double sd = std::sqrt(square[f] / n);
    // A feature that never changes says nothing; it gets no weight rather than an infinite one.
    s.inverse_sd[f] = sd > 1e-9 ? 1 / sd : 0;
  }
  return s;
}

std::vector<double> Solver::class_weights() const {
  std::vector<double> count(p_.classes);
  double n = 0;
  for (std::size_t i = 0; i < p_.labels.size(); ++i) {
    if (!p_.use[i]) continue;
    count[p_.labels[i]] += 1;
    n += 1;
  }
  std::vector<double> w(p_.classes);
  double total = 0;
  for (std::size_t c = 0; c < p_.classes; ++c) {
    if (count[c] > 0) w[c] = exponential(options_.balance * natural_log(n / count[c]));
    total += w[c] * count[c];
  }
  for (double& x : w) x *= n / total;
  return w;
}

// Rows times the root of their weight, the constant last, zeros up to the stride.
void Solver::fill_chunk(std::span<const std::size_t> rows, std::size_t stride,
                        double* chunk) const {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const float* x = row(rows[r]);
    const double w = std::sqrt(weights_[p_.labels[rows[r]]]);
    double* out = chunk + r * stride;
    for (std::size_t f = 0; f < p_.features; ++f) {
      out[f] = w * ((static_cast<double>(x[f]) - scaling_.mean[f]) * scaling_.inverse_sd[f]);
    }
    out[p_.features] = w;
  }
}

Normal Solver::accumulate(std::size_t fold) const {
  Normal n(width_, p_.classes);
  const std::size_t stride = n.gram.stride;
  std::vector<std::size_t> mine;
  for (std::size_t i = 0; i < p_.labels.size(); ++i) {
    const bool in_fold = p_.fold_count < 2 || p_.folds[i] == fold;
    if (p_.use[i] && in_fold) mine.push_back(i);
  }
  std::vector<double> chunk(kChunk * stride);
  const std::size_t threads = std::clamp<std::size_t>(options_.threads, 1, 64);
  for (std::size_t first = 0; first < mine.size(); first += kChunk) {
    const std::span rows = std::span(mine).subspan(first, std::min(kChunk, mine.size() - first));
    fill_chunk(rows, stride, chunk.data());
    // Threads take alternate strips of the result; each entry is summed by one of them.
    const auto strips = [&](std::size_t t) {
      for (std::size_t i = 4 * t; i < stride; i += 4 * threads) {
        add_products(chunk.data(), rows.size(), 1, i, i + 4, n.gram);
      }
    };
    std::vector<std::thread> helpers;
    for (std::size_t t = 1; t < threads; ++t) helpers.emplace_back(strips, t);
    strips(0);
    for (std::thread& h : helpers) h.join();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const std::uint32_t label = p_.labels[rows[r]];
      const double w = weights_[label];
      const double* x = chunk.data() + r * stride;
      for (std::size_t f = 0; f < width_; ++f) {
        double* m = n.moments.data() + f * p_.classes;
        // x and y both carry the root of the weight.
        const double y = x[f] * std::sqrt(w);
        for (std::size_t c = 0; c < p_.classes; ++c) m[c] += c == label ? y : -y;
      }
      n.weight += w;
    }
  }
  return n;
}

// Coefficients on standardised features, width x classes.
std::vector<double> Solver::solve(const Normal& all, const Normal* left_out, double lambda) const {
  SquareMatrix a = all.gram;
  std::vector<double> b(all.moments.begin(),
                        all.moments.begin() + static_cast<std::ptrdiff_t>(width_ * p_.classes));
  if (left_out) {
    for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] -= left_out->gram.values[i];
    for (std::size_t i = 0; i < b.size(); ++i) b[i] -= left_out->moments[i];
  }
  // The constant is penalised next to nothing: enough to keep the matrix definite when a round
  // leaves everything out.
  for (std::size_t f = 0; f < p_.features; ++f) a.row(f)[f] += lambda;
  a.row(p_.features)[p_.features] += 1e-6;
  CHECK(cholesky(a), lambda);
  cholesky_solve(a, b.data(), p_.classes);
  return b;
}

void Solver::score(const std::vector<double>& b, std::size_t i, float* out) const {
  const float* x = row(i);
  std::vector<double> sum(b.end() - static_cast<std::ptrdiff_t>(p_.classes), b.end());
  for (std::size_t f = 0; f < p_.features; ++f) {
    const double v = (static_cast<double>(x[f]) - scaling_.mean[f]) * scaling_.inverse_sd[f];
    for (std::size_t c = 0; c < p_.classes; ++c) sum[c] += v * b[f * p_.classes + c];
  }
  for (std::size_t c = 0; c < p_.classes; ++c) out[c] = static_cast<float>(sum[c]);
}

double Solver::macro_f1(const std::vector<float>& scores) const {
  std::vector<std::uint32_t> truth, answers;
  for (std::size_t i = 0; i < p_.labels.size(); ++i) {
    if (!p_.use[i]) continue;
    const auto first = scores.begin() + static_cast<std::ptrdiff_t>(i * p_.classes);
    const auto best = std::max_element(first, first + static_cast<std::ptrdiff_t>(p_.classes));
    truth.push_back(p_.labels[i]);
    answers.push_back(static_cast<std::uint32_t>(best - first));
  }
  return evaluate(truth, answers, p_.classes, {}).macro_f1;
}

void Solver::hold_out(const Normal& all, const std::vector<Normal>& folds, RidgeFit& fit) const {
  double best = -1;
  for (const double lambda : options_.lambdas) {
    std::vector<float> scores(p_.labels.size() * p_.classes);
    for (std::size_t k = 0; k < folds.size(); ++k) {
      const std::vector<double> b = solve(all, &folds[k], lambda);
      for (std::size_t i = 0; i < p_.labels.size(); ++i) {
        if (p_.folds[i] == k) score(b, i, scores.data() + i * p_.classes);
      }
    }
    // Of equals the stronger penalty is kept.
    const double f1 = macro_f1(scores);
    if (f1 < best) continue;
    best = f1;
    fit.lambda = lambda;
    fit.held_out = std::move(scores);
  }
}

RidgeFit Solver::fit() {
  RidgeFit fit;
  fit.lambda = options_.lambdas.front();
  std::vector<Normal> folds;
  Normal all(width_, p_.classes);
  const std::size_t rounds = std::max<std::size_t>(p_.fold_count, 1);
  for (std::size_t k = 0; k < rounds; ++k) {
    folds.push_back(accumulate(k));
    for (std::size_t i = 0; i < all.gram.values.size(); ++i) {
      all.gram.values[i] += folds[k].gram.values[i];
    }
    for (std::size_t i = 0; i < all.moments.size(); ++i) all.moments[i] += folds[k].moments[i];
  }
  if (p_.fold_count >= 2) hold_out(all, folds, fit);
  const std::vector<double> b = solve(all, nullptr, fit.lambda);
  std::vector<double> bias(b.end() - static_cast<std::ptrdiff_t>(p_.classes), b.end());
  fit.weights.resize(p_.features * p_.classes);
  for (std::size_t f = 0; f < p_.features; ++f) {
    for (std::size_t c = 0; c < p_.classes; ++c) {
      const double w = b[f * p_.classes + c] * scaling_.inverse_sd[f];
      fit.weights[f * p_.classes + c] = static_cast<float>(w);
      bias[c] -= w * scaling_.mean[f];
    }
  }
  for (const double v : bias) fit.bias.push_back(static_cast<float>(v));
  if (!fit.held_out.empty()) {
    fit.inverse_temperature = fit_inverse_temperature(fit.held_out, p_.classes, p_.labels, p_.use);
  }
  return fit;
}

double negative_log_likelihood(std::span<const float> scores, std::size_t classes,
                               std::span<const std::uint32_t> labels,
                               std::span<const std::uint8_t> use, double inverse_temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!use[i]) continue;
    const float* s = scores.data() + i * classes;
    const double top = static_cast<double>(*std::max_element(s, s + classes));
    double z = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      z += exponential(inverse_temperature * (static_cast<double>(s[c]) - top));
    }
    sum += natural_log(z) - inverse_temperature * (static_cast<double>(s[labels[i]]) - top);
  }
  return sum;
}

}  // namespace

RidgeFit fit_ridge(const RidgeProblem& problem, const RidgeOptions& options) {
  CHECK(problem.labels.size() * problem.features == problem.rows.size(), problem.rows.size());
  CHECK(problem.use.size() == problem.labels.size() && !options.lambdas.empty());
  CHECK(problem.classes >= 2, problem.classes);
  return Solver(problem, options).fit();
}

float fit_inverse_temperature(std::span<const float> scores, std::size_t classes,
                              std::span<const std::uint32_t> labels,
                              std::span<const std::uint8_t> use) {
  const auto loss = [&](double log_b) {
    return negative_log_likelihood(scores, classes, labels, use, exponential(log_b));
  };
  // Golden section: the likelihood is unimodal in the temperature.
  constexpr double kRatio = 0.61803398874989484820;
  double low = natural_log(0.01);
  double high = natural_log(100);
  double a = high - kRatio * (high - low);
  double b = low + kRatio * (high - low);
  double fa = loss(a);
  double fb = loss(b);
  for (int i = 0; i < 30; ++i) {
    if (fa < fb) {
      high = b;
      b = a;
      fb = fa;
      a = high - kRatio * (high - low);
      fa = loss(a);
    } else {
      low = a;
      a = b;
      fa = fb;
      b = low + kRatio * (high - low);
      fb = loss(b);
    }
  }
  return static_cast<float>(exponential((low + high) / 2));
}

void answer(const RidgeFit& fit, std::span<const float> row, std::span<float> out) {
  std::copy(fit.bias.begin(), fit.bias.end(), out.begin());
  const float* w = fit.weights.data();
  for (const float v : row) {
    for (float& o : out) o += v * *w++;
  }
  softmax(out, fit.inverse_temperature);
}

void write_ridge(const RidgeFit& fit, ByteWriter& w) {
  w.number(fit.inverse_temperature);
  w.array(fit.bias);
  w.array(fit.weights);
}

RidgeFit read_ridge(std::size_t features, std::size_t classes, ByteReader& r) {
  RidgeFit fit;
  fit.inverse_temperature = r.number<float>();
  r.array(fit.bias, classes);
  r.array(fit.weights, features * classes);
  r.require(fit.inverse_temperature > 0, "temperature is not positive");
  return fit;
}

void softmax(std::span<float> scores, float inverse_temperature) {
  if (scores.empty()) return;
  const float top = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (float& s : scores) {
    const double e = exponential(static_cast<double>(inverse_temperature * (s - top)));
    s = static_cast<float>(e);
    sum += e;
  }
  for (float& s : scores) s = static_cast<float>(static_cast<double>(s) / sum);
}

}  // namespace gauntlet::learn
