#include "core/learn/dense.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "core/learn/draws.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

Eigen::MatrixXd random_matrix(int rows, int columns, std::uint64_t seed) {
  Draws draws(seed);
  Eigen::MatrixXd m(rows, columns);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) m(i, j) = draws.uniform() - 0.5;
  }
  return m;
}

SquareMatrix gram_of(const Eigen::MatrixXd& x) {
  SquareMatrix g(static_cast<std::size_t>(x.cols()));
  std::vector<double> rows(static_cast<std::size_t>(x.rows()) * g.stride);
  for (int i = 0; i < x.rows(); ++i) {
    for (int j = 0; j < x.cols(); ++j) {
      rows[static_cast<std::size_t>(i) * g.stride + static_cast<std::size_t>(j)] = x(i, j);
    }
  }
  add_products(rows.data(), static_cast<std::size_t>(x.rows()), 1, 0, g.stride, g);
  return g;
}

TEST(Dense, ProductsAndCholeskyAgreeWithEigen) {
  for (const int n : {1, 4, 5, 63, 64, 130, 201}) {
    const Eigen::MatrixXd x = random_matrix(300, n, 1);
    const Eigen::MatrixXd a = x.transpose() * x;
    SquareMatrix g = gram_of(x);
    const auto un = static_cast<std::size_t>(n);
    for (std::size_t i = 0; i < un; ++i) {
      for (std::size_t j = i; j < un; ++j) {
        EXPECT_NEAR(g.row(i)[j], a(static_cast<int>(i), static_cast<int>(j)), 1e-11);
      }
    }
    ASSERT_TRUE(cholesky(g)) << n;
    const Eigen::MatrixXd b = random_matrix(n, 3, 2);
    std::vector<double> rhs(un * 3);
    for (std::size_t i = 0; i < un * 3; ++i) {
      rhs[i] = b(static_cast<int>(i / 3), static_cast<int>(i % 3));
    }
    cholesky_solve(g, rhs.data(), 3);
    const Eigen::MatrixXd expected = a.ldlt().solve(b);
    for (std::size_t i = 0; i < un * 3; ++i) {
      const double e = expected(static_cast<int>(i / 3), static_cast<int>(i % 3));
      EXPECT_NEAR(rhs[i], e, 1e-8 * (1 + std::abs(e))) << n;
    }
  }
}

TEST(Dense, AnIndefiniteMatrixIsRefused) {
  SquareMatrix a(3);
  a.row(0)[0] = 1;
  a.row(1)[1] = -1;
  a.row(2)[2] = 1;
  EXPECT_FALSE(cholesky(a));
}

TEST(Ridge, AgreesWithTheClosedForm) {
  const int n = 60, f = 7;
  const Eigen::MatrixXd x = random_matrix(n, f, 3);
  RidgeProblem p;
  std::vector<float> rows;
  std::vector<std::uint32_t> labels;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < f; ++j) rows.push_back(static_cast<float>(x(i, j)));
    labels.push_back(x(i, 0) + 0.3 * x(i, 1) > 0 ? 1 : 0);
  }
  const std::vector<std::uint8_t> use(labels.size(), 1);
  p.rows = rows;
  p.features = f;
  p.labels = labels;
  p.classes = 2;
  p.use = use;
  RidgeOptions o;
  o.lambdas = {2.5};
  o.balance = 0;
  const RidgeFit fit = fit_ridge(p, o);

  // Standardised features and an intercept that is not penalised.
  Eigen::MatrixXd z(n, f);
  for (int j = 0; j < f; ++j) {
    const Eigen::VectorXd c =
        Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            rows.data(), n, f)
            .col(j)
            .cast<double>();
    const Eigen::VectorXd d = c.array() - c.mean();
    z.col(j) = d / std::sqrt(d.squaredNorm() / n);
  }
  Eigen::VectorXd y(n);
  for (int i = 0; i < n; ++i) y(i) = labels[static_cast<std::size_t>(i)] == 1 ? 1 : -1;
  const Eigen::VectorXd b =
      (z.transpose() * z + 2.5 * Eigen::MatrixXd::Identity(f, f)).ldlt().solve(z.transpose() * y);
  for (int i = 0; i < n; ++i) {
    double score = static_cast<double>(fit.bias[1]);
    for (std::size_t j = 0; j < f; ++j) {
      score += static_cast<double>(fit.weights[j * 2 + 1]) *
               static_cast<double>(rows[static_cast<std::size_t>(i) * f + j]);
    }
    EXPECT_NEAR(score, z.row(i).dot(b) + y.mean(), 1e-5) << i;
  }
}

TEST(Ridge, TheTemperatureMakesConfidenceHonest) {
  // Two classes, score difference d, truth drawn with probability 1 / (1 + exp(-3 d)): the
  // likeliest inverse temperature is 3. With 20,000 draws its standard error is below 0.05.
  Draws draws(5);
  std::vector<float> scores;
  std::vector<std::uint32_t> labels;
  for (int i = 0; i < 20000; ++i) {
    const double d = 2 * draws.uniform() - 1;
    scores.insert(scores.end(), {0.0f, static_cast<float>(d)});
    labels.push_back(draws.uniform() < 1 / (1 + std::exp(-3 * d)) ? 1 : 0);
  }
  const std::vector<std::uint8_t> use(labels.size(), 1);
  EXPECT_NEAR(fit_inverse_temperature(scores, 2, labels, use), 3, 0.15);
}

}  // namespace
}  // namespace gauntlet::learn
