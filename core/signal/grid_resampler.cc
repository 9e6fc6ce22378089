#include "core/signal/grid_resampler.h"

#include <algorithm>
#include <cmath>

#include "core/signal/plain_math.h"

namespace gauntlet {
namespace {

std::int64_t ns(HostTime t) { return t.time_since_epoch().count(); }

std::int64_t ceil_to(std::int64_t t, std::int64_t period) {
  const std::int64_t r = t % period;
  if (r == 0) return t;
  return r > 0 ? t - r + period : t - r;
}

}  // namespace

std::size_t GridResampler::insert_position(std::int64_t t) const {
  const auto it = std::upper_bound(samples_.begin(), samples_.end(), t,
                                   [](std::int64_t v, const Sample& s) { return v < s.t; });
  return static_cast<std::size_t>(it - samples_.begin());
}

PushResult GridResampler::push(std::span<const HostTime> times, const float* xyz,
                               Duration sample_period, bool frame_missing, HostTime arrival) {
  PushResult r{0, times.size(), 0};
  if (sample_period.count() > 0) period_ns_ = sample_period.count();
  if (emitted_any_) {
    const std::int64_t edge = next_ - options_.period.count();
    while (r.first < r.last && ns(times[r.first]) <= edge) ++r.first;
    r.stale = r.first;
  }
  // Into the first hole it can lie in; whatever reaches over its ends is an overlap.
  std::size_t at = samples_.size();
  if (r.first < r.last && !samples_.empty() && ns(times[r.first]) < samples_.back().t) {
    at = insert_position(ns(times[r.first]));
    if (at < samples_.size() && !samples_[at].missing_before) {
      // No frame is missing here: the newer estimate reaches back into what is already placed.
      at = samples_.size();
      while (r.first < r.last && ns(times[r.first]) < samples_.back().t) ++r.first;
    } else if (at < samples_.size()) {
      while (r.first < r.last && ns(times[r.last - 1]) >= samples_[at].t) --r.last;
    }
  }
  if (r.first >= r.last) {
    r.last = r.first;
    return r;
  }
  const bool closes_hole = at < samples_.size() && !frame_missing;
  std::vector<Sample>::iterator it =
      samples_.insert(samples_.begin() + static_cast<std::ptrdiff_t>(at), r.last - r.first, {});
  for (std::size_t k = r.first; k < r.last; ++k, ++it) {
    *it = {ns(times[k]), {xyz[3 * k], xyz[3 * k + 1], xyz[3 * k + 2]}, false, ns(arrival)};
  }
  samples_[at].missing_before = frame_missing && at > 0;
  // The frame after the hole keeps waiting only while something else is missing before it; a single
  // missing frame is the common case and has just come.
  if (closes_hole) samples_[at + (r.last - r.first)].missing_before = false;
  if (samples_.size() > kBufferMax) {
    const std::size_t surplus = samples_.size() - kBufferMax;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(surplus));
    head_ = head_ > surplus ? head_ - surplus : 0;
    given_up_ += surplus;
  }
  return r;
}

bool GridResampler::is_gap(std::size_t i) const {
  const double step = static_cast<double>(samples_[i + 1].t - samples_[i].t);
  return step > kGapFactor * static_cast<double>(period_ns_);
}

double GridResampler::slope(std::size_t i, int axis) const {
  const auto difference = [&](std::size_t a) {
    const double dt = static_cast<double>(samples_[a + 1].t - samples_[a].t);
    return dt > 0 ? static_cast<double>(samples_[a + 1].v[axis] - samples_[a].v[axis]) / dt : 0.0;
  };
  const bool left = i > 0 && !is_gap(i - 1) && samples_[i].t > samples_[i - 1].t;
  const bool right = i + 1 < samples_.size() && !is_gap(i) && samples_[i + 1].t > samples_[i].t;
  if (!left && !right) return 0;
  if (!left) return difference(i);
  if (!right) return difference(i - 1);
  const double h0 = static_cast<double>(samples_[i].t - samples_[i - 1].t);
  const double h1 = static_cast<double>(samples_[i + 1].t - samples_[i].t);
  return (difference(i - 1) * h1 + difference(i) * h0) / (h0 + h1);
}

std::size_t GridResampler::rows_ahead() const {
  if (options_.method == ResampleMethod::cubic) return 1;
  return options_.method == ResampleMethod::band_limited ? kLobes - 1 : 0;
}

