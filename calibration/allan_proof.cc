#include "calibration/allan_proof.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "calibration/text.h"
#include "core/base/units.h"
#include "reports/statistics/distributions.h"
#include "sim/body/motion.h"
#include "sim/engine/portable_math.h"
#include "sim/wearable/allan.h"
#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::calibration {
namespace {

// What is put in: the order of a low-grade part, and of a size that an hour or two can show.
constexpr double kDensity_mg = 0.16;
constexpr double kWander_mg = 0.2;
constexpr double kWanderTau_s = 100;
constexpr double kWalk_mg = 0.01;
constexpr double kLength_s = 7200;
constexpr std::array<double, 4> kRates_hz{25, 50, 100, 200};

sim::SensorOptions silent(double rate_hz) {
  sim::SensorOptions s = sim::sensor_preset("ideal");
  s.nominal_rate_hz = rate_hz;
  s.noise = s.bias = true;
  s.turn_on_bias_sd = s.instability_sd = s.random_walk = 0;
  s.noise_x = s.noise_y = s.noise_z = {0, 0, 0.03};
  return s;
}

// Readings of the x axis at rest, mg.
std::vector<double> readings(const sim::SensorOptions& options, const sim::RandomStream& stream) {
  const auto still = sim::make_still_motion();
  sim::ThermalOptions thermal;
  sim::SampledSensor sensor(options, thermal, {}, stream, true, *still, WorldTime{},
                            time_from_seconds<WorldTime>(kLength_s));
  std::vector<double> out;
  std::vector<WorldTime> t;
  std::vector<float> xyz;
  TrueStream truth;
  for (;;) {
    t.clear();
    sensor.take(4096, WorldTime::max(), t);
    if (t.empty()) return out;
    xyz.resize(3 * t.size());
    truth = {};
    sensor.sample(t, xyz.data(), truth);
    for (std::size_t i = 0; i < t.size(); ++i) {
      out.push_back(static_cast<double>(xyz[3 * i]) * kMgPerMps2);
    }
  }
}

struct Recovered {
  double deviation = 0;
  reports::Interval interval;
  std::uint64_t freedom = 0;
};

Recovered recover(std::span<const double> y, double rate_hz, double tau_s, PowerLaw law) {
  const auto m = static_cast<std::size_t>(std::lround(tau_s * rate_hz));
  const double deviation = sim::overlapping_allan_deviation(y, m);
  const double freedom = allan_degrees_of_freedom(law, y.size(), m);
  const auto bound = [&](double p) {
    return deviation * std::sqrt(freedom / reports::chi_squared_quantile(p, freedom));
  };
  return {deviation, {bound(0.975), bound(0.025)}, static_cast<std::uint64_t>(freedom)};
}

}  // namespace

double allan_degrees_of_freedom(PowerLaw law, std::size_t points, std::size_t averaged) {
  // The table counts phases, one more than there are readings.
  const double n = static_cast<double>(points + 1), m = static_cast<double>(averaged);
  switch (law) {
    case PowerLaw::white:
      return (3 * (n - 1) / (2 * m) - 2 * (n - 2) / n) * 4 * m * m / (4 * m * m + 5);
    case PowerLaw::flicker:
      return averaged == 1 ? 2 * (n - 2) / (2.3 * n - 4.9) : 5 * n * n / (4 * m * (n + 3 * m));
    case PowerLaw::random_walk:
      return (n - 2) / m * ((n - 1) * (n - 1) - 3 * m * (n - 1) + 4 * m * m) / ((n - 3) * (n - 3));
  }
  return 0;
}

double white_allan(double density, double tau_s) { return density / std::sqrt(2 * tau_s); }

double wander_allan(double sd, double correlation_s, double tau_s) {
  const double x = tau_s / correlation_s;
  const double e = sim::portable::exp(-x);
  return sd / x * std::sqrt(2 * x - 3 + 4 * e - e * e);
}

double walk_allan(double walk, double tau_s) { return walk * std::sqrt(tau_s / 3); }

