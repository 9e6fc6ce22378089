#include "sim/body/trajectory.h"

#include <algorithm>

#include "core/base/check.h"
#include "sim/body/kinematics.h"

namespace gauntlet::sim {

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

void Trajectory::add_wobble(const Wobble& wobble) {
  CHECK(wobble_count_ < kWobbles, "no room for another wobble");
  const std::size_t i = wobble_count_++;
  wobbles_.omega[i] = wobble.omega_radps;
  wobbles_.phase[i] = wobble.phase_rad;
  for (std::size_t j = 0; j < wobbles_.weight.size(); ++j) {
    wobbles_.weight[j][i] = wobble.weight[kTrunkPitch + j];
  }
}

std::size_t Trajectory::find(WorldTime t) const {
  CHECK(!pieces_.empty());
  const auto it = std::upper_bound(pieces_.begin(), pieces_.end(), t,
                                   [](WorldTime x, const Piece& p) { return x < p.end; });
  return static_cast<std::size_t>(std::min(it, pieces_.end() - 1) - pieces_.begin());
}

void Trajectory::evaluate(std::size_t& piece, WorldTime t, JointState& out) const {
  while (piece + 1 < pieces_.size() && t >= pieces_[piece].end) ++piece;
  const Piece& p = pieces_[piece];
  const WorldTime inside = std::clamp(t, p.begin, p.end);
  kinematics::RhythmView rhythm;
  const auto view = kinematics::view_of(*this, p, inside == t, rhythm);
  kinematics::Joints<double> joints;
  kinematics::piece_at<kChannels, std::uint64_t>(view, to_seconds(inside - p.begin), joints);
  if (view.rhythm) {
    const Rhythm& r = rhythms_[static_cast<std::size_t>(p.rhythm)];
    kinematics::add_rhythm<kChannels, std::uint64_t>(rhythm, to_seconds(inside - r.begin),
                                                     to_seconds(r.end - inside), joints);
  }
  kinematics::add_wobbles<std::uint64_t>(kinematics::wobbles_of(*this), to_seconds(t - begin_),
                                         joints);
  std::copy_n(joints.q, kChannels, out.q.begin());
  std::copy_n(joints.qd, kChannels, out.qd.begin());
  std::copy_n(joints.qdd, kChannels, out.qdd.begin());
}

namespace kinematics {

PieceView view_of(const Trajectory& trajectory, const Trajectory::Piece& p, bool moving,
                  RhythmView& rhythm) {
  const auto since_begin = [&](WorldTime t) { return (t - trajectory.begin()).count(); };
  PieceView view{{}, since_begin(p.begin), moving ? 1.0 : 0.0, nullptr};
  for (std::size_t k = 0; k < p.c.size(); ++k) view.c[k] = p.c[k].data();
  if (p.rhythm < 0) return view;
  const Rhythm& r = trajectory.rhythms()[static_cast<std::size_t>(p.rhythm)];
  rhythm = {r.ramp_s,
            r.omega_radps,
            r.phase_rad,
            r.wander_rad,
            r.wander_omega_radps,
            r.strike_mps2,
            since_begin(r.begin),
            since_begin(r.end),
            r.cosine.front().data(),
            r.sine.front().data()};
  view.rhythm = &rhythm;
  return view;
}

WobbleView wobbles_of(const Trajectory& trajectory) {
  const Trajectory::Wobbles& w = trajectory.wobbles();
  return {trajectory.wobble_count(), w.omega.data(), w.phase.data(), w.weight.front().data()};
}

}  // namespace kinematics
}  // namespace gauntlet::sim
