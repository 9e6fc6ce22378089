// Where every joint is at every instant: twice continuously differentiable curves in the
// generalised coordinates of the skeleton, with their first and second derivatives in closed form.
//
//   q(t) = quintic between key poses (position, velocity 0, acceleration at both ends)
//        + rhythm (gait, dragging: up to eight harmonics under a smooth envelope)
//        + sway (a few fixed oscillators)
//
// A quintic with zero end accelerations is the minimum-jerk movement (Flash and Hogan 1985); end
// accelerations other than zero let a movement turn without stopping.
// Thread safety: const use from several threads is safe.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "core/base/time.h"

namespace gauntlet::sim {

// Generalised coordinates; metres and radians, see skeleton.h for axes and signs.
enum Channel : std::size_t {
  kPelvisX,  // forward, m
  kPelvisY,  // left, m
  kPelvisZ,  // up, m
  kHeading,  // left turn
  kThigh,
  kLegChannels,  // the ones before are all that a pocket feels
  kTrunkPitch = kLegChannels,
  kShoulderFlexion,
  kShoulderAbduction,
  kHumeralRotation,
  kElbow,
  kPronation,
  kTremor,  // gain of the tremor (shaking.h), 1 when relaxed
  kChannels
};

using Pose = std::array<double, kChannels>;

struct JointState {
  Pose q{};
  Pose qd{};
  Pose qdd{};
};

// One periodic movement, between begin and end, faded in and out over `ramp_s`.
// phase(t) = phase + omega t + wander sin(wander_omega t), t from `begin`.
struct Rhythm {
  static constexpr std::size_t kHarmonics = 8;
  WorldTime begin, end;
  double ramp_s = 0.6;
  double omega_radps = 0;
  double phase_rad = 0;
  double wander_rad = 0;
  double wander_omega_radps = 0;
  double strike_mps2 = 0;  // rms of what impacts shake at the thigh, shaking.h
  std::array<Pose, kHarmonics> cosine{};
  std::array<Pose, kHarmonics> sine{};
};

// Always on, in the trunk and the arm.
struct Wobble {
  double omega_radps = 0;
  double phase_rad = 0;
  Pose weight{};  // of channels [kTrunkPitch, kTremor)
};

class Trajectory {
 public:
  static constexpr std::ptrdiff_t kNoRhythm = -1;
  static constexpr std::size_t kWobbles = 2;  // at most

  void start(WorldTime t, const Pose& pose);
  // A quintic from the last key pose. `acceleration` is that of the new key pose, per second
  // squared. `t` must be later than the last key pose.
  void move_to(WorldTime t, const Pose& pose, const Pose& acceleration = {},
               std::ptrdiff_t rhythm = kNoRhythm);
  std::ptrdiff_t add_rhythm(const Rhythm& rhythm);
  void add_wobble(const Wobble& wobble);

  WorldTime begin() const { return begin_; }
  WorldTime end() const { return last_.t; }
  const Pose& last_pose() const { return last_.q; }
  // Nothing more will be added: gives back what was reserved for it.
  void finish() {
    pieces_.shrink_to_fit();
    rhythms_.shrink_to_fit();
  }
  std::size_t bytes() const {
    return sizeof *this + pieces_.capacity() * sizeof(Piece) + rhythms_.capacity() * sizeof(Rhythm);
  }

  // The piece that holds `t` (the first or last one beyond the ends, where the person stands still
  // but for sway and tremor).
  std::size_t find(WorldTime t) const;
  // `piece` is a hint that moves forward only: start it at find(first t) and feed times in order.
  void evaluate(std::size_t& piece, WorldTime t, JointState& out) const;

  // What whoever evaluates many instants at once needs (kinematics.h).
  struct Piece {
    WorldTime begin, end;
    std::ptrdiff_t rhythm;
    std::array<Pose, 6> c;  // coefficients of powers of seconds since begin
  };
  // As arrays, [channel - kTrunkPitch][wobble].
  struct Wobbles {
    std::array<double, kWobbles> omega{}, phase{};
    std::array<std::array<double, kWobbles>, kTremor - kTrunkPitch> weight{};
  };
  const std::vector<Piece>& pieces() const { return pieces_; }
  const std::vector<Rhythm>& rhythms() const { return rhythms_; }
  const Wobbles& wobbles() const { return wobbles_; }
  std::size_t wobble_count() const { return wobble_count_; }

 private:
  struct Key {
    WorldTime t;
    Pose q{};
    Pose a{};
  };

  WorldTime begin_{};
  Key last_;
  std::vector<Piece> pieces_;
  std::vector<Rhythm> rhythms_;
  Wobbles wobbles_;
  std::size_t wobble_count_ = 0;
};

}  // namespace gauntlet::sim
