#include "reports/metrics/timing.h"

#include <cmath>
#include <optional>

#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

namespace {

constexpr std::string_view kNothing = "no sample was accepted";
constexpr double kMsPerHourToSPerHour = 1e-3;

// Deviations from each stream's own means, summed over streams: the slope of the regression with
// one slope and an intercept per stream.
struct PooledSlope {
  double xx = 0;
  double xy = 0;
  void add(const StreamLedger& s) {
    double mean_x = 0, mean_y = 0;
    visit(s, [&](double x, double y) { mean_x += x, mean_y += y; });
    const double n = static_cast<double>(s.delivered);
    mean_x /= n;
    mean_y /= n;
    visit(s, [&](double x, double y) {
      xx += (x - mean_x) * (x - mean_x);
      xy += (x - mean_x) * (y - mean_y);
    });
  }
  // x: hours since the first sample, y: ms.
  template <class F>
  static void visit(const StreamLedger& s, F f) {
    for (std::size_t i = 0; i < s.fate.size(); ++i) {
      if (s.fate[i] != SampleFate::delivered) continue;
      f(to_seconds(s.true_host[i] - s.true_host[0]) / 3600, to_ms(s.estimated[i] - s.true_host[i]));
    }
  }
};

void set_quantiles(std::string_view prefix, std::vector<double>& values, MetricValues& out) {
  const std::string name(prefix);
  if (values.empty()) {
    out.set_missing(name + ".p50", kNothing);
    out.set_missing(name + ".p95", kNothing);
    return;
  }
  out.set(name + ".p50", quantile_in_place(values, 0.5), values.size());
  out.set(name + ".p95", quantile_in_place(values, 0.95), values.size());
}

}  // namespace

void measure_timing(const SampleLedger& ledger, MetricValues& out) {
  std::vector<double> radio, all, signed_radio;
  PooledSlope slope;
  for (const StreamLedger& s : ledger.streams) {
    for (std::size_t i = 0; i < s.fate.size(); ++i) {
      if (s.fate[i] != SampleFate::delivered) continue;
      const double error_ms = to_ms(s.estimated[i] - s.true_host[i]);
      all.push_back(std::abs(error_ms));
      if (!s.radio) continue;
      radio.push_back(std::abs(error_ms));
      signed_radio.push_back(error_ms);
    }
    if (s.radio && s.delivered > 0) slope.add(s);
  }
  set_quantiles("timing.error_ms", radio, out);
  set_quantiles("timing.all_error_ms", all, out);
  if (signed_radio.empty()) {
    out.set_missing("timing.bias_ms", kNothing);
  } else {
    out.set("timing.bias_ms", quantile_in_place(signed_radio, 0.5), signed_radio.size());
  }
  if (slope.xx > 0) {
    out.set("timing.drift_s_per_h", slope.xy / slope.xx * kMsPerHourToSPerHour, radio.size());
  } else {
    out.set_missing("timing.drift_s_per_h", "fewer than two samples were accepted");
  }
}

}  // namespace gauntlet::reports
