#include "core/phone/repetition_counter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "core/base/check.h"

namespace gauntlet {
namespace {

using Vector3 = std::array<double, 3>;

constexpr double kRowRate_hz = 12.5;  // about four times the cutoff
constexpr double kHop_s = 0.5;
// Of local periods nearly as good as the best the shortest is the repetition, the others multiples.
constexpr double kNearlyBest = 0.9;
constexpr double kDetrend_periods = 1.5;
constexpr double kHold_s = 0.12;
// Local periods beyond these shares of the set's are of something else.
constexpr double kLeastOfPeriod = 0.6;
constexpr double kMostOfPeriod = 1.6;
// Looks at which one period must have been seen before anything is reported.
constexpr std::size_t kLeastAgreeing = 3;
constexpr double kAnotherPeriod = 1.3;

double dot(const Vector3& a, const Vector3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector3 mean_of(std::span<const Vector3> rows) {
  Vector3 mean{};
  for (const Vector3& v : rows) {
    for (std::size_t k = 0; k < 3; ++k) mean[k] += v[k];
  }
  for (double& m : mean) m /= static_cast<double>(rows.size());
  return mean;
}

// The direction of largest variance, by power iteration: plain loops, so that every build sums in
// the same order. Starts from the axis with the largest variance, which is never orthogonal to it.
Vector3 principal_axis(std::span<const Vector3> rows) {
  const Vector3 mean = mean_of(rows);
  std::array<Vector3, 3> covariance{};
  for (const Vector3& v : rows) {
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
    const Vector3 next{dot(covariance[0], axis), dot(covariance[1], axis),
                       dot(covariance[2], axis)};
    const double norm = std::sqrt(dot(next, next));
    if (norm == 0) return axis;
    for (std::size_t k = 0; k < 3; ++k) axis[k] = next[k] / norm;
  }
  return axis;
}

// How alike the last `lag` rows are to the `lag` rows before them, means removed: 1 the same, 0
// nothing in common. `variance` per row, of both.
struct Likeness {
  double similarity = 0;
  double variance = 0;
};
Likeness likeness(std::span<const Vector3> rows, std::size_t lag) {
  const auto late = rows.last(lag), early = rows.last(2 * lag).first(lag);
  const Vector3 late_mean = mean_of(late), early_mean = mean_of(early);
  double both = 0, each = 0;
  for (std::size_t i = 0; i < lag; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double a = late[i][k] - late_mean[k], b = early[i][k] - early_mean[k];
      both += a * b;
      each += a * a + b * b;
    }
  }
  return {each > 0 ? 2 * both / each : 0, each / static_cast<double>(2 * lag)};
}

struct Period {
  std::size_t rows = 0;
  double weight = 0;
};

// The period at the end of `rows`, if there is one. Where much more is going on above the cutoff
// (`fast`, per row) than below it, what is left below is the rest of a vibration, not a limb.
std::optional<Period> local_period(std::span<const Vector3> rows, std::span<const double> fast,
                                   const RepetitionCounterOptions& options, double row_rate_hz) {
  const auto shortest =
      static_cast<std::size_t>(std::max(2.0, std::round(options.min_period_s * row_rate_hz)));
  const auto longest =
      std::min(static_cast<std::size_t>(options.max_period_s * row_rate_hz), rows.size() / 2);
  if (longest < shortest + 2) return std::nullopt;
  std::vector<Likeness> at(longest + 1);
  for (std::size_t lag = shortest - 1; lag <= longest; ++lag) at[lag] = likeness(rows, lag);
  const double least_variance = options.min_movement_mps2 * options.min_movement_mps2;
  std::vector<double> fast_sum(2 * longest + 1);  // of the last so many rows
  for (std::size_t n = 1; n < fast_sum.size(); ++n) {
    fast_sum[n] = fast_sum[n - 1] + fast[fast.size() - n];
  }
  const auto vibrates = [&](std::size_t lag) {
    const double mean = fast_sum[2 * lag] / static_cast<double>(2 * lag);
    return mean > options.max_fast_ratio * at[lag].variance;
  };
  const auto is_peak = [&](std::size_t lag) {
    const double s = at[lag].similarity;
    return s >= options.min_similarity && at[lag].variance >= least_variance && !vibrates(lag) &&
           s >= at[lag - 1].similarity && s > at[lag + 1].similarity;
  };
  double best = 0;
  for (std::size_t lag = shortest; lag < longest; ++lag) {
    if (is_peak(lag)) best = std::max(best, at[lag].similarity);
  }
  for (std::size_t lag = shortest; best > 0 && lag < longest; ++lag) {
    if (is_peak(lag) && at[lag].similarity >= kNearlyBest * best) {
      return Period{lag, at[lag].variance * static_cast<double>(lag)};
    }
  }
  return std::nullopt;
}

// Rows minus the mean of those around them: a change of posture is not a repetition.
std::vector<Vector3> detrended(std::span<const Vector3> rows, std::size_t half_width) {
  std::vector<Vector3> sums(rows.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) sums[i + 1][k] = sums[i][k] + rows[i][k];
  }
  std::vector<Vector3> out(rows.begin(), rows.end());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t from = i > half_width ? i - half_width : 0;
    const std::size_t to = std::min(rows.size(), i + half_width + 1);
    for (std::size_t k = 0; k < 3; ++k) {
      out[i][k] -= (sums[to][k] - sums[from][k]) / static_cast<double>(to - from);
    }
  }
  return out;
}

