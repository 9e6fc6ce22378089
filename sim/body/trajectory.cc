#include "sim/body/trajectory.h"

#include <algorithm>

#include "core/base/check.h"
#include "sim/body/trig.h"

namespace gauntlet::sim {
namespace {

struct Envelope {
  double e, d, dd;
};

// Minimum-jerk rise from 0 to 1 within `ramp` seconds.
Envelope rise(double t, double ramp) {
  if (t <= 0) return {0, 0, 0};
  if (t >= ramp) return {1, 0, 0};
  const double u = t / ramp;
  const double v = 1 - u;
  return {u * u * u * (10 - 15 * u + 6 * u * u), 30 * u * u * v * v / ramp,
          60 * u * v * (1 - 2 * u) / (ramp * ramp)};
}

template <std::size_t kCount>
void add_rhythm_at(const Rhythm& r, WorldTime at, JointState& out) {
  const double t = to_seconds(at - r.begin);
  const double left = to_seconds(r.end - at);
  Envelope env = rise(t, r.ramp_s);
  if (left < r.ramp_s) {  // builders keep a rhythm longer than two ramps
    env = rise(left, r.ramp_s);
    env.d = -env.d;
  }
  const SinCos w = sincos(r.wander_omega_radps * t);
  const double phase = r.phase_rad + r.omega_radps * t + r.wander_rad * w.sin;
  const double rate = r.omega_radps + r.wander_rad * r.wander_omega_radps * w.cos;
  const double rate_d = -r.wander_rad * r.wander_omega_radps * r.wander_omega_radps * w.sin;

  Pose p{}, dp{}, ddp{};  // the movement and its derivatives by phase
  const SinCos one = sincos(phase);
  SinCos h{0, 1};
  for (std::size_t k = 0; k < Rhythm::kHarmonics; ++k) {
    h = {h.sin * one.cos + h.cos * one.sin, h.cos * one.cos - h.sin * one.sin};
    const double n = static_cast<double>(k + 1);
    const Pose& a = r.cosine[k];
    const Pose& b = r.sine[k];
    for (std::size_t j = 0; j < kCount; ++j) {
      const double value = a[j] * h.cos + b[j] * h.sin;
      const double slope = n * (b[j] * h.cos - a[j] * h.sin);
      p[j] += value;
      dp[j] += slope;
      ddp[j] -= n * n * value;
    }
  }
  for (std::size_t j = 0; j < kCount; ++j) {
    out.q[j] += env.e * p[j];
    out.qd[j] += env.d * p[j] + env.e * dp[j] * rate;
    out.qdd[j] +=
        env.dd * p[j] + 2 * env.d * dp[j] * rate + env.e * (ddp[j] * rate * rate + dp[j] * rate_d);
  }
}

}  // namespace

void Trajectory::start(WorldTime t, const Pose& pose) {
  CHECK(pieces_.empty());
  begin_ = t;
  last_ = {t, pose, {}};
}

void Trajectory::move_to(WorldTime t, const Pose& pose, const Pose& acceleration,
                         std::ptrdiff_t rhythm) {
  CHECK(t > last_.t, t.time_since_epoch().count(), last_.t.time_since_epoch().count());
  CHECK(rhythm < static_cast<std::ptrdiff_t>(rhythms_.size()), rhythm);
  Piece piece{last_.t, t, rhythm, {}};
  const double T = to_seconds(t - last_.t);
  const double T2 = T * T, T3 = T2 * T, T4 = T2 * T2, T5 = T4 * T;
  for (std::size_t j = 0; j < kChannels; ++j) {
    const double d = pose[j] - last_.q[j];
    const double a0 = last_.a[j], a1 = acceleration[j];
    piece.c[0][j] = last_.q[j];
    piece.c[2][j] = a0 / 2;
    piece.c[3][j] = (20 * d - (3 * a0 - a1) * T2) / (2 * T3);
    piece.c[4][j] = (-30 * d + (3 * a0 - 2 * a1) * T2) / (2 * T4);
    piece.c[5][j] = (12 * d - (a0 - a1) * T2) / (2 * T5);
  }
  pieces_.push_back(piece);
  last_ = {t, pose, acceleration};
}

std::ptrdiff_t Trajectory::add_rhythm(const Rhythm& rhythm) {
  CHECK(to_seconds(rhythm.end - rhythm.begin) >= 2 * rhythm.ramp_s);
  rhythms_.push_back(rhythm);
  return static_cast<std::ptrdiff_t>(rhythms_.size()) - 1;
}

void Trajectory::add_wobble(const Wobble& wobble) { wobbles_.push_back(wobble); }

std::size_t Trajectory::find(WorldTime t) const {
  CHECK(!pieces_.empty());
  const auto it = std::upper_bound(pieces_.begin(), pieces_.end(), t,
                                   [](WorldTime x, const Piece& p) { return x < p.end; });
  return static_cast<std::size_t>(std::min(it, pieces_.end() - 1) - pieces_.begin());
}

void Trajectory::add_wobbles(WorldTime at, JointState& out) const {
  const double t = to_seconds(at - begin_);
  const double g = out.q[kTremor], gd = out.qd[kTremor], gdd = out.qdd[kTremor];
  for (const Wobble& w : wobbles_) {
    const SinCos sc = sincos(w.omega_radps * t + w.phase_rad);
    const double v = sc.sin, d = w.omega_radps * sc.cos;
    const double dd = -w.omega_radps * w.omega_radps * sc.sin;
    const double p = w.tremor ? g * v : v;
    const double pd = w.tremor ? gd * v + g * d : d;
    const double pdd = w.tremor ? gdd * v + 2 * gd * d + g * dd : dd;
    for (std::size_t j = kTrunkPitch; j < kTremor; ++j) {
      out.q[j] += w.weight[j] * p;
      out.qd[j] += w.weight[j] * pd;
      out.qdd[j] += w.weight[j] * pdd;
    }
  }
}

template <std::size_t kCount>
void Trajectory::evaluate_piece(std::size_t& piece, WorldTime t, JointState& out) const {
  while (piece + 1 < pieces_.size() && t >= pieces_[piece].end) ++piece;
  const Piece& p = pieces_[piece];
  const WorldTime inside = std::clamp(t, p.begin, p.end);
  const double s = to_seconds(inside - p.begin);
  // Beyond the ends the pose is held; key poses there are built with zero acceleration.
  const double moving = inside == t ? 1.0 : 0.0;
  for (std::size_t j = 0; j < kCount; ++j) {
    const double c2 = p.c[2][j], c3 = p.c[3][j], c4 = p.c[4][j], c5 = p.c[5][j];
    out.q[j] = p.c[0][j] + s * s * (c2 + s * (c3 + s * (c4 + s * c5)));
    out.qd[j] = moving * (s * (2 * c2 + s * (3 * c3 + s * (4 * c4 + s * (5 * c5)))));
    out.qdd[j] = moving * (2 * c2 + s * (6 * c3 + s * (12 * c4 + s * (20 * c5))));
  }
  if (p.rhythm >= 0)
    add_rhythm_at<kCount>(rhythms_[static_cast<std::size_t>(p.rhythm)], inside, out);
}

void Trajectory::evaluate(std::size_t& piece, WorldTime t, JointState& out) const {
  evaluate_piece<kChannels>(piece, t, out);
  add_wobbles(t, out);
}

void Trajectory::evaluate_legs(std::size_t& piece, WorldTime t, JointState& out) const {
  evaluate_piece<kLegChannels>(piece, t, out);
}

}  // namespace gauntlet::sim
