#include "core/signal/gap_fill.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/signal/periodic_process.h"
#include "core/signal/plain_math.h"

namespace gauntlet {
namespace {

// Of lags nearly as good as the best the shortest is the period, the others multiples.
constexpr double kNearlyBest = 0.9;
constexpr double kPi = 3.14159265358979323846;

double mean_of(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

// sin^2(pi u) by the tangent of half the angle; u any number.
double sine_squared(double u) {
  const double part = u - std::floor(u);  // [0, 1): half the angle is below pi / 2
  const double t = tangent(kPi * part / 2);
  const double s = 2 * t / (1 + t * t);
  return s * s;
}

void run_forward(std::span<const double> before, std::size_t order, std::span<double> out) {
  const double mean = mean_of(before);
  std::vector<double> x;
  for (const double v : before) x.push_back(v - mean);
  // A third of the past per coefficient at most: a model that knows every sample predicts none.
  const std::size_t most = std::min(order, x.size() / 3);
  if (most == 0) {
    std::fill(out.begin(), out.end(), before.back());
    return;
  }
  const std::vector<double> a = burg(x, most);
  for (double& v : out) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * x[x.size() - 1 - k];
    x.push_back(sum);
    v = mean + sum;
  }
}

Season season_of(const GapOptions& o, std::span<const double> before) {
  const auto samples = [&](double s) { return static_cast<std::size_t>(s * o.rate_hz); };
  return find_season(before, std::max<std::size_t>(2, samples(o.least_period_s)),
                     samples(o.most_period_s));
}

void copy_season(const Season& season, std::span<const double> before, std::span<double> out) {
  if (season.lag <= 0) {
    std::fill(out.begin(), out.end(), before.back());
    return;
  }
  // So many samples ago that it has been: a multiple of the period.
  const double n = static_cast<double>(before.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    double at = n + static_cast<double>(i);
    while (at > n - 1) at -= season.lag;
    at = std::max(at, 0.0);
    const auto left = static_cast<std::size_t>(at);
    const std::size_t right = std::min(left + 1, before.size() - 1);
    const double share = at - static_cast<double>(left);
    out[i] = before[left] + share * (before[right] - before[left]);
  }
}

void fill_both(const GapOptions& o, std::span<const double> before, std::span<const double> after,
               std::span<double> out) {
  run_forward(before, o.order, out);
  if (after.empty()) return;
  const std::vector<double> reversed(after.rbegin(), after.rend());
  std::vector<double> back(out.size());
  run_forward(reversed, o.order, back);
  const double n = static_cast<double>(out.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double late = (static_cast<double>(i) + 1) / (n + 1);
    out[i] = (1 - late) * out[i] + late * back[out.size() - 1 - i];
  }
}

void fill_periodic(const GapOptions& o, std::span<const double> before,
                   std::span<const double> after, std::span<double> out) {
  const auto past = before.last(std::min(before.size(), kProcessPast));
  const auto future = after.first(std::min(after.size(), kProcessPast));
  const double mean = mean_of(past);
  PeriodicKernel kernel;
  double variance = 0;
  for (const double v : past) variance += (v - mean) * (v - mean);
  kernel.variance = std::max(variance / static_cast<double>(past.size()), 1e-9);
  kernel.noise = 0.02 * kernel.variance;
  const Season season = season_of(o, before);
  kernel.period = season.lag > 0 ? season.lag : o.rate_hz;
  kernel.memory = 3 * kernel.period;
  std::vector<double> t, x, at;
  for (std::size_t i = 0; i < past.size(); ++i) {
    t.push_back(static_cast<double>(i) - static_cast<double>(past.size()));
    x.push_back(past[i] - mean);
  }
  if (x.size() >= kFewestToFit && kernel.variance > 1e-9) kernel = fit_kernel(x, kernel.period);
  for (std::size_t i = 0; i < future.size(); ++i) {
    t.push_back(static_cast<double>(out.size() + i));
    x.push_back(future[i] - mean);
  }
  for (std::size_t i = 0; i < out.size(); ++i) at.push_back(static_cast<double>(i));
  condition_process(kernel, t, x, at, out);
  for (double& v : out) v += mean;
}

}  // namespace

std::vector<double> burg(std::span<const double> x, std::size_t order, double* noise_variance) {
  CHECK(order < x.size(), order, x.size());
  const std::size_t n = x.size();
  std::vector<double> a, forward(x.begin(), x.end()), backward(x.begin(), x.end());
  double energy = 0;
  for (const double v : x) energy += v * v;
  energy /= static_cast<double>(n);
  for (std::size_t m = 1; m <= order; ++m) {
    double both = 0, each = 0;
    for (std::size_t t = m; t < n; ++t) {
      both += forward[t] * backward[t - 1];
      each += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
    }
    if (!(each > 0)) break;
    const double k = 2 * both / each;
    std::vector<double> next(a);
    next.push_back(k);
    for (std::size_t i = 0; i < a.size(); ++i) next[i] = a[i] - k * a[a.size() - 1 - i];
    a = std::move(next);
    for (std::size_t t = n; t-- > m;) {
      const double f = forward[t];
      forward[t] = f - k * backward[t - 1];
      backward[t] = backward[t - 1] - k * f;
    }
    energy *= 1 - k * k;
  }
  if (noise_variance) *noise_variance = energy;
  return a;
}

Season find_season(std::span<const double> x, std::size_t least, std::size_t most) {
  most = std::min(most, x.size() / 2);
  if (least < 1 || least + 1 >= most) return {};
  const double mean = mean_of(x);
  std::vector<double> at(most + 2);
  for (std::size_t lag = least - 1; lag <= most + 1 && lag < x.size(); ++lag) {
    double both = 0, early = 0, late = 0;
    for (std::size_t t = lag; t < x.size(); ++t) {
      const double a = x[t] - mean, b = x[t - lag] - mean;
      both += a * b;
      late += a * a;
      early += b * b;
    }
    const double scale = std::sqrt(early * late);
    at[lag] = scale > 0 ? both / scale : 0;
  }
  const auto is_peak = [&](std::size_t lag) {
    return at[lag] >= at[lag - 1] && at[lag] > at[lag + 1] && at[lag] > 0;
  };
  double best = 0;
  for (std::size_t lag = least; lag <= most; ++lag) {
    if (is_peak(lag)) best = std::max(best, at[lag]);
  }
  for (std::size_t lag = least; lag <= most && best > 0; ++lag) {
    if (!is_peak(lag) || at[lag] < kNearlyBest * best) continue;
    const double bend = at[lag - 1] - 2 * at[lag] + at[lag + 1];
    const double shift = bend < 0 ? 0.5 * (at[lag - 1] - at[lag + 1]) / bend : 0;
    return {static_cast<double>(lag) + std::clamp(shift, -0.5, 0.5), at[lag]};
  }
  return {};
}

double PeriodicKernel::operator()(double d) const {
  return variance * exponential(-2 * sine_squared(d / period) / (roughness * roughness) -
                                d * d / (2 * memory * memory));
}

void condition_process(const PeriodicKernel& kernel, std::span<const double> t,
                       std::span<const double> x, std::span<const double> at,
                       std::span<double> out) {
  const std::size_t n = t.size();
  CHECK(n > 0 && n <= 2 * kProcessPast && x.size() == n && out.size() == at.size(), n, at.size());
  std::vector<double> l(n * n), w(x.begin(), x.end());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = kernel(t[i] - t[j]) + (i == j ? kernel.noise : 0);
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      if (i == j) CHECK(sum > 0, i, sum);
      l[i * n + j] = i == j ? std::sqrt(sum) : sum / l[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) w[i] -= l[i * n + k] * w[k];
    w[i] /= l[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) w[i] -= l[k * n + i] * w[k];
    w[i] /= l[i * n + i];
  }
  for (std::size_t q = 0; q < at.size(); ++q) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += kernel(at[q] - t[i]) * w[i];
    out[q] = sum;
  }
}

