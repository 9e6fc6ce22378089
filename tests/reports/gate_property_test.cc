// How often the gate cries wolf, and how often it sees the wolf. Bounds are 4 standard deviations
// of the observed share at the claimed rate.
// core/base has a CHECK of its own.
#define CATCH_CONFIG_PREFIX_ALL
#include <catch2/catch.hpp>
#include <cmath>

#include "reports/gate.h"

using namespace gauntlet::reports;

namespace {

constexpr int kReplicates = 4000;

class Draws {
 public:
  explicit Draws(std::uint64_t stream) : state_(stream << 40) {}
  double normal() {
    return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * 3.14159265358979323846 * uniform());
  }

 private:
  double uniform() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (static_cast<double>((x ^ (x >> 31)) >> 11) + 0.5) * 0x1p-53;
  }
  std::uint64_t state_;
};

// Share of comparisons with each verdict, when candidate - baseline has this mean and spread.
struct Shares {
  double pass = 0, regression = 0, inconclusive = 0;
};
Shares compare_often(std::uint64_t stream, std::size_t seeds, double shift, double spread,
                     const GateConfig& config) {
  Draws draws(stream);
  Shares out;
  ResultFile base, candidate;
  for (ResultFile* r : {&base, &candidate}) {
    r->provenance.seeds.assign(seeds, 1);
    r->metrics["lag.display_ms.p50"] = {200, "ms", seeds, {}, {}, ""};
    r->metrics["lag.display_ms.p50"].per_seed.resize(seeds);
  }
  auto& a = base.metrics["lag.display_ms.p50"].per_seed;
  auto& b = candidate.metrics["lag.display_ms.p50"].per_seed;
  for (int i = 0; i < kReplicates; ++i) {
    for (std::size_t s = 0; s < seeds; ++s) {
      a[s] = 200 + 30 * draws.normal();
      b[s] = *a[s] + shift + spread * draws.normal();
    }
    const Verdict v = gate(base, candidate, config).verdict;
    (v == Verdict::pass         ? out.pass
     : v == Verdict::regression ? out.regression
                                : out.inconclusive) += 1.0 / kReplicates;
  }
  return out;
}

double bound(double rate) { return rate + 4 * std::sqrt(rate * (1 - rate) / kReplicates); }

GateConfig no_thresholds() {
  GateConfig c;
  c.rules = {{"lag.*", 0, 0, Judge::hard}};
  return c;
}

// Worse by more than 10 ms matters, whatever baseline was drawn.
GateConfig floor_only() {
  GateConfig c;
  c.rules = {{"lag.*", 0, 10, Judge::hard}};
  return c;
}

}  // namespace

CATCH_TEST_CASE("a change without effect is called a regression in at most 2.5 % of comparisons") {
  for (const std::size_t seeds : {2u, 5u, 20u}) {
    CATCH_INFO(seeds << " seeds");
    const double alarms = compare_often(seeds, seeds, 0, 5, no_thresholds()).regression;
    CATCH_CHECK(alarms < bound(.025));
    // Without thresholds the interval alone decides, so the rate is the interval's own.
    CATCH_CHECK(alarms > .025 - (bound(.025) - .025));
  }
}

CATCH_TEST_CASE("a worsening that does not matter is no regression, however surely it is there") {
  // A worsening of 5 ms is 40 standard errors from 0.
  const Shares s = compare_often(50, 20, 5, .5, floor_only());
  CATCH_CHECK(s.regression == 0);
  CATCH_CHECK(s.pass == Approx(1));
}

CATCH_TEST_CASE("a regression that matters is passed in at most 2.5 % of comparisons") {
  for (const std::size_t seeds : {2u, 5u, 20u}) {
    CATCH_INFO(seeds << " seeds");
    CATCH_CHECK(compare_often(60 + seeds, seeds, 10, 8, floor_only()).pass < bound(.025));
  }
}

CATCH_TEST_CASE("a large regression is found") {
  CATCH_CHECK(compare_often(70, 20, 40, 8, floor_only()).regression > .999);
}
