// A second-order system between the motion and the sampler: how the watch hangs on its strap, and
// the analogue low-pass.
//
//   y'' + 2 d w y' + w^2 y = w^2 u,   w = 2 pi hz, d the damping (1/sqrt(2): Butterworth)
//
// Solved exactly for an input that is linear between the instants at which it is known, `period_s`
// apart; the sampler's jitter is not followed. After a gap and at the start the system is at rest.
// An input with content near and above half its rate wants more instants (oversampling): between
// two of them it is a straight line, which passes f with a gain of sinc^2(f period).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

class SecondOrder {
 public:
  SecondOrder() = default;
  // 0 < damping < 1; hz 0: the input passes as it is.
  SecondOrder(double hz, double damping, double period_s) {
    if (hz <= 0) return;
    const double w = 2 * std::numbers::pi * hz;
    const double sigma = damping * w, wd = w * std::sqrt(1 - damping * damping);
    const double decay = portable::exp(-std::fmin(sigma * period_s, 600.0));
    const double turns = wd * period_s / (2 * std::numbers::pi);
    const auto angle = portable::sine_cosine(
        static_cast<std::uint64_t>((turns - std::floor(turns)) * 0x1p53) << 11);
    const double c = decay * angle.cosine, s = decay * angle.sine / wd;
    on_ = true;
    yy_ = c + sigma * s;
    yv_ = s;
    vy_ = -w * w * s;
    vv_ = c - sigma * s;
    lag_ = 2 * damping / w;
    per_s_ = 1 / period_s;
  }
  bool on() const { return on_; }
  void settle(const float* xyz) {
    for (std::size_t i = 0; i < 3; ++i) {
      u_[i] = y_[i] = double{xyz[i]};
      v_[i] = 0;
    }
  }
  // To the next instant: what goes in then, and in its place what comes out.
  void step(float* xyz) {
    for (std::size_t i = 0; i < 3; ++i) {
      const double u = double{xyz[i]};
      const double slope = (u - u_[i]) * per_s_;
      const double y = y_[i] - u_[i] + lag_ * slope, v = v_[i] - slope;
      y_[i] = u - lag_ * slope + (yy_ * y + yv_ * v);
      v_[i] = slope + (vy_ * y + vv_ * v);
      u_[i] = u;
      xyz[i] = static_cast<float>(y_[i]);
    }
  }

 private:
  bool on_ = false;
  double yy_ = 1, yv_ = 0, vy_ = 0, vv_ = 1;  // of the undriven system over one period
  double lag_ = 0, per_s_ = 0;
  std::array<double, 3> u_{}, y_{}, v_{};
};

}  // namespace gauntlet::sim
