#include "core/phone/repetition_counter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/check.h"

namespace gauntlet {
namespace {

using Vector3 = std::array<double, 3>;

constexpr double kAnalysisRate_hz = 12.5;  // four times the usual cutoff

double dot(const Vector3& a, const Vector3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// The direction of largest variance, by power iteration: plain loops, so that every build sums in
// the same order. Starts from the axis with the largest variance, which is never orthogonal to it.
template <class At>
Vector3 principal_axis(std::size_t n, const At& at) {
  Vector3 mean{};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < 3; ++k) mean[k] += at(i)[k];
  }
  for (double& m : mean) m /= static_cast<double>(n);
  std::array<Vector3, 3> covariance{};
  for (std::size_t i = 0; i < n; ++i) {
    const Vector3& v = at(i);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) covariance[r][c] += (v[r] - mean[r]) * (v[c] - mean[c]);
    }
  }
  std::size_t start = 0;
  for (std::size_t k = 1; k < 3; ++k) {
    if (covariance[k][k] > covariance[start][start]) start = k;
  }
  Vector3 axis{};
  axis[start] = 1;
  for (int iteration = 0; iteration < 60; ++iteration) {
    Vector3 next{dot(covariance[0], axis), dot(covariance[1], axis), dot(covariance[2], axis)};
    const double norm = std::sqrt(dot(next, next));
    if (norm == 0) return axis;
    for (double& x : next) x /= norm;
    axis = next;
  }
  return axis;
}

// The lag (in rows, with a fraction) of the first peak of the autocorrelation that is nearly as
// high as the highest; 0 when none reaches `min_correlation`.
double period_rows(std::span<const double> signal, double min_rows, double max_rows,
                   double min_correlation) {
  const std::size_t n = signal.size();
  const auto first = static_cast<std::size_t>(std::max(1.0, std::floor(min_rows)));
  const auto last = std::min(static_cast<std::size_t>(max_rows) + 1, n / 2);
  if (last < first + 2) return 0;
  double mean = 0;
  for (const double x : signal) mean += x;
  mean /= static_cast<double>(n);
  std::vector<double> r(last + 1, 0);
  for (std::size_t lag = first - 1; lag <= last; ++lag) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i + lag < n; ++i) {
      const double a = signal[i] - mean, b = signal[i + lag] - mean;
      ab += a * b;
      aa += a * a;
      bb += b * b;
    }
    r[lag] = aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
  }
  const auto is_peak = [&r](std::size_t lag) {
    return r[lag] >= r[lag - 1] && r[lag] >= r[lag + 1];
  };
  double best = 0;
  for (std::size_t lag = first; lag < last; ++lag) {
    if (is_peak(lag)) best = std::max(best, r[lag]);
  }
  if (best < min_correlation) return 0;
  for (std::size_t lag = first; lag < last; ++lag) {
    if (!is_peak(lag) || r[lag] < 0.8 * best) continue;
    const double curvature = r[lag - 1] - 2 * r[lag] + r[lag + 1];
    const double shift = curvature < 0 ? 0.5 * (r[lag - 1] - r[lag + 1]) / curvature : 0;
    return static_cast<double>(lag) + shift;
  }
  return 0;
}