// The range of a signal without its rarest tenth on either side.
double robust_range(std::vector<double> signal) {
  std::sort(signal.begin(), signal.end());
  const std::size_t cut = signal.size() / 10;
  return signal[signal.size() - 1 - cut] - signal[cut];
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
  if (rising && ends_flat(signal, rule)) accept(candidate);
  return peaks;
}

// A local period whose two stretches end before row `end`.
struct LocalSpan {
  std::size_t end;
  Period period;
};

// What the periodic part of a set looks like.
struct SetShape {
  double period_rows = 0;
  Vector3 axis{};
  double range = 0;
  std::size_t first = 0;  // rows [first, last) are periodic, half a period of grace on either side
  std::size_t last = 0;
};

double weighted_median(std::vector<Period> periods) {
  std::sort(periods.begin(), periods.end(),
            [](const Period& a, const Period& b) { return a.rows < b.rows; });
  double total = 0, sum = 0;
  for (const Period& p : periods) total += p.weight;
  for (const Period& p : periods) {
    sum += p.weight;
    if (sum >= 0.5 * total) return static_cast<double>(p.rows);
  }
  return 0;
}

std::optional<SetShape> shape_of(std::span<const Vector3> rows, std::span<const LocalSpan> spans) {
  if (spans.empty()) return std::nullopt;
  std::vector<Period> periods;
  for (const LocalSpan& s : spans) periods.push_back(s.period);
  SetShape shape;
  shape.period_rows = weighted_median(std::move(periods));
  std::vector<std::uint8_t> periodic(rows.size(), 0);
  shape.first = rows.size();
  for (const LocalSpan& s : spans) {
    const double ratio = static_cast<double>(s.period.rows) / shape.period_rows;
    if (ratio < kLeastOfPeriod || ratio > kMostOfPeriod) continue;
    const std::size_t from = s.end - std::min(s.end, 2 * s.period.rows);
    std::fill(periodic.begin() + static_cast<std::ptrdiff_t>(from),
              periodic.begin() + static_cast<std::ptrdiff_t>(s.end), std::uint8_t{1});
    shape.first = std::min(shape.first, from);
    shape.last = std::max(shape.last, s.end);
  }
  const auto flat = detrended(
      rows, static_cast<std::size_t>(std::round(0.5 * kDetrend_periods * shape.period_rows)));
  std::vector<Vector3> moving;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (periodic[i] != 0) moving.push_back(flat[i]);
  }
  shape.axis = principal_axis(moving);
  std::vector<double> signal;
  signal.reserve(moving.size());
  for (const Vector3& v : moving) signal.push_back(dot(v, shape.axis));
  shape.range = robust_range(std::move(signal));
  const auto grace = static_cast<std::size_t>(0.5 * shape.period_rows);
  shape.first -= std::min(shape.first, grace);
  shape.last = std::min(rows.size(), shape.last + grace);
  return shape;
}

std::size_t spans_agreeing(std::span<const LocalSpan> spans, double period_rows) {
  return static_cast<std::size_t>(std::ranges::count_if(spans, [&](const LocalSpan& s) {
    const double ratio = static_cast<double>(s.period.rows) / period_rows;
    return ratio >= kLeastOfPeriod && ratio <= kMostOfPeriod;
  }));
}

PeakRule peak_rule(const RepetitionCounterOptions& options, double range, double period_rows,
                   double row_rate_hz) {
  return {options.min_excursion * range, options.confirm_drop * range,
          options.min_spacing * period_rows, 0.5 * options.confirm_drop * range,
          static_cast<std::size_t>(std::max(1.0, std::round(kHold_s * row_rate_hz)))};
}

std::size_t decimation_of(double rate_hz) {
  return static_cast<std::size_t>(std::max(1.0, std::round(rate_hz / kRowRate_hz)));
}

}  // namespace

