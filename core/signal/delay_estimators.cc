#include "core/signal/delay_estimators.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/signal/plain_math.h"

namespace gauntlet {

void LeastSquares::observe(double x_s, double y_s) {
  if (n_ == 0) {
    x0_ = x_s;
    y0_ = y_s;
  }
  const double x = x_s - x0_;
  const double y = y_s - y0_;
  n_ += 1;
  sx_ += x;
  sy_ += y;
  sxx_ += x * x;
  sxy_ += x * y;
}

double LeastSquares::skew() const {
  const double d = n_ * sxx_ - sx_ * sx_;
  if (n_ < 2 || d <= 0) return 0;
  return std::clamp((n_ * sxy_ - sx_ * sy_) / d, -limit_, limit_);
}

double LeastSquares::offset_s(double x_s) const {
  CHECK(n_ > 0);
  return y0_ + sy_ / n_ + skew() * (x_s - x0_ - sx_ / n_);
}

void LowerHull::clear() {
  hull_.clear();
  sum_x_ = n_ = skew_ = intercept_ = 0;
}

void LowerHull::observe(double x_s, double y_s) {
  if (n_ == 0) {
    x0_ = x_s;
    y0_ = y_s;
  }
  const Point p{x_s - x0_, y_s - y0_};
  // A stamp that runs backwards cannot extend the chain; its point is dropped, not reordered.
  if (!hull_.empty() && p.x <= hull_.back().x) return;
  n_ += 1;
  sum_x_ += p.x;
  while (hull_.size() >= 2) {
    const Point& a = hull_[hull_.size() - 2];
    const Point& b = hull_.back();
    if ((b.y - a.y) * (p.x - a.x) < (p.y - a.y) * (b.x - a.x)) break;
    hull_.pop_back();
  }
  hull_.push_back(p);
  std::size_t old = 0;
  while (old + 1 < hull_.size() &&
         (hull_[old].x < p.x - memory_s_ || hull_.size() - old > kVertices)) {
    ++old;
  }
  hull_.erase(hull_.begin(), hull_.begin() + static_cast<std::ptrdiff_t>(old));
  fit();
}

void LowerHull::fit() {
  const double last = hull_.back().x;
  const double mean = std::max(sum_x_ / n_, last - memory_s_ / 2);
  double slope = 0;
  for (std::size_t i = 1; i < hull_.size(); ++i) {
    slope = (hull_[i].y - hull_[i - 1].y) / (hull_[i].x - hull_[i - 1].x);
    if (hull_[i].x >= mean) break;
  }
  skew_ = std::clamp(slope, -limit_, limit_);
  // With the slope bounded the line still lies beneath every point.
  intercept_ = std::numeric_limits<double>::infinity();
  for (const Point& p : hull_) intercept_ = std::min(intercept_, p.y - skew_ * p.x);
}

double LowerHull::offset_s(double x_s) const {
  CHECK(!hull_.empty());
  return y0_ + intercept_ + skew_ * (x_s - x0_);
}

double DelayKalman::sigma_s() const { return std::sqrt(p00_); }

void DelayKalman::start(double x_s, double y_s) {
  started_ = true;
  x_ = x_s;
  offset_ = y_s;
  p00_ = 1;  // 1 s: the first observation decides
  p01_ = 0;
  if (restarts_ == 0) {
    skew_ = 0;
    p11_ = tuning_.skew_sigma * tuning_.skew_sigma;
    mean_delay_ = tuning_.first_delay_s;
  }
  gated_run_ = 0;
  update(y_s);
}

void DelayKalman::predict(double dx_s) {
  const double dt = std::abs(dx_s);
  const double q = tuning_.skew_walk * tuning_.skew_walk;
  offset_ += skew_ * dx_s;
  p00_ += 2 * dx_s * p01_ + dx_s * dx_s * p11_ + q * dt * dt * dt / 3 +
          tuning_.offset_walk_s * tuning_.offset_walk_s * dt;
  p01_ += dx_s * p11_ + q * dt * dx_s / 2;
  p11_ += q * dt;
}

void DelayKalman::observe(double x_s, double y_s) {
  if (!started_) return start(x_s, y_s);
  // An older stamp (a frame that overtook another) has nothing to add to what is known since.
  if (x_s < x_) return;
  predict(x_s - x_);
  x_ = x_s;
  const double residual = y_s - offset_;
  const double spread = 3 * std::sqrt(p00_);
  if (residual > tuning_.gate * mean_delay_ + spread) {
    ++gated_;
    if (++gated_run_ < kGatedRun) return;
    ++restarts_;
    return start(x_s, y_s);
  }
  gated_run_ = 0;
  update(y_s);
  learn_delay(y_s - offset_);
}

void DelayKalman::update(double y_s) {
  const double s = p00_ + tuning_.stamp_noise_s * tuning_.stamp_noise_s;
  const double sigma = std::sqrt(s);
  const double tilted = offset_ + s / mean_delay_;
  const double a = (y_s - tilted) / sigma;
  const double h = normal_hazard(a);
  const double mean = tilted - sigma * h;
  const double variance = s * std::clamp(1 - h * (a + h), 1e-6, 1.0);
  const double k0 = p00_ / s;
  const double k1 = p01_ / s;
  const double step = mean - offset_;
  const double removed = s - variance;
  offset_ += k0 * step;
  skew_ += k1 * step;
  p00_ = std::max(p00_ - k0 * k0 * removed, 1e-12);
  p01_ -= k0 * k1 * removed;
  p11_ = std::max(p11_ - k1 * k1 * removed, 1e-16);
}

// The likelihood has a second, wrong optimum: an offset that is too early makes all delays look
// long, and long delays say little about the offset. What was learned of them is forgotten, too.
void DelayKalman::correct(double x_s, double offset_s) {
  x_ = x_s;
  offset_ = offset_s;
  skew_ = 0;
  p00_ = tuning_.first_delay_s * tuning_.first_delay_s;
  p01_ = 0;
  p11_ = tuning_.skew_sigma * tuning_.skew_sigma;
  mean_delay_ = tuning_.first_delay_s;
  used_ = next_ = 0;
  gated_run_ = 0;
}

void DelayKalman::learn_delay(double residual_s) {
  residuals_[next_] = std::max(residual_s, 0.0);
  next_ = (next_ + 1) % kResiduals;
  used_ = std::min(used_ + 1, kResiduals);
  if (used_ < 8) return;
  std::array<double, kResiduals> sorted = residuals_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(used_ / 2);
  std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(used_));
  constexpr double kLn2 = 0.69314718055994530942;
  mean_delay_ = std::clamp(*middle / kLn2, 1e-3, 2.0);
}

}  // namespace gauntlet