// The range of a signal without its rarest tenth on either side.
double robust_range(std::span<const double> signal) {
  std::vector<double> sorted(signal.begin(), signal.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t cut = sorted.size() / 20;
  return sorted[sorted.size() - 1 - cut] - sorted[cut];
}

struct PeakRule {
  double rise;          // above the lowest point since the last peak
  double drop;          // below the peak, before it is believed
  double min_distance;  // rows
  double flat;          // a peak at the very end of the signal counts when it varied less than this
  std::size_t hold;  // over so many rows: the last repetition of a set ends in rest, not in a fall
};

bool ends_flat(std::span<const double> signal, const PeakRule& rule) {
  if (signal.size() <= rule.hold) return false;
  const auto tail = signal.last(rule.hold + 1);
  const auto [low, high] = std::minmax_element(tail.begin(), tail.end());
  return *high - *low < rule.flat;
}

// Rows of the peaks that rose and fell enough. Of two too near to each other the higher one stays.
std::vector<std::size_t> find_peaks(std::span<const double> signal, const PeakRule& rule) {
  std::vector<std::size_t> peaks;
  double lowest = signal.empty() ? 0 : signal[0];
  std::size_t candidate = 0;
  bool rising = false;
  const auto accept = [&](std::size_t peak) {
    if (peaks.empty() || static_cast<double>(peak - peaks.back()) >= rule.min_distance) {
      peaks.push_back(peak);
    } else if (signal[peak] > signal[peaks.back()]) {
      peaks.back() = peak;
    }
  };
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double x = signal[i];
    if (!rising) {
      lowest = std::min(lowest, x);
      if (x - lowest < rule.rise) continue;
      rising = true;
      candidate = i;
    }
    if (x > signal[candidate]) candidate = i;
    if (signal[candidate] - x < rule.drop) continue;
    accept(candidate);
    rising = false;
    lowest = x;
  }
  const bool high = rising && signal[candidate] - lowest >= 2 * rule.rise;
  if (high && ends_flat(signal, rule)) accept(candidate);
  return peaks;
}

// Signed so that the set's first moments are on the positive side: a peak is then a return.
void face_start(Vector3& axis, const Vector3& start, const Vector3& mean) {
  const Vector3 from_mean{start[0] - mean[0], start[1] - mean[1], start[2] - mean[2]};
  if (dot(axis, from_mean) < 0) {
    for (double& x : axis) x = -x;
  }
}

}  // namespace

void RepetitionCounterOptions::describe(OptionVisitor& v) {
  v.number("rate_hz", rate_hz, {5, 1000}, "Hz", "rate of the samples pushed");
  v.number("min_period_s", min_period_s, {0.2, 5}, "s", "shortest repetition");
  v.number("max_period_s", max_period_s, {1, 30}, "s", "longest repetition");
  v.number("history_s", history_s, {4, 120}, "s",
           "how much of the past decides on axis, period and range");
  v.number("cutoff_hz", cutoff_hz, {0.5, 6}, "Hz", "second-order Butterworth low-pass");
  v.number("min_correlation", min_correlation, {0, 1}, "1",
           "autocorrelation at the period below which there is no period");
  v.number("min_prominence", min_prominence, {0.01, 1}, "1",
           "rise before a peak as a share of the signal's range");
  v.number("confirm_drop", confirm_drop, {0.01, 1}, "1",
           "fall after a peak before it is believed, as a share of the signal's range");
}

RepetitionCounter::RepetitionCounter(const RepetitionCounterOptions& options) : options_(options) {
  CHECK(options.rate_hz > 0 && options.history_s > 0, options.rate_hz, options.history_s);
  CHECK(options.min_period_s < options.max_period_s, options.min_period_s, options.max_period_s);
  decimation_ =
      static_cast<std::size_t>(std::max(1.0, std::round(options.rate_hz / kAnalysisRate_hz)));
  const double row_rate_hz = options.rate_hz / static_cast<double>(decimation_);
  capacity_ = static_cast<std::size_t>(std::ceil(options.history_s * row_rate_hz)) + 1;
  hop_ = static_cast<std::size_t>(std::max(1.0, std::round(0.5 * row_rate_hz)));
  // Bilinear transform of the second-order Butterworth, prewarped at the cutoff.
  const double cutoff_hz = std::min(options.cutoff_hz, 0.45 * options.rate_hz);
  const double k = std::tan(std::numbers::pi * cutoff_hz / options.rate_hz);
  const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
  b_ = {k * k * norm, 2 * k * k * norm, k * k * norm};
  a_ = {1, 2 * (k * k - 1) * norm, (1 - std::numbers::sqrt2 * k + k * k) * norm};
  // Group delay of the analogue prototype at low frequency.
  filter_delay_ = from_seconds(std::numbers::sqrt2 / (2 * std::numbers::pi * cutoff_hz));
  rows_.reserve(capacity_ + 1);
}

void RepetitionCounter::reset() { *this = RepetitionCounter(RepetitionCounterOptions(options_)); }

