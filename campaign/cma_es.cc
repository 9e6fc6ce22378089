#include "campaign/cma_es.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/check.h"

namespace gauntlet::campaign {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// Into [0, 1], as between two mirrors.
double reflected(double x) {
  const double folded = std::abs(std::remainder(x, 2.0));
  return std::min(folded, 1.0);
}

}  // namespace

void CmaEsOptions::describe(OptionVisitor& v) {
  v.integer("population", population, {0, 10000}, "",
            "points a generation; 0: 4 + 3 ln(number of parameters)", "Hansen 2016, eq. 48");
  v.number("step", step, {1e-6, 1}, "", "first standard deviation, of each parameter's range",
           "Hansen 2016, section B.2: about a third of the range");
  v.number("step_min", step_min, {1e-15, 1}, "", "search ends when no step is larger", "choice");
}

struct CmaEs::State {
  State(std::size_t n, const CmaEsOptions& options, sim::RandomStream random, const Point& start)
      : stream(random), dimensions(n), step(options.step), step_min(options.step_min) {
    const double d = static_cast<double>(n);
    population = options.population > 0 ? static_cast<std::size_t>(options.population)
                                        : static_cast<std::size_t>(4 + std::floor(3 * std::log(d)));
    population = std::max<std::size_t>(population, 2);
    set_weights();
    // Eq. 55 to 58.
    c_sigma = (mu_eff + 2) / (d + mu_eff + 5);
    damping = 1 + 2 * std::max(0.0, std::sqrt((mu_eff - 1) / (d + 1)) - 1) + c_sigma;
    c_c = (4 + mu_eff / d) / (d + 4 + 2 * mu_eff / d);
    c_1 = 2 / ((d + 1.3) * (d + 1.3) + mu_eff);
    c_mu = std::min(1 - c_1, 2 * (mu_eff - 2 + 1 / mu_eff) / ((d + 2) * (d + 2) + mu_eff));
    expected_norm = std::sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));

    const auto size = static_cast<Eigen::Index>(n);
    mean = VectorXd::Constant(size, 0.5);
    for (std::size_t i = 0; i < start.size(); ++i) mean[static_cast<Eigen::Index>(i)] = start[i];
    path_sigma = path_c = VectorXd::Zero(size);
    covariance = axes = MatrixXd::Identity(size, size);
    spread = VectorXd::Ones(size);
  }

  void set_weights() {
    const std::size_t parents = population / 2;
    for (std::size_t i = 0; i < parents; ++i) {
      weights.push_back(std::log((static_cast<double>(population) + 1) / 2) -
                        std::log(static_cast<double>(i + 1)));
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    double squares = 0;
    for (double& w : weights) {
      w /= sum;
      squares += w * w;
    }
    mu_eff = 1 / squares;
  }

  void draw() {
    steps.clear();
    points.clear();
    for (std::size_t k = 0; k < population; ++k) {
      VectorXd z(static_cast<Eigen::Index>(dimensions));
      for (auto& component : z) component = stream.normal();
      steps.push_back(axes * spread.cwiseProduct(z));
      Point p(dimensions);
      for (std::size_t i = 0; i < dimensions; ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        p[i] = reflected(mean[at] + step * steps.back()[at]);
      }
      points.push_back(std::move(p));
    }
  }

  void update(const std::vector<double>& scores) {
    std::vector<std::size_t> order(population);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    if (scores[order[0]] > best_score || best.empty()) {
      best_score = scores[order[0]];
      best = points[order[0]];
    }
    VectorXd mean_step = VectorXd::Zero(mean.size());
    for (std::size_t i = 0; i < weights.size(); ++i) mean_step += weights[i] * steps[order[i]];
    mean += step * mean_step;
    // The mean stays within reach of the mirrors.
    for (auto& m : mean) m = reflected(m);

    const VectorXd whitened =
        axes * (axes.transpose() * mean_step).cwiseQuotient(spread);  // C^-1/2 y
    path_sigma =
        (1 - c_sigma) * path_sigma + std::sqrt(c_sigma * (2 - c_sigma) * mu_eff) * whitened;
    ++generation;
    const double d = static_cast<double>(dimensions);
    const double norm = path_sigma.norm();
    const double fade = std::sqrt(1 - std::pow(1 - c_sigma, 2.0 * static_cast<double>(generation)));
    const bool stalled = norm / fade >= (1.4 + 2 / (d + 1)) * expected_norm;
    path_c *= 1 - c_c;
    if (!stalled) path_c += std::sqrt(c_c * (2 - c_c) * mu_eff) * mean_step;

    const double keep = 1 - c_1 - c_mu + (stalled ? c_1 * c_c * (2 - c_c) : 0);
    covariance = keep * covariance + c_1 * path_c * path_c.transpose();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      covariance += c_mu * weights[i] * steps[order[i]] * steps[order[i]].transpose();
    }
    step *= std::exp(c_sigma / damping * (norm / expected_norm - 1));
    step = std::min(step, 1.0);
    decompose();
    points.clear();
  }

  void decompose() {
    const MatrixXd symmetric = (covariance + covariance.transpose()) / 2;
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
    CHECK(solver.info() == Eigen::Success);
    axes = solver.eigenvectors();
    spread = solver.eigenvalues().cwiseMax(1e-30).cwiseSqrt();
  }

  sim::RandomStream stream;
  std::size_t dimensions;
  std::size_t population = 0;
  std::vector<double> weights;
  double mu_eff = 0, c_sigma = 0, damping = 0, c_c = 0, c_1 = 0, c_mu = 0, expected_norm = 0;
  double step, step_min;
  VectorXd mean, path_sigma, path_c, spread;
  MatrixXd covariance, axes;
  std::vector<VectorXd> steps;
  std::vector<Point> points;
  std::uint64_t generation = 0;
  Point best;
  double best_score = -std::numeric_limits<double>::infinity();
};

CmaEs::CmaEs(std::size_t dimensions, const CmaEsOptions& options, sim::RandomStream stream,
             Point start) {
  CHECK(dimensions > 0 && (start.empty() || start.size() == dimensions), dimensions, start.size());
  state_ = std::make_unique<State>(dimensions, options, stream, start);
}
CmaEs::~CmaEs() = default;
CmaEs::CmaEs(CmaEs&&) noexcept = default;
CmaEs& CmaEs::operator=(CmaEs&&) noexcept = default;

const std::vector<Point>& CmaEs::ask() {
  if (state_->points.empty()) state_->draw();
  return state_->points;
}

void CmaEs::tell(const std::vector<double>& scores) {
  CHECK(scores.size() == state_->points.size(), scores.size(), state_->points.size());
  state_->update(scores);
}

bool CmaEs::done() const { return state_->step * state_->spread.maxCoeff() < state_->step_min; }
const Point& CmaEs::best() const { return state_->best; }
double CmaEs::best_score() const { return state_->best_score; }

}  // namespace gauntlet::campaign
