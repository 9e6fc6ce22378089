// Does a 95 % interval cover in 95 % of replicates? Data come from a counter, so a failure is the
// same failure every time. With r replicates the observed coverage has a standard deviation of
// sqrt(.95 * .05 / r); bounds are 4 of them (two-sided chance of a false alarm 6e-5 per check).
// core/base has a CHECK of its own.
#define CATCH_CONFIG_PREFIX_ALL
#include <catch2/catch.hpp>
#include <cmath>

#include "reports/statistics/distributions.h"
#include "reports/statistics/intervals.h"
#include "reports/statistics/paired.h"

using namespace gauntlet::reports;

namespace {

constexpr int kReplicates = 10000;
const double kBound = 4 * std::sqrt(.95 * .05 / kReplicates);

class Draws {
 public:
  explicit Draws(std::uint64_t stream) : state_(stream << 40) {}
  double uniform() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (static_cast<double>((x ^ (x >> 31)) >> 11) + 0.5) * 0x1p-53;
  }
  double normal() {
    return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * 3.14159265358979323846 * uniform());
  }
  double exponential() { return -std::log(uniform()); }

 private:
  std::uint64_t state_;
};

bool covers(const Interval& i, double truth) { return i.lo <= truth && truth <= i.hi; }

template <class Replicate>
double coverage(std::uint64_t stream, Replicate replicate, int replicates = kReplicates) {
  Draws draws(stream);
  int covered = 0;
  for (int r = 0; r < replicates; ++r) covered += replicate(draws);
  return static_cast<double>(covered) / replicates;
}

}  // namespace

CATCH_TEST_CASE("the t interval of a mean covers at its level") {
  for (const int n : {2, 5, 20}) {
    const double c = coverage(static_cast<std::uint64_t>(n), [n](Draws& d) {
      std::vector<double> x(static_cast<std::size_t>(n));
      for (double& v : x) v = 3 + 2 * d.normal();
      return covers(*estimate_mean(x).interval, 3);
    });
    CATCH_INFO("n = " << n);
    CATCH_CHECK(std::abs(c - .95) < kBound);
  }
}

CATCH_TEST_CASE("the t interval of paired differences covers, however far apart the pairs are") {
  const double c = coverage(101, [](Draws& d) {
    std::vector<double> a(12), b(12);
    for (std::size_t i = 0; i < a.size(); ++i) {
      a[i] = 100 * d.normal();
      b[i] = a[i] + 0.5 + 0.1 * d.normal();
    }
    return covers(*paired_difference(a, b).difference.interval, 0.5);
  });
  CATCH_CHECK(std::abs(c - .95) < kBound);
}

CATCH_TEST_CASE("the expanded bootstrap covers normal data within two points of its level") {
  // Approximate by construction: Hesterberg 2015 finds it within a point or two at n = 20.
  constexpr int kFew = 3000;
  const double c = coverage(
      102,
      [](Draws& d) {
        std::vector<double> x(20);
        for (double& v : x) v = d.normal();
        return covers(*bootstrap_mean_interval(x, .95, 1000), 0);
      },
      kFew);
  CATCH_CHECK(std::abs(c - .95) < .01 + 4 * std::sqrt(.95 * .05 / kFew));
}

CATCH_TEST_CASE("Clopper-Pearson never covers less than its level, Wilson does so on average") {
  for (const std::uint64_t n : {10u, 40u, 200u}) {
    double wilson_sum = 0;
    int points = 0;
    for (double p = .02; p < .99; p += .04, ++points) {
      double wilson = 0, exact = 0;
      for (std::uint64_t k = 0; k <= n; ++k) {
        const auto count = static_cast<std::int64_t>(k), size = static_cast<std::int64_t>(n);
        const double chance = binomial_cdf(count, size, p) - binomial_cdf(count - 1, size, p);
        if (covers(wilson_interval(k, n), p)) wilson += chance;
        if (covers(clopper_pearson_interval(k, n), p)) exact += chance;
      }
      CATCH_INFO("n = " << n << ", p = " << p);
      CATCH_CHECK(exact >= .95 - 1e-9);
      wilson_sum += wilson;
    }
    CATCH_INFO("n = " << n);
    CATCH_CHECK(std::abs(wilson_sum / points - .95) < .01);
  }
}

CATCH_TEST_CASE("order-statistic intervals cover at least their level, whatever the distribution") {
  // Exact coverage of [x(l), x(u)] is P[l <= B < u]; for n = 120, p = .5 it lies within one
  // binomial step (.07) above the level.
  const double median = coverage(103, [](Draws& d) {
    std::vector<double> x(120);
    for (double& v : x) v = std::exp(d.normal());
    return covers(*estimate_quantile(x, .5).interval, 1.0);
  });
  CATCH_CHECK(median > .95 - kBound);
  CATCH_CHECK(median < .98);
  const double far = coverage(104, [](Draws& d) {
    std::vector<double> x(200);
    for (double& v : x) v = d.exponential();
    return covers(*estimate_quantile(x, .95).interval, -std::log(.05));
  });
  CATCH_CHECK(far > .95 - kBound);
  CATCH_CHECK(far < .99);
}