std::span<const Repetition> RepetitionCounter::take_new() {
  taken_.clear();
  std::swap(taken_, fresh_);
  return taken_;
}

void RepetitionCounter::push(HostTime t, const std::array<float, 3>& specific_force_mps2) {
  Vector3 smooth{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double x = static_cast<double>(specific_force_mps2[k]);
    auto& [s0, s1] = filter_state_[k];
    if (!primed_) {  // as if the first sample had stood for ever
      s0 = x * (1 - b_[0]);
      s1 = x * (b_[2] - a_[2]);
    }
    smooth[k] = b_[0] * x + s0;
    s0 = b_[1] * x - a_[1] * smooth[k] + s1;
    s1 = b_[2] * x - a_[2] * smooth[k];
  }
  primed_ = true;
  if (++phase_ < decimation_) return;
  phase_ = 0;
  keep(t, smooth);
}

void RepetitionCounter::keep(HostTime t, const Vector3& smooth) {
  if (rows_.size() == capacity_) rows_.erase(rows_.begin());
  rows_.push_back({t - filter_delay_, smooth});
  if (++since_analysis_ >= hop_) {
    since_analysis_ = 0;
    analyse();
  }
  if (period_s_ > 0) emit();
}

void RepetitionCounter::analyse() {
  const double row_rate_hz = options_.rate_hz / static_cast<double>(decimation_);
  const auto at = [this](std::size_t i) -> const Vector3& { return rows_[i].value; };
  Vector3 axis = principal_axis(rows_.size(), at);
  if (dot(axis_, axis_) == 0) {
    Vector3 mean{};
    for (const Row& row : rows_) {
      for (std::size_t k = 0; k < 3; ++k)
        mean[k] += row.value[k] / static_cast<double>(rows_.size());
    }
    face_start(axis, rows_.front().value, mean);
  } else if (dot(axis, axis_) < 0) {
    for (double& x : axis) x = -x;
  }
  std::vector<double> signal;
  signal.reserve(rows_.size());
  for (const Row& row : rows_) signal.push_back(dot(row.value, axis));
  const double rows = period_rows(signal, options_.min_period_s * row_rate_hz,
                                  options_.max_period_s * row_rate_hz, options_.min_correlation);
  if (rows == 0) return;  // what was known stays: one odd repetition does not end a set
  axis_ = axis;
  period_s_ = rows / row_rate_hz;
}

void RepetitionCounter::emit() {
  const double row_rate_hz = options_.rate_hz / static_cast<double>(decimation_);
  std::vector<double> signal;
  signal.reserve(rows_.size());
  for (const Row& row : rows_) signal.push_back(dot(row.value, axis_));
  const double range = robust_range(signal);
  if (range <= 0) return;
  const double apart_s = 0.6 * period_s_;
  const PeakRule rule{options_.min_prominence * range, options_.confirm_drop * range,
                      apart_s * row_rate_hz, 0.5 * options_.confirm_drop * range,
                      static_cast<std::size_t>(std::max(1.0, std::round(0.12 * row_rate_hz)))};
  for (const std::size_t i : find_peaks(signal, rule)) {
    const HostTime completed = rows_[i].t;
    if (any_completed_ && completed - last_completed_ < from_seconds(apart_s)) continue;
    any_completed_ = true;
    last_completed_ = completed;
    fresh_.push_back({completed});
  }
}

std::vector<std::size_t> find_repetitions(
    const RepetitionCounterOptions& options,
    std::span<const std::array<float, 3>> specific_force_mps2) {
  RepetitionCounterOptions whole = options;
  whole.history_s = static_cast<double>(specific_force_mps2.size()) / options.rate_hz + 1;
  RepetitionCounter counter(whole);
  const Duration step = from_seconds(1 / options.rate_hz);
  HostTime t{};
  for (const auto& sample : specific_force_mps2) {
    counter.push(t, sample);
    t += step;
  }
  std::vector<std::size_t> found;
  for (const Repetition& r : counter.take_new()) {
    const Duration since_start = r.completed.time_since_epoch();
    found.push_back(static_cast<std::size_t>(std::max<Duration::rep>(0, since_start / step)));
  }
  return found;
}

}  // namespace gauntlet