void RepetitionCounterOptions::describe(OptionVisitor& v) {
  v.number("rate_hz", rate_hz, {5, 1000}, "Hz", "rate of the samples pushed");
  v.number("min_period_s", min_period_s, {0.2, 5}, "s", "shortest repetition");
  v.number("max_period_s", max_period_s, {1, 30}, "s", "longest repetition");
  v.number("history_s", history_s, {4, 120}, "s",
           "how much of the past decides on axis, period and range");
  v.number("cutoff_hz", cutoff_hz, {0.5, 6}, "Hz", "second-order Butterworth low-pass");
  v.number("min_similarity", min_similarity, {0, 1}, "1",
           "likeness of two successive stretches from which they are repetitions");
  v.number("min_movement_mps2", min_movement_mps2, {0, 50}, "m/s2",
           "standard deviation below which nothing moves");
  v.number("max_fast_ratio", max_fast_ratio, {0, 1000}, "1",
           "power above the cutoff over power below it from which it is a vibration");
  v.number("min_excursion", min_excursion, {0.01, 1}, "1",
           "way of a repetition along the axis as a share of the set's range");
  v.number("min_spacing", min_spacing, {0.1, 1}, "1",
           "least time between repetitions as a share of the period");
  v.number("confirm_drop", confirm_drop, {0.01, 1}, "1",
           "fall after a peak before it is believed, as a share of the range");
}

MotionSmoother::MotionSmoother(double cutoff_hz, double rate_hz) {
  const double cutoff = std::min(cutoff_hz, 0.45 * rate_hz);
  // Bilinear transform, prewarped at the cutoff.
  const double k = std::tan(std::numbers::pi * cutoff / rate_hz);
  const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
  b_ = {k * k * norm, 2 * k * k * norm, k * k * norm};
  a_ = {1, 2 * (k * k - 1) * norm, (1 - std::numbers::sqrt2 * k + k * k) * norm};
  // Group delay of the analogue prototype at 0 Hz.
  delay_ = from_seconds(std::numbers::sqrt2 / (2 * std::numbers::pi * cutoff));
}

std::array<double, 3> MotionSmoother::push(const std::array<float, 3>& sample) {
  Vector3 smooth{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double x = static_cast<double>(sample[k]);
    auto& [s0, s1] = state_[k];
    if (!primed_) {
      s0 = x * (1 - b_[0]);
      s1 = x * (b_[2] - a_[2]);
    }
    smooth[k] = b_[0] * x + s0;
    s0 = b_[1] * x - a_[1] * smooth[k] + s1;
    s1 = b_[2] * x - a_[2] * smooth[k];
  }
  primed_ = true;
  for (std::size_t k = 0; k < 3; ++k) {
    const double rest = static_cast<double>(sample[k]) - smooth[k];
    fast_ += rest * rest;
  }
  ++since_taken_;
  return smooth;
}

double MotionSmoother::take_fast() {
  const double mean = since_taken_ == 0 ? 0 : fast_ / static_cast<double>(since_taken_);
  fast_ = 0;
  since_taken_ = 0;
  return mean;
}

RepetitionCounter::RepetitionCounter(const RepetitionCounterOptions& options)
    : options_(options),
      decimation_(decimation_of(options.rate_hz)),
      row_rate_hz_(options.rate_hz / static_cast<double>(decimation_)),
      capacity_(static_cast<std::size_t>(std::ceil(options.history_s * row_rate_hz_)) + 1),
      hop_(static_cast<std::size_t>(std::max(1.0, std::round(kHop_s * row_rate_hz_)))),
      smoother_(options.cutoff_hz, options.rate_hz) {
  CHECK(options.rate_hz > 0 && options.history_s > 0, options.rate_hz, options.history_s);
  CHECK(options.min_period_s < options.max_period_s, options.min_period_s, options.max_period_s);
  rows_.reserve(capacity_);
}

void RepetitionCounter::reset() { *this = RepetitionCounter(RepetitionCounterOptions(options_)); }

std::span<const Repetition> RepetitionCounter::take_new() {
  taken_.clear();
  std::swap(taken_, fresh_);
  return taken_;
}

void RepetitionCounter::push(HostTime t, const std::array<float, 3>& specific_force_mps2) {
  const Vector3 smooth = smoother_.push(specific_force_mps2);
  if (++phase_ < decimation_) return;
  phase_ = 0;
  keep({t - smoother_.delay(), smooth, smoother_.take_fast()});
}

void RepetitionCounter::keep(const Row& row) {
  if (rows_.size() == capacity_) rows_.erase(rows_.begin());
  rows_.push_back(row);
  ++rows_ever_;
  if (rows_ever_ % hop_ == 0) analyse();
  if (period_s_ > 0) emit();
}

