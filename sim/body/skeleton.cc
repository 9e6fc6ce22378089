#include "sim/body/skeleton.h"

#include <cmath>
#include <numbers>

#include "core/base/units.h"
#include "sim/body/trig.h"

namespace gauntlet::sim {
namespace {

// Fractions of the segment at which the sensors sit, and how far from the bone.
constexpr double kWatchAlongForearm = 0.92;
constexpr double kWatchOverBone_m = 0.028;
constexpr double kPhoneAlongThigh = 0.35;
constexpr double kPhoneInFront_m = 0.09;
constexpr double kPhoneOutward_m = 0.05;

// Angular rate, angular acceleration and specific force of a point of a rigid segment, in the
// segment's own frame, carried outward joint by joint (the forward pass of Newton-Euler: Craig,
// Introduction to Robotics, 6.5). Gravity enters once, as an upward acceleration of the root.
struct Link {
  double wx = 0, wy = 0, wz = 0;
  double ax = 0, ay = 0, az = 0;  // angular acceleration
  double fx = 0, fy = 0, fz = 0;

  // Turns into the child's frame, which is rotated by `angle` about the named axis.
  void turn_x(double angle, double rate, double accel) {
    const SinCos r = sincos(angle);
    rotate(r, wy, wz);
    rotate(r, ay, az);
    rotate(r, fy, fz);
    ay += wz * rate;
    az -= wy * rate;
    ax += accel;
    wx += rate;
  }
  void turn_y(double angle, double rate, double accel) {
    const SinCos r = sincos(angle);
    rotate(r, wz, wx);
    rotate(r, az, ax);
    rotate(r, fz, fx);
    ax -= wz * rate;
    az += wx * rate;
    ay += accel;
    wy += rate;
  }
  void turn_z(double angle, double rate, double accel) {
    const SinCos r = sincos(angle);
    rotate(r, wx, wy);
    rotate(r, ax, ay);
    rotate(r, fx, fy);
    ax += wy * rate;
    ay -= wx * rate;
    az += accel;
    wz += rate;
  }
  // Moves to another point of the same segment.
  void shift(double x, double y, double z) {
    const double cx = wy * z - wz * y, cy = wz * x - wx * z, cz = wx * y - wy * x;
    fx += ay * z - az * y + wy * cz - wz * cy;
    fy += az * x - ax * z + wz * cx - wx * cz;
    fz += ax * y - ay * x + wx * cy - wy * cx;
  }

 private:
  static void rotate(SinCos r, double& a, double& b) {
    const double t = r.cos * a + r.sin * b;
    b = r.cos * b - r.sin * a;
    a = t;
  }
};

Link pelvis(const JointState& s) {
  Link l;
  l.fx = s.qdd[kPelvisX];
  l.fy = s.qdd[kPelvisY];
  l.fz = s.qdd[kPelvisZ] + kStandardGravity_mps2;
  l.turn_z(s.q[kHeading], s.qd[kHeading], s.qdd[kHeading]);
  return l;
}

// A point's position, carried the other way: from the tip to the root.
struct Point {
  double x, y, z;
  void turn_x(double angle) { rotate(sincos(angle), y, z); }
  void turn_y(double angle) { rotate(sincos(angle), z, x); }
  void turn_z(double angle) { rotate(sincos(angle), x, y); }

