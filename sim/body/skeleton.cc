#include "sim/body/skeleton.h"

#include <algorithm>
#include <numbers>

#include "sim/body/kinematics.h"

namespace gauntlet::sim {
namespace {

kinematics::Joints<double> joints_of(const JointState& s) {
  kinematics::Joints<double> joints;
  std::copy(s.q.begin(), s.q.end(), joints.q);
  std::copy(s.qd.begin(), s.qd.end(), joints.qd);
  std::copy(s.qdd.begin(), s.qdd.end(), joints.qdd);
  return joints;
}

InertialState state_of(const kinematics::Inertial<double>& s) {
  return {{s.force[0], s.force[1], s.force[2]}, {s.rate[0], s.rate[1], s.rate[2]}};
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
  return state_of(kinematics::wrist_at<std::uint64_t>(joints_of(s), limbs, side));
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
  return state_of(
      kinematics::pocket_at<std::uint64_t>(joints_of(s), limbs, side, m.front().data()));
}

Vec3 wrist_position_m(const Pose& q, const Limbs& limbs) {
  Point p{0, kinematics::kWatchOverBone_m, -kinematics::kWatchAlongForearm * limbs.forearm_m};
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