bool GridResampler::interpolate_sinc(std::size_t i, float* row) const {
  if (i + 1 < kLobes || i + kLobes >= samples_.size()) return false;
  const std::size_t first = i + 1 - kLobes;
  for (std::size_t k = first; k < i + kLobes; ++k) {
    if (is_gap(k) || samples_[k + 1].t <= samples_[k].t) return false;
  }
  const double h = static_cast<double>(samples_[i + 1].t - samples_[i].t);
  const double u = static_cast<double>(next_ - samples_[i].t) / h;
  constexpr double kPi = 3.14159265358979323846;
  // sin(pi x) for |x| <= 1, by the tangent of half the angle.
  const auto sine = [](double x) {
    const double t = tangent(0.999999999999 * kPi * x / 2);
    return 2 * t / (1 + t * t);
  };
  double sum = 0, value[3] = {};
  for (std::size_t k = 0; k < 2 * kLobes; ++k) {
    const double x = u + static_cast<double>(kLobes) - 1 - static_cast<double>(k);
    double weight = 1;
    if (x != 0) {
      const double part = x - std::floor(x);
      const bool odd = static_cast<std::int64_t>(std::floor(x)) % 2 != 0;
      const double wide = x / static_cast<double>(kLobes);
      weight = (odd ? -1 : 1) * sine(part) / (kPi * x) * sine(wide) / (kPi * wide);
    }
    sum += weight;
    for (std::size_t c = 0; c < 3; ++c) {
      value[c] += weight * static_cast<double>(samples_[first + k].v[c]);
    }
  }
  for (std::size_t c = 0; c < 3; ++c) row[c] = static_cast<float>(value[c] / sum);
  return true;
}

void GridResampler::interpolate(std::size_t i, float* row) const {
  if (options_.method == ResampleMethod::band_limited && interpolate_sinc(i, row)) return;
  const Sample& a = samples_[i];
  const Sample& b = samples_[i + 1];
  const double h = static_cast<double>(b.t - a.t);
  const double u = static_cast<double>(next_ - a.t) / h;  // [0, 1): a.t <= next_ < b.t
  for (int c = 0; c < 3; ++c) {
    const double va = static_cast<double>(a.v[c]);
    const double vb = static_cast<double>(b.v[c]);
    double v = 0;
    if (options_.method == ResampleMethod::round_even) {
      v = u < 0.5 ? va : vb;
    } else if (options_.method == ResampleMethod::linear) {
      v = va + u * (vb - va);
    } else {
      const double ma = slope(i, c) * h;
      const double mb = slope(i + 1, c) * h;
      const double u2 = u * u;
      const double u3 = u2 * u;
      v = (2 * u3 - 3 * u2 + 1) * va + (u3 - 2 * u2 + u) * ma + (3 * u2 - 2 * u3) * vb +
          (u3 - u2) * mb;
    }
    row[c] = static_cast<float>(v);
  }
}

void GridResampler::emit(const float* row, bool filled, GridRows& out) {
  const HostTime t{Duration{next_}};
  const bool extends =
      joined_ && !out.runs.empty() &&
      out.runs.back().start + options_.period * static_cast<std::int64_t>(out.runs.back().count) ==
          t;
  if (!extends) out.runs.push_back({t, out.filled.size(), 0, joined_});
  ++out.runs.back().count;
  out.values.insert(out.values.end(), row, row + 3);
  out.filled.push_back(filled ? 1 : 0);
  if (filled) ++filled_rows_;
  next_ += options_.period.count();
  emitted_any_ = true;
  joined_ = true;
}

GridResampler::Step GridResampler::step(HostTime now, bool flush, GridRows& out) {
  while (head_ + 1 < samples_.size() && samples_[head_ + 1].t <= next_) ++head_;
  const Sample& a = samples_[head_];
  if (a.t > next_) {
    // Where the signal begins again after a gap, or a late frame pushed the beginning back.
    next_ = ceil_to(a.t, options_.period.count());
    joined_ = false;
    return Step::jumped;
  }
  if (a.t == next_) {
    emit(a.v, false, out);
    return Step::emitted;
  }
  if (head_ + 1 >= samples_.size()) return Step::blocked;
  const Sample& b = samples_[head_ + 1];
  if (b.missing_before && !flush && ns(now) - b.arrival < options_.late_wait.count()) {
    return Step::blocked;
  }
  if (!is_gap(head_)) {
    if (head_ + 1 + rows_ahead() >= samples_.size() && !flush) return Step::blocked;
    float row[3];
    interpolate(head_, row);
    emit(row, false, out);
    return Step::emitted;
  }
  const std::int64_t invented = b.t - a.t - period_ns_;
  if (options_.fill == FillMethod::none || invented > options_.fill_max.count()) {
    ++gaps_;
    next_ = ceil_to(b.t, options_.period.count());
    joined_ = false;
    return Step::jumped;
  }
  float row[3] = {a.v[0], a.v[1], a.v[2]};
  if (options_.fill != FillMethod::hold) {
    const double u = static_cast<double>(next_ - a.t) / static_cast<double>(b.t - a.t);
    for (int c = 0; c < 3; ++c) {
      row[c] = static_cast<float>(static_cast<double>(a.v[c]) +
                                  u * static_cast<double>(b.v[c] - a.v[c]));
    }
  }
  emit(row, true, out);
  return Step::emitted;
}

void GridResampler::advance(HostTime now, bool flush, GridRows& out) {
  if (samples_.empty()) return;
  if (!started_) {
    started_ = true;
    next_ = ceil_to(samples_.front().t, options_.period.count());
  }
  // Every step emits a row, moves past a gap, or stops.
  while (step(now, flush, out) != Step::blocked) {
  }
  forget();
}

void GridResampler::forget() {
  // Behind the present pair, slopes need one sample and the sinc its lobes.
  const std::size_t old = head_ > kLobes ? head_ - kLobes : 0;
  if (old < 256 && old * 2 < samples_.size()) return;
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(old));
  head_ -= old;
}

}  // namespace gauntlet