void RepetitionCounter::analyse() {
  std::vector<Vector3> rows;
  std::vector<double> fast;
  rows.reserve(rows_.size());
  fast.reserve(rows_.size());
  for (const Row& row : rows_) {
    rows.push_back(row.value);
    fast.push_back(row.fast);
  }
  if (const auto period = local_period(rows, fast, options_, row_rate_hz_)) {
    local_periods_.push_back({rows_ever_, period->rows, period->weight});
  }
  const std::uint64_t oldest = rows_ever_ - rows_.size();
  std::erase_if(local_periods_, [&](const LocalPeriod& p) { return p.end <= oldest; });
  std::vector<LocalSpan> spans;
  for (const LocalPeriod& p : local_periods_) {
    spans.push_back({static_cast<std::size_t>(p.end - oldest), {p.rows, p.weight}});
  }
  const auto shape = shape_of(rows, spans);
  if (!shape || spans_agreeing(spans, shape->period_rows) < kLeastAgreeing) return;
  const bool first = range_ == 0;
  Vector3 axis = shape->axis;
  const double faces =
      first ? dot(axis, rows.front()) - dot(axis, mean_of(rows)) : dot(axis, axis_);
  if (faces < 0) {
    for (double& x : axis) x = -x;
  }
  const double period_s = shape->period_rows / row_rate_hz_;
  const bool another =
      !first && (period_s > kAnotherPeriod * period_s_ || period_s_ > kAnotherPeriod * period_s);
  axis_ = axis;
  range_ = shape->range;
  period_s_ = period_s;
  periodic_from_ = rows_[shape->first].t;
  if (!another) return;
  const std::size_t believed = completed().size();
  owed_ = reported_.size() > believed ? reported_.size() - believed : 0;
}

std::vector<HostTime> RepetitionCounter::completed() const {
  std::vector<double> signal;
  std::vector<HostTime> times;
  for (const Row& row : rows_) {
    if (row.t < periodic_from_) continue;
    signal.push_back(dot(row.value, axis_));
    times.push_back(row.t);
  }
  std::vector<HostTime> out;
  const PeakRule rule = peak_rule(options_, range_, period_s_ * row_rate_hz_, row_rate_hz_);
  for (const std::size_t i : find_peaks(signal, rule)) out.push_back(times[i]);
  return out;
}

void RepetitionCounter::emit() {
  const Duration apart = from_seconds(options_.min_spacing * period_s_);
  while (reported_.size() > 1 && reported_.front() < rows_.front().t) {
    reported_.erase(reported_.begin());
  }
  for (const HostTime t : completed()) {
    if (!reported_.empty() && t - reported_.back() < apart) continue;
    reported_.push_back(t);
    if (owed_ > 0) {
      --owed_;
    } else {
      fresh_.push_back({t});
    }
  }
}

std::vector<std::size_t> find_repetitions(
    const RepetitionCounterOptions& options,
    std::span<const std::array<float, 3>> specific_force_mps2) {
  const std::size_t decimation = decimation_of(options.rate_hz);
  const double row_rate_hz = options.rate_hz / static_cast<double>(decimation);
  const auto hop = static_cast<std::size_t>(std::max(1.0, std::round(kHop_s * row_rate_hz)));
  MotionSmoother smoother(options.cutoff_hz, options.rate_hz);
  std::vector<Vector3> rows;
  std::vector<double> fast;
  for (std::size_t i = 0; i < specific_force_mps2.size(); ++i) {
    const Vector3 smooth = smoother.push(specific_force_mps2[i]);
    if ((i + 1) % decimation != 0) continue;
    rows.push_back(smooth);
    fast.push_back(smoother.take_fast());
  }
  std::vector<LocalSpan> spans;
  for (std::size_t end = hop; end <= rows.size(); end += hop) {
    const auto period =
        local_period(std::span(rows).first(end), std::span(fast).first(end), options, row_rate_hz);
    if (period) spans.push_back({end, *period});
  }
  const auto shape = shape_of(rows, spans);
  if (!shape) return {};
  const auto flat = detrended(
      rows, static_cast<std::size_t>(std::round(0.5 * kDetrend_periods * shape->period_rows)));
  std::vector<double> up, down;
  for (std::size_t i = shape->first; i < shape->last; ++i) {
    up.push_back(dot(flat[i], shape->axis));
    down.push_back(-up.back());
  }
  // With all of it in view a peak must fall as far as it rose. A recording often begins or ends at
  // one of the two turning points: the side with more of them has lost none.
  PeakRule rule = peak_rule(options, shape->range, shape->period_rows, row_rate_hz);
  rule.drop = rule.rise;
  auto found = find_peaks(up, rule);
  auto other = find_peaks(down, rule);
  if (other.size() > found.size()) found = std::move(other);
  const auto delay = static_cast<std::size_t>(to_seconds(smoother.delay()) * options.rate_hz);
  for (std::size_t& row : found) {
    const std::size_t sample = (row + shape->first) * decimation;
    row = sample - std::min(sample, delay);
  }
  return found;
}

}  // namespace gauntlet
