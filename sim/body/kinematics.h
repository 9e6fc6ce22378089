// Joint trajectories and the chain of segments at one instant, or at several side by side: `Real`
// is double or a vector of them, `Bits` the unsigned integers of the same width. Internal to this
// folder; skeleton.h and trajectory.h say what is computed.
//
// Only + - * / and bit operations, no fused multiply-add: every width gives the same bits, lane by
// lane. All is always_inline and calls nothing of the standard library, since the files that
// include this are compiled for different instruction sets and the linker must not mix them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/units.h"
#include "sim/body/skeleton.h"
#include "sim/body/trajectory.h"
#include "sim/body/trig.h"

namespace gauntlet::sim::kinematics {

// Where the sensors sit: fractions of the segment, and how far from the bone.
inline constexpr double kWatchAlongForearm = 0.92;
inline constexpr double kWatchOverBone_m = 0.028;
inline constexpr double kPhoneAlongThigh = 0.35;
inline constexpr double kPhoneInFront_m = 0.09;
inline constexpr double kPhoneOutward_m = 0.05;

template <class Real>
struct Joints {
  Real q[kChannels];
  Real qd[kChannels];
  Real qdd[kChannels];
};

template <class Real>
struct Inertial {
  Real force[3];
  Real rate[3];
};

// A rhythm with its arrays as plain pointers, [harmonic][channel]; times in ns since the
// trajectory's begin.
struct RhythmView {
  double ramp_s, omega, phase, wander, wander_omega, strike_mps2;
  std::int64_t begin_ns, end_ns;
  const double* cosine;
  const double* sine;
};

// One piece of the trajectory, likewise.
struct PieceView {
  const double* c[6];  // of powers of seconds since begin_ns, [channel]
  std::int64_t begin_ns;
  double moving;  // 0: the pose is held (beyond the trajectory's ends)
  const RhythmView* rhythm;
};

struct WobbleView {
  std::size_t count;
  const double* omega;
  const double* phase;
  const double* weight;  // [channel - kTrunkPitch][Trajectory::kWobbles]
};

// `moving`: whether instants lie inside the piece. `rhythm` holds what the view points to.
PieceView view_of(const Trajectory& trajectory, const Trajectory::Piece& piece, bool moving,
                  RhythmView& rhythm);
WobbleView wobbles_of(const Trajectory& trajectory);

template <class Real>
struct Envelope {
  Real e, d, dd;
};

// Minimum-jerk rise from 0 to 1 within `ramp` seconds; 0 before it, 1 after it.
template <class Real>
[[gnu::always_inline]] inline Envelope<Real> rise(Real t, double ramp) {
  const Real zero = t - t, one = zero + 1.0;
  Real u = t / ramp;
  u = u < zero ? zero : u;
  u = u > one ? one : u;
  const Real v = 1.0 - u;
  return {u * u * u * (10.0 - 15.0 * u + 6.0 * u * u), 30.0 * u * u * v * v / ramp,
          60.0 * u * v * (1.0 - 2.0 * u) / (ramp * ramp)};
}

template <std::size_t kCount, class Bits, class Real>
[[gnu::always_inline]] inline void add_rhythm(const RhythmView& r, Real t, Real left,
                                              Joints<Real>& out) {
  // Builders keep a rhythm longer than two ramps.
  const Real ramp = (t - t) + r.ramp_s;
  const auto falling = left < ramp;
  Envelope<Real> env = rise(falling ? left : t, r.ramp_s);
  env.d = falling ? -env.d : env.d;
  const BasicSinCos<Real> w = sincos_of<Bits>(r.wander_omega * t);
  const Real phase = r.phase + r.omega * t + r.wander * w.sin;
  const Real rate = r.omega + r.wander * r.wander_omega * w.cos;
  const Real rate_d = -r.wander * r.wander_omega * r.wander_omega * w.sin;

  // The movement and its derivatives by phase.
  Real p[kCount], dp[kCount], ddp[kCount];
  for (std::size_t j = 0; j < kCount; ++j) p[j] = dp[j] = ddp[j] = t - t;
  const BasicSinCos<Real> one = sincos_of<Bits>(phase);
  BasicSinCos<Real> h{one.sin, one.cos};
  for (std::size_t k = 0; k < Rhythm::kHarmonics; ++k) {
    const double n = static_cast<double>(k + 1);
    const double* a = r.cosine + k * kChannels;
    const double* b = r.sine + k * kChannels;
    for (std::size_t j = 0; j < kCount; ++j) {
      if (a[j] == 0 && b[j] == 0) continue;
      const Real value = a[j] * h.cos + b[j] * h.sin;
      const Real slope = n * (b[j] * h.cos - a[j] * h.sin);
      p[j] += value;
      dp[j] += slope;
      ddp[j] -= n * n * value;
    }
    h = {h.sin * one.cos + h.cos * one.sin, h.cos * one.cos - h.sin * one.sin};
  }
  for (std::size_t j = 0; j < kCount; ++j) {
    out.q[j] += env.e * p[j];
    out.qd[j] += env.d * p[j] + env.e * dp[j] * rate;
    out.qdd[j] += env.dd * p[j] + 2.0 * env.d * dp[j] * rate +
                  env.e * (ddp[j] * rate * rate + dp[j] * rate_d);
  }
}

// Channels [0, kCount). `s`: seconds since the piece's begin, never outside it.
template <std::size_t kCount, class Bits, class Real>
[[gnu::always_inline]] inline void piece_at(const PieceView& p, Real s, Joints<Real>& out) {
  for (std::size_t j = 0; j < kCount; ++j) {
    const double c2 = p.c[2][j], c3 = p.c[3][j], c4 = p.c[4][j], c5 = p.c[5][j];
    if (c2 == 0 && c3 == 0 && c4 == 0 && c5 == 0) {
      out.q[j] = (s - s) + p.c[0][j];
      out.qd[j] = out.qdd[j] = s - s;
      continue;
    }
    out.q[j] = p.c[0][j] + s * s * (c2 + s * (c3 + s * (c4 + s * c5)));
    out.qd[j] = p.moving * (s * (2 * c2 + s * (3 * c3 + s * (4 * c4 + s * (5 * c5)))));
    out.qdd[j] = p.moving * (2 * c2 + s * (6 * c3 + s * (12 * c4 + s * (20 * c5))));
  }
}

// `t`: seconds since the trajectory's begin.
template <class Bits, class Real>
[[gnu::always_inline]] inline void add_wobbles(const WobbleView& w, Real t, Joints<Real>& out) {
  for (std::size_t i = 0; i < w.count; ++i) {
    const double omega = w.omega[i];
    const BasicSinCos<Real> at = sincos_of<Bits>(omega * t + w.phase[i]);
    const Real v = at.sin, d = omega * at.cos, dd = -omega * omega * at.sin;
    for (std::size_t j = 0; j < kTremor - kTrunkPitch; ++j) {
      const double weight = w.weight[j * Trajectory::kWobbles + i];
      if (weight == 0) continue;
      out.q[kTrunkPitch + j] += weight * v;
      out.qd[kTrunkPitch + j] += weight * d;
      out.qdd[kTrunkPitch + j] += weight * dd;
    }
  }
}

// Angular rate, angular acceleration and specific force of a point of a rigid segment, in the
// segment's own frame, carried outward joint by joint (the forward pass of Newton-Euler: Craig,
// Introduction to Robotics, 6.5). Gravity enters once, as an upward acceleration of the root.
template <class Real>
struct Link {
  Real wx, wy, wz;
  Real ax, ay, az;  // angular acceleration
  Real fx, fy, fz;