 private:
  static void rotate(SinCos r, double& a, double& b) {
    const double t = r.cos * a - r.sin * b;
    b = r.sin * a + r.cos * b;
    a = t;
  }
};

}  // namespace

Limbs::Limbs(double height_m)
    : trunk_m(0.288 * height_m),
      shoulder_m(0.129 * height_m),
      upper_arm_m(0.186 * height_m),
      forearm_m(0.146 * height_m),
      thigh_m(0.245 * height_m),
      shank_m(0.246 * height_m),
      hip_m(0.0955 * height_m) {}

InertialState wrist_state(const JointState& s, const Limbs& limbs, Side side) {
  Link l = pelvis(s);
  l.turn_y(s.q[kTrunkPitch], s.qd[kTrunkPitch], s.qdd[kTrunkPitch]);
  l.shift(0, limbs.shoulder_m, limbs.trunk_m);
  l.turn_y(-s.q[kShoulderFlexion], -s.qd[kShoulderFlexion], -s.qdd[kShoulderFlexion]);
  l.turn_x(s.q[kShoulderAbduction], s.qd[kShoulderAbduction], s.qdd[kShoulderAbduction]);
  l.turn_z(-s.q[kHumeralRotation], -s.qd[kHumeralRotation], -s.qdd[kHumeralRotation]);
  l.shift(0, 0, -limbs.upper_arm_m);
  l.turn_y(-s.q[kElbow], -s.qd[kElbow], -s.qdd[kElbow]);
  l.turn_z(-s.q[kPronation], -s.qd[kPronation], -s.qdd[kPronation]);
  l.shift(0, kWatchOverBone_m, -kWatchAlongForearm * limbs.forearm_m);
  // Forearm frame to watch frame: x = -z, y = -x, z = y. Reflecting in the sagittal plane keeps
  // forces and turns the sign of rates; the right wrist's x points to the elbow.
  if (side == Side::left) return {{-l.fz, -l.fx, l.fy}, {-l.wz, -l.wx, l.wy}};
  return {{l.fz, -l.fx, l.fy}, {-l.wz, l.wx, -l.wy}};
}

Mount pocket_mount(const PlacementOptions& p) {
  constexpr double kDeg = std::numbers::pi / 180;
  const SinCos r = sincos(p.pocket_roll_deg * kDeg), t = sincos(p.pocket_pitch_deg * kDeg),
               y = sincos(p.pocket_yaw_deg * kDeg);
  // Rz(roll)^T Rx(pitch)^T Ry(yaw)^T: intrinsic y, x, z.
  return {{{r.cos * y.cos + r.sin * t.sin * y.sin, r.sin * t.cos,
            -r.cos * y.sin + r.sin * t.sin * y.cos},
           {-r.sin * y.cos + r.cos * t.sin * y.sin, r.cos * t.cos,
            r.sin * y.sin + r.cos * t.sin * y.cos},
           {t.cos * y.sin, -t.sin, t.cos * y.cos}}};
}

InertialState pocket_state(const JointState& s, const Limbs& limbs, Side side, const Mount& m) {
  const double outward = side == Side::left ? 1 : -1;
  Link l = pelvis(s);
  l.shift(0, outward * limbs.hip_m, 0);
  l.turn_y(-s.q[kThigh], -s.qd[kThigh], -s.qdd[kThigh]);
  l.shift(kPhoneInFront_m, outward * kPhoneOutward_m, -kPhoneAlongThigh * limbs.thigh_m);
  // Thigh frame to upright phone: x = y (left of the person is right of the screen), y = z, z = x.
  const Vec3 f{l.fy, l.fz, l.fx}, w{l.wy, l.wz, l.wx};
  InertialState out{};
  for (std::size_t i = 0; i < 3; ++i) {
    out.specific_force_mps2[i] = m[i][0] * f[0] + m[i][1] * f[1] + m[i][2] * f[2];
    out.angular_rate_radps[i] = m[i][0] * w[0] + m[i][1] * w[1] + m[i][2] * w[2];
  }
  return out;
}

Vec3 wrist_position_m(const Pose& q, const Limbs& limbs) {
  Point p{0, kWatchOverBone_m, -kWatchAlongForearm * limbs.forearm_m};
  p.turn_z(-q[kPronation]);
  p.turn_y(-q[kElbow]);
  p.z -= limbs.upper_arm_m;
  p.turn_z(-q[kHumeralRotation]);
  p.turn_x(q[kShoulderAbduction]);
  p.turn_y(-q[kShoulderFlexion]);
  p.y += limbs.shoulder_m;
  p.z += limbs.trunk_m;
  p.turn_y(q[kTrunkPitch]);
  p.turn_z(q[kHeading]);
  return {p.x + q[kPelvisX], p.y + q[kPelvisY], p.z + q[kPelvisZ]};
}

}  // namespace gauntlet::sim