void fill_gap(GapMethod method, const GapOptions& o, std::span<const double> before,
              std::span<const double> after, std::span<double> out) {
  CHECK(!before.empty() && o.rate_hz > 0, before.size(), o.rate_hz);
  before = before.last(std::min(before.size(), kPastMost));
  after = after.first(std::min(after.size(), kPastMost));
  switch (method) {
    case GapMethod::hold:
      std::fill(out.begin(), out.end(), before.back());
      return;
    case GapMethod::linear: {
      const double to = after.empty() ? before.back() : after.front();
      const double n = static_cast<double>(out.size()) + 1;
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = before.back() + (static_cast<double>(i) + 1) / n * (to - before.back());
      }
      return;
    }
    case GapMethod::burg:
      run_forward(before, o.order, out);
      return;
    case GapMethod::burg_both:
      fill_both(o, before, after, out);
      return;
    case GapMethod::seasonal:
      copy_season(season_of(o, before), before, out);
      return;
    case GapMethod::automatic: {
      const bool is_short = static_cast<double>(out.size()) <= kBurgMost_s * o.rate_hz;
      const Season season = is_short ? Season{} : season_of(o, before);
      if (season.likeness >= kStrong) return copy_season(season, before, out);
      run_forward(before, o.order, out);
      return;
    }
    case GapMethod::periodic:
      fill_periodic(o, before, after, out);
      return;
  }
}

}  // namespace gauntlet
