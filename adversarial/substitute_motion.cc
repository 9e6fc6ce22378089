#include "adversarial/substitute_motion.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "adversarial/turns.h"
#include "core/base/check.h"
#include "core/base/units.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::adversarial {
namespace {

using sim::Motion;
constexpr double kTwoPi = 2 * std::numbers::pi;

class SubstituteMotion final : public Motion {
 public:
  SubstituteMotion(const Motion& worn, std::unique_ptr<Motion> instead, const AttackSpan& span)
      : worn_(worn), instead_(std::move(instead)), span_(span) {}

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    each(t, [&](const Motion& m, std::size_t from, std::size_t n) {
      m.evaluate(t.subspan(from, n), force ? force + 3 * from : nullptr,
                 rate ? rate + 3 * from : nullptr);
    });
  }
  void see(std::span<const WorldTime> t, const std::array<double, 3>& world,
           float* seen) const override {
    each(t, [&](const Motion& m, std::size_t from, std::size_t n) {
      m.see(t.subspan(from, n), world, seen + 3 * from);
    });
  }
  const sim::PersonOptions* person() const override { return worn_.person(); }
  void pose(WorldTime t, sim::Pose& q) const override { at(t).pose(t, q); }
  double effort(WorldTime t) const override { return at(t).effort(t); }
  double cadence_hz(WorldTime t) const override { return at(t).cadence_hz(t); }
  std::array<double, 3> position_m(WorldTime t) const override { return at(t).position_m(t); }

 private:
  const Motion& at(WorldTime t) const { return span_.contains(t) ? *instead_ : worn_; }
  template <class Part>
  void each(std::span<const WorldTime> t, const Part& part) const {
    const auto index = [&t](WorldTime x) {
      return static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), x) - t.begin());
    };
    const std::size_t on = index(span_.start), off = std::max(on, index(span_.stop));
    if (on > 0) part(worn_, 0, on);
    if (off > on) part(*instead_, on, off - on);
    if (t.size() > off) part(worn_, off, t.size() - off);
  }

  const Motion& worn_;
  std::unique_ptr<Motion> instead_;
  AttackSpan span_;
};

class PendulumMotion final : public Motion {
 public:
  PendulumMotion(const PendulumOptions& o, WorldTime start)
      : options_(o),
        start_(start),
        cos_(cosine_of(o.azimuth_deg / 360)),
        sin_(sine_of(o.azimuth_deg / 360)) {}

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      const Angle a = angle(t[i]);
      const sim::SinCos tilt = sim::sincos(a.rad);
      if (force) {
        store(options_.radius_m * a.radps2 + kStandardGravity_mps2 * tilt.sin, 0,
              options_.radius_m * a.radps * a.radps + kStandardGravity_mps2 * tilt.cos,
              force + 3 * i);
      }
      if (rate) store(0, -a.radps, 0, rate + 3 * i);
    }
  }
  void see(std::span<const WorldTime> t, const std::array<double, 3>& w,
           float* seen) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      const sim::SinCos tilt = sim::sincos(angle(t[i]).rad);
      store(tilt.cos * w[0] + tilt.sin * w[2], w[1], tilt.cos * w[2] - tilt.sin * w[0],
            seen + 3 * i);
    }
  }
  double cadence_hz(WorldTime) const override { return pendulum_hz(options_); }

 private:
  struct Angle {
    double rad, radps, radps2;
  };
  Angle angle(WorldTime t) const {
    const PendulumOptions& o = options_;
    const double s = to_seconds(t - start_), hz = pendulum_hz(o), w = kTwoPi * hz;
    const double amplitude = o.amplitude_deg / 180 * std::numbers::pi;
    if (o.kind == PendulumKind::cradle) {
      const double turned = turns(hz, s);
      return {amplitude * cosine_of(turned), -amplitude * w * sine_of(turned),
              -amplitude * w * w * cosine_of(turned)};
    }
    const double root = std::sqrt(1 - o.damping_ratio * o.damping_ratio);
    const double decay = o.damping_ratio * w, wd = w * root;
    const double a = amplitude * sim::portable::exp(-std::min(decay * s, 600.0));
    const double turned = turns(hz * root, s), c = a * cosine_of(turned), n = a * sine_of(turned);
    return {c, -decay * c - wd * n, (decay * decay - wd * wd) * c + 2 * decay * wd * n};
  }
  void store(double x, double y, double z, float* out) const {
    out[0] = static_cast<float>(cos_ * x - sin_ * y);
    out[1] = static_cast<float>(sin_ * x + cos_ * y);
    out[2] = static_cast<float>(z);
  }

  PendulumOptions options_;
  WorldTime start_;
  double cos_, sin_;
};

class WarpedMotion final : public Motion {
 public:
  WarpedMotion(std::unique_ptr<Motion> other, double warp, WorldTime from)
      : other_(std::move(other)), warp_(warp), from_(from) {}

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    const std::vector<WorldTime> u = warped(t);
    other_->evaluate(u, force, rate);
    if (rate) {
      for (std::size_t i = 0; i < 3 * t.size(); ++i) rate[i] *= static_cast<float>(warp_);
    }
    if (!force || warp_ == 1) return;
    std::vector<float> up(3 * t.size());
    other_->see(u, {0, 0, kStandardGravity_mps2}, up.data());
    const auto square = static_cast<float>(warp_ * warp_);
    for (std::size_t i = 0; i < up.size(); ++i) force[i] = square * (force[i] - up[i]) + up[i];
  }
  void see(std::span<const WorldTime> t, const std::array<double, 3>& world,
           float* seen) const override {
    other_->see(warped(t), world, seen);
  }
  const sim::PersonOptions* person() const override { return other_->person(); }
  void pose(WorldTime t, sim::Pose& q) const override { other_->pose(warped(t), q); }
  double effort(WorldTime t) const override { return other_->effort(warped(t)); }
  double cadence_hz(WorldTime t) const override { return warp_ * other_->cadence_hz(warped(t)); }
  std::array<double, 3> position_m(WorldTime t) const override {
    return other_->position_m(warped(t));
  }

 private:
  WorldTime warped(WorldTime t) const {
    return warp_ == 1 ? t : from_ + from_seconds(warp_ * to_seconds(t - from_));
  }
  std::vector<WorldTime> warped(std::span<const WorldTime> t) const {
    std::vector<WorldTime> u(t.begin(), t.end());
    for (WorldTime& x : u) x = warped(x);
    return u;
  }

  std::unique_ptr<Motion> other_;
  double warp_;
  WorldTime from_;
};

}  // namespace

double pendulum_hz(const PendulumOptions& o) {
  if (o.kind == PendulumKind::cradle) return o.rocking_hz;
  const double amplitude = o.amplitude_deg / 180 * std::numbers::pi;
  return std::sqrt(kStandardGravity_mps2 / o.length_m) / kTwoPi * (1 - amplitude * amplitude / 16);
}

std::unique_ptr<Motion> substitute_motion(const Motion& worn, std::unique_ptr<Motion> instead,
                                          const AttackSpan& span) {
  CHECK(instead != nullptr);
  return std::make_unique<SubstituteMotion>(worn, std::move(instead), span);
}
std::unique_ptr<Motion> pendulum_motion(const PendulumOptions& options, WorldTime start) {
  return std::make_unique<PendulumMotion>(options, start);
}
std::unique_ptr<Motion> warped_motion(std::unique_ptr<Motion> other, double warp, WorldTime from) {
  CHECK(other != nullptr && warp > 0, warp);
  return std::make_unique<WarpedMotion>(std::move(other), warp, from);
}

}  // namespace gauntlet::adversarial
