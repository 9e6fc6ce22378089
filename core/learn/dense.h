// Dense linear algebra in one fixed order of summation. A tuned library sizes its blocks by the
// processor's caches, and another order of summation is another last bit: these give the same bits
// on every machine, and threads split the result, never a sum. Double precision, row-major.
#pragma once

#include <cstddef>
#include <vector>

namespace gauntlet::learn {

// A square matrix whose rows are padded to a multiple of four.
struct SquareMatrix {
  explicit SquareMatrix(std::size_t size)
      : n(size), stride((size + 3) / 4 * 4), values(stride * stride) {}
  double* row(std::size_t i) { return values.data() + i * stride; }
  const double* row(std::size_t i) const { return values.data() + i * stride; }
  std::size_t n, stride;
  std::vector<double> values;
};

// c[i][j] += sign * sum over r < rows of a[r][i] * a[r][j] for i in [i0, i1), j >= i, in the order
// of r. `a` has rows of c.stride values. i0 and i1 are multiples of four.
void add_products(const double* a, std::size_t rows, double sign, std::size_t i0, std::size_t i1,
                  SquareMatrix& c);

// Replaces the upper triangle of a symmetric positive definite matrix by U, a = U^T U. False if it
// is not positive definite.
bool cholesky(SquareMatrix& a);

// Solves U^T U x = b in place for `columns` right-hand sides, b row-major n x columns.
void cholesky_solve(const SquareMatrix& u, double* b, std::size_t columns);

}  // namespace gauntlet::learn