Section prove_allan(std::uint64_t seed) {
  Section out{
      "Noise: put in and recovered",
      "Two hours at rest. Each term alone, where it shows best, and all of them together at "
      "six averaging times. A 95 % interval misses one time in twenty by chance.",
      {}};
  std::uint64_t all = 0, missed = 0;
  const auto take = [&](const std::string& name, double true_deviation, double scale,
                        const Recovered& r) {
    const bool inside = true_deviation >= r.interval.lo && true_deviation <= r.interval.hi;
    ++all;
    missed += inside ? 0 : 1;
    out.findings.push_back({name,
                            r.deviation * scale,
                            "mg",
                            reports::Interval{r.interval.lo * scale, r.interval.hi * scale},
                            r.freedom,
                            {},
                            Verdict::informs,
                            "put in: " + number(true_deviation * scale) +
                                (inside ? "" : ", which the interval misses")});
  };
  Chart chart{"all terms at once", "averaging time, s", "Allan deviation, mg", true, {}};
  const auto all_terms = [](double tau_s) {
    const double w = white_allan(kDensity_mg, tau_s),
                 o = wander_allan(kWander_mg, kWanderTau_s, tau_s), r = walk_allan(kWalk_mg, tau_s);
    return std::sqrt(w * w + o * o + r * r);
  };
  chart.series.push_back({"put in", true, {}});
  for (double tau_s = 0.1; tau_s < 1000; tau_s *= 1.2) {
    chart.series.back().points.push_back({tau_s, all_terms(tau_s)});
  }
  for (const double rate_hz : kRates_hz) {
    const std::string at = fixed(rate_hz, 0) + " Hz, ";
    const auto run = [&](const char* term, const auto& change) {
      sim::SensorOptions s = silent(rate_hz);
      change(s);
      const sim::RandomStream stream(seed, "calibration/allan/" + at + term);
      return readings(s, stream);
    };
    const auto white = [](sim::SensorOptions& s) { s.noise_x.density = kDensity_mg; };
    const auto wander = [](sim::SensorOptions& s) {
      s.instability_sd = kWander_mg;
      s.instability_tau_s = kWanderTau_s;
    };
    const auto walk = [](sim::SensorOptions& s) { s.random_walk = kWalk_mg; };
    // sqrt(2): the deviation at 1 s as a density per sqrt(Hz).
    take(at + "white noise, density per sqrt(Hz)", white_allan(kDensity_mg, 1), std::sqrt(2.0),
         recover(run("white", white), rate_hz, 1, PowerLaw::white));
    take(at + "bias instability at 190 s", wander_allan(kWander_mg, kWanderTau_s, 190), 1,
         recover(run("wander", wander), rate_hz, 190, PowerLaw::flicker));
    take(at + "random walk, per sqrt(s)", walk_allan(kWalk_mg, 100), std::sqrt(3.0 / 100),
         recover(run("walk", walk), rate_hz, 100, PowerLaw::random_walk));
    const auto together = run("all", [&](sim::SensorOptions& s) {
      white(s);
      wander(s);
      walk(s);
    });
    ChartSeries recovered{fixed(rate_hz, 0) + " Hz", false, {}};
    for (const double tau_s : {0.2, 1.0, 5.0, 30.0, 120.0, 600.0}) {
      const double w = white_allan(kDensity_mg, tau_s),
                   o = wander_allan(kWander_mg, kWanderTau_s, tau_s),
                   r = walk_allan(kWalk_mg, tau_s);
      const PowerLaw law = w > o && w > r ? PowerLaw::white
                           : o > r        ? PowerLaw::flicker
                                          : PowerLaw::random_walk;
      const Recovered found = recover(together, rate_hz, tau_s, law);
      take(at + "all terms at " + number(tau_s) + " s", all_terms(tau_s), 1, found);
      recovered.points.push_back({tau_s, found.deviation, found.interval.lo, found.interval.hi});
    }
    chart.series.push_back(std::move(recovered));
  }
  out.charts.push_back(std::move(chart));
  // The most misses that chance makes once in a hundred times.
  std::int64_t allowed = 0;
  while (reports::binomial_cdf(allowed, static_cast<std::int64_t>(all), 0.05) < 0.99) ++allowed;
  out.findings.insert(
      out.findings.begin(),
      {"intervals that miss what was put in",
       static_cast<double>(missed),
       "1",
       std::nullopt,
       all,
       "at most " + std::to_string(allowed),
       missed <= static_cast<std::uint64_t>(allowed) ? Verdict::holds : Verdict::falls_short,
       {}});
  return out;
}

}  // namespace gauntlet::calibration