  // Turns into the child's frame, which is rotated about the named axis by the angle of `r`.
  [[gnu::always_inline]] void turn_x(BasicSinCos<Real> r, Real rate, Real accel) {
    rotate(r, wy, wz);
    rotate(r, ay, az);
    rotate(r, fy, fz);
    ay += wz * rate;
    az -= wy * rate;
    ax += accel;
    wx += rate;
  }
  [[gnu::always_inline]] void turn_y(BasicSinCos<Real> r, Real rate, Real accel) {
    rotate(r, wz, wx);
    rotate(r, az, ax);
    rotate(r, fz, fx);
    ax -= wz * rate;
    az += wx * rate;
    ay += accel;
    wy += rate;
  }
  [[gnu::always_inline]] void turn_z(BasicSinCos<Real> r, Real rate, Real accel) {
    rotate(r, wx, wy);
    rotate(r, ax, ay);
    rotate(r, fx, fy);
    ax += wy * rate;
    ay -= wx * rate;
    az += accel;
    wz += rate;
  }
  // Moves to another point of the same segment.
  [[gnu::always_inline]] void shift(double x, double y, double z) {
    const Real cx = wy * z - wz * y, cy = wz * x - wx * z, cz = wx * y - wy * x;
    fx += ay * z - az * y + wy * cz - wz * cy;
    fy += az * x - ax * z + wz * cx - wx * cz;
    fz += ax * y - ay * x + wx * cy - wy * cx;
  }
  [[gnu::always_inline]] static void rotate(BasicSinCos<Real> r, Real& a, Real& b) {
    const Real t = r.cos * a + r.sin * b;
    b = r.cos * b - r.sin * a;
    a = t;
  }
};

template <class Bits, class Real>
[[gnu::always_inline]] inline Link<Real> pelvis_at(const Joints<Real>& s) {
  const Real zero = s.q[kHeading] - s.q[kHeading];
  Link<Real> l{zero,
               zero,
               zero,
               zero,
               zero,
               zero,
               s.qdd[kPelvisX],
               s.qdd[kPelvisY],
               s.qdd[kPelvisZ] + kStandardGravity_mps2};
  l.turn_z(sincos_of<Bits>(s.q[kHeading]), s.qd[kHeading], s.qdd[kHeading]);
  return l;
}

template <class Bits, class Real>
[[gnu::always_inline]] inline Inertial<Real> wrist_at(const Joints<Real>& s, const Limbs& limbs,
                                                      Side side) {
  Link<Real> l = pelvis_at<Bits>(s);
  // Flexions and rotations turn against the right-hand rule of their axes.
  l.turn_y(sincos_of<Bits>(s.q[kTrunkPitch]), s.qd[kTrunkPitch], s.qdd[kTrunkPitch]);
  l.shift(0, limbs.shoulder_m, limbs.trunk_m);
  l.turn_y(sincos_of<Bits>(-s.q[kShoulderFlexion]), -s.qd[kShoulderFlexion],
           -s.qdd[kShoulderFlexion]);
  l.turn_x(sincos_of<Bits>(s.q[kShoulderAbduction]), s.qd[kShoulderAbduction],
           s.qdd[kShoulderAbduction]);
  l.turn_z(sincos_of<Bits>(-s.q[kHumeralRotation]), -s.qd[kHumeralRotation],
           -s.qdd[kHumeralRotation]);
  l.shift(0, 0, -limbs.upper_arm_m);
  l.turn_y(sincos_of<Bits>(-s.q[kElbow]), -s.qd[kElbow], -s.qdd[kElbow]);
  l.turn_z(sincos_of<Bits>(-s.q[kPronation]), -s.qd[kPronation], -s.qdd[kPronation]);
  l.shift(0, kWatchOverBone_m, -kWatchAlongForearm * limbs.forearm_m);
  // Forearm frame to watch frame: x = -z, y = -x, z = y. Reflecting in the sagittal plane keeps
  // forces and turns the sign of rates; the right wrist's x points to the elbow.
  if (side == Side::left) return {{-l.fz, -l.fx, l.fy}, {-l.wz, -l.wx, l.wy}};
  return {{l.fz, -l.fx, l.fy}, {-l.wz, l.wx, -l.wy}};
}

// `m`: pocket_mount(), row by row.
template <class Bits, class Real>
[[gnu::always_inline]] inline Inertial<Real> pocket_at(const Joints<Real>& s, const Limbs& limbs,
                                                       Side side, const double* m) {
  const double outward = side == Side::left ? 1 : -1;
  Link<Real> l = pelvis_at<Bits>(s);
  l.shift(0, outward * limbs.hip_m, 0);
  l.turn_y(sincos_of<Bits>(-s.q[kThigh]), -s.qd[kThigh], -s.qdd[kThigh]);
  l.shift(kPhoneInFront_m, outward * kPhoneOutward_m, -kPhoneAlongThigh * limbs.thigh_m);
  // Thigh frame to upright phone: x = y (left of the person is right of the screen), y = z, z = x.
  Inertial<Real> out;
  for (std::size_t i = 0; i < 3; ++i) {
    out.force[i] = m[3 * i] * l.fy + m[3 * i + 1] * l.fz + m[3 * i + 2] * l.fx;
    out.rate[i] = m[3 * i] * l.wy + m[3 * i + 1] * l.wz + m[3 * i + 2] * l.wx;
  }
  return out;
}

// A constant direction of the world, carried outward as the chain above carries forces.
template <class Real>
struct Direction {
  Real x, y, z;
  [[gnu::always_inline]] void turn_x(BasicSinCos<Real> r) { Link<Real>::rotate(r, y, z); }
  [[gnu::always_inline]] void turn_y(BasicSinCos<Real> r) { Link<Real>::rotate(r, z, x); }
  [[gnu::always_inline]] void turn_z(BasicSinCos<Real> r) { Link<Real>::rotate(r, x, y); }
};

// The left arm is computed for both sides: for the right one the world is mirrored before, and what
// comes out after, as forces are.
template <class Bits, class Real>
[[gnu::always_inline]] inline void wrist_direction(const Joints<Real>& s, Side side,
                                                   const double* world, Real* out) {
  const Real zero = s.q[kHeading] - s.q[kHeading];
  Direction<Real> d{zero + world[0], zero + (side == Side::left ? world[1] : -world[1]),
                    zero + world[2]};
  d.turn_z(sincos_of<Bits>(s.q[kHeading]));
  d.turn_y(sincos_of<Bits>(s.q[kTrunkPitch]));
  d.turn_y(sincos_of<Bits>(-s.q[kShoulderFlexion]));
  d.turn_x(sincos_of<Bits>(s.q[kShoulderAbduction]));
  d.turn_z(sincos_of<Bits>(-s.q[kHumeralRotation]));
  d.turn_y(sincos_of<Bits>(-s.q[kElbow]));
  d.turn_z(sincos_of<Bits>(-s.q[kPronation]));
  out[0] = side == Side::left ? -d.z : d.z;
  out[1] = -d.x;
  out[2] = d.y;
}

template <class Bits, class Real>
[[gnu::always_inline]] inline void pocket_direction(const Joints<Real>& s, const double* m,
                                                    const double* world, Real* out) {
  const Real zero = s.q[kHeading] - s.q[kHeading];
  Direction<Real> d{zero + world[0], zero + world[1], zero + world[2]};
  d.turn_z(sincos_of<Bits>(s.q[kHeading]));
  d.turn_y(sincos_of<Bits>(-s.q[kThigh]));
  for (std::size_t i = 0; i < 3; ++i) {
    out[i] = m[3 * i] * d.y + m[3 * i + 1] * d.z + m[3 * i + 2] * d.x;
  }
}

}  // namespace gauntlet::sim::kinematics
