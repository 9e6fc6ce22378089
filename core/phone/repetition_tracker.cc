#include "core/phone/repetition_tracker.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr double kRowRate_hz = 25;
constexpr std::size_t kColumns = std::tuple_size_v<MotionRow>;
constexpr double kNever = -1e12;
constexpr double kLogEnter = -3;         // from no movement into a repetition
constexpr double kLogLeave = -3;         // and back
constexpr std::size_t kEntryStates = 2;  // there
constexpr std::size_t kLeastStates = 8;
constexpr std::size_t kMostStates = 1000;

// The profile at a share of the repetition, between the two nearest of its rows.
MotionRow at_share(std::span<const MotionRow> rows, double share) {
  const double n = static_cast<double>(rows.size());
  const double x = share * n - 0.5 + n;
  const double whole = std::floor(x);
  const auto i = static_cast<std::size_t>(whole) % rows.size();
  const MotionRow &a = rows[i], &b = rows[(i + 1) % rows.size()];
  const double w = x - whole;
  MotionRow out{};
  for (std::size_t k = 0; k < kColumns; ++k) out[k] = a[k] + w * (b[k] - a[k]);
  return out;
}

}  // namespace

void RepetitionTrackerOptions::describe(OptionVisitor& v) {
  v.flag("enabled", enabled, "follow exercises whose profile came with the model");
  v.number("sharpness", sharpness, {0.01, 1}, "1",
           "weight of a row's log-likelihood: successive rows are not independent");
  v.number("stay", stay, {0, 1}, "1", "probability of a row that does not go on: slower, a rest");
  v.number("skip", skip, {0, 1}, "1", "of one that goes on by two states: faster");
  v.number("leap", leap, {0, 1}, "1", "of one that goes on by three");
  v.number("idle_margin", idle_margin, {0, 1000}, "1",
           "log-likelihood by which a row of no movement is worse than one of the exercise");
  v.number("lead_s", lead_s, {0, 1}, "s", "of a repetition that is still to come when shown");
  v.number("margin", margin, {0, 100}, "1",
           "log-likelihood by which that it is done must be likelier than that it is not");
  v.number("max_misfit", max_misfit, {0, 1000}, "1",
           "mean square in spreads beyond which the profile is not believed");
  v.number("vote", vote, {0, 1000}, "1",
           "log-likelihood that a window called an exercise adds to its profile");
}

RepetitionTracker::RepetitionTracker(const RepetitionProfile& profile,
                                     const RepetitionTrackerOptions& options, double rate_hz)
    : options_(options),
      decimation_(static_cast<std::size_t>(std::max(1.0, std::round(rate_hz / kRowRate_hz)))),
      motion_(rate_hz) {
  const double one = 1 - options.stay - options.skip - options.leap;
  CHECK(one > 0, options.stay, options.skip, options.leap);
  const auto log_of = [](double p) { return p > 0 ? std::log(p) : kNever; };
  log_step_ = {log_of(options.stay), log_of(one), log_of(options.skip), log_of(options.leap)};
  const double row_rate_hz = rate_hz / static_cast<double>(decimation_);
  const std::size_t n =
      std::clamp(static_cast<std::size_t>(std::lround(profile.period_s * row_rate_hz)),
                 kLeastStates, kMostStates);
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const double share = (static_cast<double>(j) + 0.5) / static_cast<double>(n);
    mean_.push_back(at_share(profile.mean, share));
    double& log_spread = log_spread_.emplace_back(0);
    for (const double s : spread_.emplace_back(at_share(profile.spread, share))) {
      log_spread += std::log(s);
    }
    sum += log_spread;
  }
  idle_cost_ =
      options.sharpness * (0.5 * kColumns + sum / static_cast<double>(n) + options.idle_margin);
  // A state lasts a row; one of half a row's less counts.
  const double ahead = std::floor(options.lead_s * row_rate_hz + 0.5);
  nearly_ = n - std::min(n - 1, static_cast<std::size_t>(ahead));
  paths_.assign(n, {kNever, 0});
  next_ = paths_;
}

void RepetitionTracker::push(const std::array<float, 3>& specific_force_mps2) {
  const MotionRow row = motion_.push(specific_force_mps2);
  if (++phase_ < decimation_) return;
  phase_ = 0;
  step(row);
}

double RepetitionTracker::distance(std::size_t state, const MotionRow& row) const {
  double sum = 0;
  for (std::size_t k = 0; k < kColumns; ++k) {
    const double d = (row[k] - mean_[state][k]) / spread_[state][k];
    sum += d * d;
  }
  return sum;
}

void RepetitionTracker::step(const MotionRow& row) {
  const std::size_t n = paths_.size();
  double best = kNever, done = kNever, not_done = kNever;
  std::size_t at = 0;
  for (std::size_t j = 0; j < n; ++j) {
    Path p{kNever, 0};
    for (std::size_t by = 0; by < log_step_.size(); ++by) {
      const bool round = j < by;
      const Path& from = paths_[round ? j + n - by : j - by];
      if (from.score + log_step_[by] > p.score) {
        p = {from.score + log_step_[by], from.rounds + (round ? 1 : 0)};
      }
    }
    if (j < kEntryStates && idle_.score + kLogEnter > p.score) {
      p = {idle_.score + kLogEnter, idle_.rounds};
    }
    p.score -= options_.sharpness * (0.5 * distance(j, row) + log_spread_[j]);
    next_[j] = p;
    double& same = p.rounds + (j >= nearly_ ? 1 : 0) > completed_ ? done : not_done;
    same = std::max(same, p.score);
    if (p.score > best) {
      best = p.score;
      at = j;
    }
  }
  // Who rests does so where a repetition begins or ends.
  for (std::size_t k = 0; k < kEntryStates; ++k) {
    const Path &begun = paths_[k], &ended = paths_[n - 1 - k];
    if (begun.score + kLogLeave > idle_.score) idle_ = {begun.score + kLogLeave, begun.rounds};
    if (ended.score + kLogLeave > idle_.score) idle_ = {ended.score + kLogLeave, ended.rounds + 1};
  }
  std::swap(paths_, next_);
  idle_.score -= idle_cost_;
  const bool moving = best > idle_.score;
  const double top = std::max(best, idle_.score);
  evidence_ += top;
  for (Path& p : paths_) p.score = std::max(kNever, p.score - top);
  idle_.score = std::max(kNever, idle_.score - top);
  if (!moving) return;
  misfit_ += (distance(at, row) / kColumns - misfit_) / static_cast<double>(n);
  if (done > not_done + options_.margin) ++completed_;
}

}  // namespace gauntlet
