#include "core/learn/principal_components.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.h"

namespace gauntlet::learn {
namespace {

using Matrix = std::vector<double>;  // n x n

Matrix covariance(std::span<const float> rows, std::size_t n) {
  Matrix out(n * n);
  for (std::size_t at = 0; at < rows.size(); at += n) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto x = static_cast<double>(rows[at + i]);
      for (std::size_t j = 0; j <= i; ++j) out[i * n + j] += x * static_cast<double>(rows[at + j]);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) out[j * n + i] = out[i * n + j];
  }
  return out;
}

// Makes a[p][q] 0 (Golub, Van Loan, "Matrix computations", 8.5); v gathers the directions as rows.
void rotate(Matrix& a, Matrix& v, std::size_t n, std::size_t p, std::size_t q) {
  const double off = a[p * n + q];
  if (off == 0) return;
  const double tau = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const double t = (tau >= 0 ? 1 : -1) / (std::abs(tau) + std::sqrt(1 + tau * tau));
  const double c = 1 / std::sqrt(1 + t * t), s = t * c;
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[k * n + p], y = a[k * n + q];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    const double u = v[p * n + k], w = v[q * n + k];
    v[p * n + k] = c * u - s * w;
    v[q * n + k] = s * u + c * w;
  }
}

void diagonalize(Matrix& a, Matrix& v, std::size_t n) {
  constexpr int kSweepsMax = 30;
  for (int sweep = 0; sweep < kSweepsMax; ++sweep) {
    double off = 0, all = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const double square = a[i * n + j] * a[i * n + j];
        all += square;
        if (i != j) off += square;
      }
    }
    if (off <= 1e-20 * all) return;
    for (std::size_t p = 0; p + 1 < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(a, v, n, p, q);
    }
  }
}

}  // namespace

PrincipalComponents::PrincipalComponents(std::span<const float> rows, std::size_t features,
                                         std::size_t kept)
    : features_(features), kept_(std::min(kept, features)) {
  CHECK(features > 0 && rows.size() % features == 0, rows.size(), features);
  Matrix a = covariance(rows, features), v(features * features);
  for (std::size_t i = 0; i < features; ++i) v[i * features + i] = 1;
  diagonalize(a, v, features);
  std::vector<std::size_t> order(features);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return a[i * features + i] > a[j * features + j];
  });
  for (std::size_t k = 0; k < kept_; ++k) {
    const double* d = v.data() + order[k] * features;
    const double largest = *std::max_element(
        d, d + features, [](double x, double y) { return std::abs(x) < std::abs(y); });
    for (std::size_t i = 0; i < features; ++i) {
      directions_.push_back(static_cast<float>(largest < 0 ? -d[i] : d[i]));
    }
  }
}

PrincipalComponents::PrincipalComponents(ByteReader& r, std::size_t features)
    : features_(features), kept_(r.number<std::uint32_t>()) {
  r.require(kept_ <= features, "more components than features");
  if (r.ok()) r.array(directions_, kept_ * features);
}

void PrincipalComponents::write(ByteWriter& w) const {
  w.number(static_cast<std::uint32_t>(kept_));
  w.array(directions_);
}

void PrincipalComponents::apply(std::span<const float> row, std::span<float> out) const {
  for (std::size_t k = 0; k < kept_; ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < features_; ++i) {
      sum += static_cast<double>(directions_[k * features_ + i]) * static_cast<double>(row[i]);
    }
    out[k] = static_cast<float>(sum);
  }
}

}  // namespace gauntlet::learn
