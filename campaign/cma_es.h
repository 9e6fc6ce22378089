// Covariance matrix adaptation evolution strategy, (mu/mu_w, lambda) with cumulative step-size
// adaptation: looks for the largest score over the unit cube without gradients.
//
//   CmaEs search(dimensions, {}, stream);
//   while (!search.done()) {
//     const auto points = search.ask();   // score them in any order, on any threads
//     search.tell(scores_of(points));
//   }
//
// Source: Hansen, The CMA Evolution Strategy: A Tutorial, arXiv 1604.00772 (2016), with its default
// parameters, active update left out. The cube's walls are mirrors. Deterministic: the points
// depend on the stream and the scores, and on nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/options.h"
#include "sim/engine/random.h"

namespace gauntlet::campaign {

// Each coordinate in [0, 1].
using Point = std::vector<double>;

struct CmaEsOptions {
  std::int64_t population = 0;  // points a generation; 0: 4 + 3 ln(dimensions)
  double step = 0.3;            // first standard deviation, in the cube's unit
  double step_min = 1e-12;      // converged below
  void describe(OptionVisitor& v);
};

class CmaEs {
 public:
  // `start`: the first mean; empty: the centre.
  CmaEs(std::size_t dimensions, const CmaEsOptions& options, sim::RandomStream stream,
        Point start = {});
  ~CmaEs();
  CmaEs(CmaEs&&) noexcept;
  CmaEs& operator=(CmaEs&&) noexcept;

  // The same points until tell() is called.
  const std::vector<Point>& ask();
  // One score a point; more is better; -infinity is allowed.
  void tell(const std::vector<double>& scores);
  bool done() const;
  const Point& best() const;
  double best_score() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gauntlet::campaign
