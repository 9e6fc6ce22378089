#include "core/phone/repetition_counter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr double kRowRate_hz = 12.5;  // about four times the cutoff
constexpr double kHop_s = 0.5;

std::size_t decimation_of(double rate_hz) {
  return static_cast<std::size_t>(std::max(1.0, std::round(rate_hz / kRowRate_hz)));
}

}  // namespace

void RepetitionCounterOptions::describe(OptionVisitor& v) {
  v.number("rate_hz", rate_hz, {5, 1000}, "Hz", "rate of the samples pushed");
  v.number("min_period_s", min_period_s, {0.2, 5}, "s", "shortest repetition");
  v.number("max_period_s", max_period_s, {1, 30}, "s", "longest repetition");
  v.number("history_s", history_s, {4, 600}, "s",
           "how much of a set is kept in view; what was counted before stays counted");
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
           "fall after a turning point before it is believed while the set runs, as a share of the "
           "range");
  v.integer("least_looks", least_looks, {1, 100}, "looks, two a second",
            "at which one period must have been seen before anything is shown");
  v.number("flat", flat, {0, 1}, "1",
           "a limb that moves less than this share of the range has come to rest");
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
  CHECK(capacity_ >= 2, capacity_);
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
  if (rows_.size() == capacity_) forget();
  rows_.push_back(row.value);
  fast_.push_back(row.fast);
  times_.push_back(row.t);
  if (++since_analysed_ >= hop_) {
    since_analysed_ = 0;
    if (const auto period = local_period(rows_, fast_, options_, row_rate_hz_)) {
      periods_.push_back(*period);
    }
    shape_ = shape_of(rows_, periods_);
  }
  recount();
}

// The older half goes; what was counted in it stays counted.
void RepetitionCounter::forget() {
  const std::size_t gone = capacity_ / 2;
  before_ += static_cast<std::size_t>(
      std::ranges::count_if(found_, [gone](std::size_t row) { return row < gone; }));
  std::erase_if(found_, [gone](std::size_t row) { return row < gone; });
  const auto n = static_cast<std::ptrdiff_t>(gone);
  rows_.erase(rows_.begin(), rows_.begin() + n);
  fast_.erase(fast_.begin(), fast_.begin() + n);
  times_.erase(times_.begin(), times_.begin() + n);
  std::erase_if(periods_, [gone](const LocalPeriod& p) { return p.end <= gone; });
  for (LocalPeriod& p : periods_) p.end -= gone;
  shape_ = shape_of(rows_, periods_);
}

void RepetitionCounter::recount() {
  if (!shape_ || shape_->agreeing < static_cast<std::size_t>(options_.least_looks)) return;
  found_ = turning_points(rows_, *shape_, options_, options_.confirm_drop, row_rate_hz_);
  const std::size_t count = before_ + found_.size();
  for (; shown_ < count; ++shown_) {
    // Of those that were counted again and found to be more, the latest are the new ones.
    fresh_.push_back({times_[found_[found_.size() - (count - shown_)]]});
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
  std::vector<LocalPeriod> periods;
  for (std::size_t end = hop; end <= rows.size(); end += hop) {
    const auto period =
        local_period(std::span(rows).first(end), std::span(fast).first(end), options, row_rate_hz);
    if (period) periods.push_back(*period);
  }
  const auto shape = shape_of(rows, periods);
  if (!shape) return {};
  auto found = turning_points(rows, *shape, options, options.min_excursion, row_rate_hz);
  const auto delay = static_cast<std::size_t>(to_seconds(smoother.delay()) * options.rate_hz);
  for (std::size_t& row : found) {
    const std::size_t sample = row * decimation;
    row = sample - std::min(sample, delay);
  }
  return found;
}

}  // namespace gauntlet
