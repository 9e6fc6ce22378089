#include "core/phone/periodicity.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/phone/repetition_counter.h"

namespace gauntlet {
namespace {

// Of local periods nearly as good as the best the shortest is the repetition, the others multiples.
constexpr double kNearlyBest = 0.9;
constexpr double kDetrend_periods = 1.5;
constexpr double kHold_s = 0.12;
// Local periods beyond these shares of the set's are of something else.
constexpr double kLeastOfPeriod = 0.6;
constexpr double kMostOfPeriod = 1.6;

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

double weighted_median(std::vector<LocalPeriod> periods) {
  std::sort(periods.begin(), periods.end(),
            [](const LocalPeriod& a, const LocalPeriod& b) { return a.rows < b.rows; });
  double total = 0, sum = 0;
  for (const LocalPeriod& p : periods) total += p.weight;
  for (const LocalPeriod& p : periods) {
    sum += p.weight;
    if (sum >= 0.5 * total) return static_cast<double>(p.rows);
  }
  return 0;
}

PeakRule peak_rule(const RepetitionCounterOptions& options, double drop, double range,
                   double period_rows, double row_rate_hz) {
  return {options.min_excursion * range, drop * range, options.min_spacing * period_rows,
          options.flat * range,
          static_cast<std::size_t>(std::max(1.0, std::round(kHold_s * row_rate_hz)))};
}

}  // namespace

std::optional<LocalPeriod> local_period(std::span<const Vector3> rows, std::span<const double> fast,
                                        const RepetitionCounterOptions& options,
                                        double row_rate_hz) {
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
      return LocalPeriod{rows.size(), lag, at[lag].variance * static_cast<double>(lag)};
    }
  }
  return std::nullopt;
}

std::optional<SetShape> shape_of(std::span<const Vector3> rows,
                                 std::span<const LocalPeriod> periods) {
  if (periods.empty()) return std::nullopt;
  SetShape shape;
  shape.period_rows = weighted_median({periods.begin(), periods.end()});
  std::vector<std::uint8_t> periodic(rows.size(), 0);
  shape.first = rows.size();
  for (const LocalPeriod& p : periods) {
    const double ratio = static_cast<double>(p.rows) / shape.period_rows;
    if (ratio < kLeastOfPeriod || ratio > kMostOfPeriod) continue;
    ++shape.agreeing;
    const std::size_t from = p.end - std::min(p.end, 2 * p.rows);
    std::fill(periodic.begin() + static_cast<std::ptrdiff_t>(from),
              periodic.begin() + static_cast<std::ptrdiff_t>(p.end), std::uint8_t{1});
    shape.first = std::min(shape.first, from);
    shape.last = std::max(shape.last, p.end);
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
  shape.last += grace;
  return shape;
}

// A recording often begins or ends at one of the two turning points: the side with more of them has
// lost none.
std::vector<std::size_t> turning_points(std::span<const Vector3> rows, const SetShape& shape,
                                        const RepetitionCounterOptions& options, double drop,
                                        double row_rate_hz) {
  const auto flat = detrended(
      rows, static_cast<std::size_t>(std::round(0.5 * kDetrend_periods * shape.period_rows)));
  std::vector<double> up, down;
  const std::size_t last = std::min(rows.size(), shape.last);
  for (std::size_t i = shape.first; i < last; ++i) {
    up.push_back(dot(flat[i], shape.axis));
    down.push_back(-up.back());
  }
  const PeakRule rule = peak_rule(options, drop, shape.range, shape.period_rows, row_rate_hz);
  auto found = find_peaks(up, rule);
  auto other = find_peaks(down, rule);
  if (other.size() > found.size()) found = std::move(other);
  for (std::size_t& row : found) row += shape.first;
  return found;
}

}  // namespace gauntlet
