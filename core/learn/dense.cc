#include "core/learn/dense.h"

#include <algorithm>
#include <cmath>

namespace gauntlet::learn {
namespace {

constexpr std::size_t kTile = 4;
constexpr std::size_t kBlock = 64;  // rows of the factor made at a time

void tile(const double* a, std::size_t rows, std::size_t stride, double sign, std::size_t i,
          std::size_t j, double* c) {
  double sum[kTile][kTile] = {};
  for (std::size_t r = 0; r < rows; ++r) {
    const double* x = a + r * stride + i;
    const double* y = a + r * stride + j;
    for (std::size_t p = 0; p < kTile; ++p) {
      for (std::size_t q = 0; q < kTile; ++q) sum[p][q] += x[p] * y[q];
    }
  }
  for (std::size_t p = 0; p < kTile; ++p) {
    for (std::size_t q = 0; q < kTile; ++q) c[(i + p) * stride + j + q] += sign * sum[p][q];
  }
}

}  // namespace

void add_products(const double* a, std::size_t rows, double sign, std::size_t i0, std::size_t i1,
                  SquareMatrix& c) {
  for (std::size_t i = i0; i < i1; i += kTile) {
    for (std::size_t j = i; j < c.stride; j += kTile) {
      tile(a, rows, c.stride, sign, i, j, c.values.data());
    }
  }
}

bool cholesky(SquareMatrix& a) {
  for (std::size_t k = 0; k < a.n; k += kBlock) {
    const std::size_t end = std::min(k + kBlock, a.n);
    add_products(a.values.data(), k, -1, k, std::min(k + kBlock, a.stride), a);
    for (std::size_t p = k; p < end; ++p) {
      double* u = a.row(p);
      if (!(u[p] > 0)) return false;
      const double pivot = std::sqrt(u[p]);
      for (std::size_t j = p; j < a.n; ++j) u[j] /= pivot;
      for (std::size_t i = p + 1; i < end; ++i) {
        const double f = u[i];
        double* row = a.row(i);
        for (std::size_t j = i; j < a.n; ++j) row[j] -= f * u[j];
      }
    }
  }
  return true;
}

void cholesky_solve(const SquareMatrix& u, double* b, std::size_t columns) {
  for (std::size_t i = 0; i < u.n; ++i) {
    double* x = b + i * columns;
    for (std::size_t c = 0; c < columns; ++c) x[c] /= u.row(i)[i];
    for (std::size_t j = i + 1; j < u.n; ++j) {
      const double f = u.row(i)[j];
      for (std::size_t c = 0; c < columns; ++c) b[j * columns + c] -= f * x[c];
    }
  }
  for (std::size_t i = u.n; i-- > 0;) {
    double* x = b + i * columns;
    for (std::size_t j = i + 1; j < u.n; ++j) {
      const double f = u.row(i)[j];
      for (std::size_t c = 0; c < columns; ++c) x[c] -= f * b[j * columns + c];
    }
    for (std::size_t c = 0; c < columns; ++c) x[c] /= u.row(i)[i];
  }
}

}  // namespace gauntlet::learn
