#include "calibration/nelder_mead.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"

namespace gauntlet::calibration {
namespace {

struct Vertex {
  std::vector<double> x;
  double value = 0;
};

// centre + by * (x - centre)
std::vector<double> along(const std::vector<double>& centre, const std::vector<double>& x,
                          double by) {
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = centre[i] + by * (x[i] - centre[i]);
  return out;
}

}  // namespace

Minimum nelder_mead(const std::function<double(const std::vector<double>&)>& f,
                    const std::vector<double>& start, const std::vector<double>& step,
                    std::size_t evaluations, double tolerance) {
  const std::size_t n = start.size();
  CHECK(n > 0 && step.size() == n, n, step.size());
  const double d = static_cast<double>(n);
  const double expand = 1 + 2 / d, contract = 0.75 - 1 / (2 * d), shrink = 1 - 1 / d;
  std::size_t used = 0;
  const auto evaluated = [&](std::vector<double> x) {
    ++used;
    double value = f(x);
    if (std::isnan(value)) value = std::numeric_limits<double>::infinity();
    return Vertex{std::move(x), value};
  };
  std::vector<Vertex> simplex{evaluated(start)};
  for (std::size_t i = 0; i < n; ++i) {
    auto x = start;
    x[i] += step[i];
    simplex.push_back(evaluated(std::move(x)));
  }
  const auto by_value = [](const Vertex& a, const Vertex& b) { return a.value < b.value; };
  std::stable_sort(simplex.begin(), simplex.end(), by_value);
  while (used < evaluations && simplex[n].value - simplex[0].value > tolerance) {
    std::vector<double> centre(n, 0.0);
    for (std::size_t v = 0; v < n; ++v) {
      for (std::size_t i = 0; i < n; ++i) centre[i] += simplex[v].x[i] / d;
    }
    Vertex& worst = simplex[n];
    Vertex reflected = evaluated(along(centre, worst.x, -1));
    if (reflected.value < simplex[0].value) {
      Vertex further = evaluated(along(centre, worst.x, -expand));
      worst = further.value < reflected.value ? std::move(further) : std::move(reflected);
    } else if (reflected.value < simplex[n - 1].value) {
      worst = std::move(reflected);
    } else {
      const bool outside = reflected.value < worst.value;
      Vertex nearer = evaluated(along(centre, worst.x, outside ? -contract : contract));
      if (nearer.value < std::min(reflected.value, worst.value)) {
        worst = std::move(nearer);
      } else {
        for (std::size_t v = 1; v <= n; ++v) {
          // In one dimension the published factor is 0: half is taken.
          simplex[v] = evaluated(along(simplex[0].x, simplex[v].x, n > 1 ? shrink : 0.5));
        }
      }
    }
    std::stable_sort(simplex.begin(), simplex.end(), by_value);
  }
  return {simplex[0].x, simplex[0].value, used};
}

}  // namespace gauntlet::calibration
