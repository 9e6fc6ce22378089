#include "core/phone/repetition_tracker.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr double kRowRate_hz = 25;
constexpr double kNever = -1e12;
constexpr double kLogEnter = -3;         // from no movement into the first repetition
constexpr std::size_t kEntryStates = 2;  // there
constexpr std::size_t kLeastStates = 8;
constexpr std::size_t kMostStates = 1000;

// The profile at a share of the repetition, between the two nearest of its rows.
Vector3 at_share(std::span<const Vector3> rows, double share) {
  const double n = static_cast<double>(rows.size());
  const double x = share * n - 0.5 + n;
  const double whole = std::floor(x);
  const auto i = static_cast<std::size_t>(whole) % rows.size();
  const Vector3 &a = rows[i], &b = rows[(i + 1) % rows.size()];
  const double w = x - whole;
  return {a[0] + w * (b[0] - a[0]), a[1] + w * (b[1] - a[1]), a[2] + w * (b[2] - a[2])};
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
  v.number("lead", lead, {0, 0.5}, "1", "share of a repetition that is still to come when shown");
  v.number("max_misfit", max_misfit, {0, 1000}, "1",
           "mean square in spreads beyond which the profile is not believed");
}

RepetitionTracker::RepetitionTracker(const RepetitionProfile& profile,
                                     const RepetitionTrackerOptions& options, double rate_hz)
    : options_(options),
      decimation_(static_cast<std::size_t>(std::max(1.0, std::round(rate_hz / kRowRate_hz)))),
      smoother_(kProfileCutoff_hz, rate_hz) {
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
    const Vector3 s = spread_.emplace_back(at_share(profile.spread, share));
    sum += log_spread_.emplace_back(std::log(s[0]) + std::log(s[1]) + std::log(s[2]));
  }
  idle_cost_ = options.sharpness * (1.5 + sum / static_cast<double>(n) + options.idle_margin);
  paths_.assign(n, {kNever, 0});
  next_ = paths_;
}

void RepetitionTracker::push(const std::array<float, 3>& specific_force_mps2) {
  const Vector3 smooth = smoother_.push(specific_force_mps2);
  if (++phase_ < decimation_) return;
  phase_ = 0;
  step(smooth);
}

double RepetitionTracker::distance(std::size_t state, const Vector3& row) const {
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double d = (row[k] - mean_[state][k]) / spread_[state][k];
    sum += d * d;
  }
  return sum;
}

void RepetitionTracker::step(const Vector3& row) {
  const std::size_t n = paths_.size();
  double best = kNever;
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
    if (j < kEntryStates && idle_ + kLogEnter > p.score) p = {idle_ + kLogEnter, 0};
    p.score -= options_.sharpness * (0.5 * distance(j, row) + log_spread_[j]);
    next_[j] = p;
    if (p.score > best) {
      best = p.score;
      at = j;
    }
  }
  std::swap(paths_, next_);
  idle_ -= idle_cost_;
  const bool moving = best > idle_;
  const double top = std::max(best, idle_);
  for (Path& p : paths_) p.score = std::max(kNever, p.score - top);
  idle_ = std::max(kNever, idle_ - top);
  if (!moving) return;
  misfit_ += (distance(at, row) / 3 - misfit_) / static_cast<double>(n);
  const bool nearly = static_cast<double>(at) >= (1 - options_.lead) * static_cast<double>(n);
  completed_ = std::max(completed_, paths_[at].rounds + (nearly ? 1 : 0));
}

}  // namespace gauntlet
