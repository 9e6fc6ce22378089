// The chain from the ground to a sensor: pelvis, trunk, shoulder, elbow, forearm to the wrist, and
// pelvis, thigh to a trouser pocket.
//
// World frame W: x forward (at heading 0), y left, z up. All computed for the left arm; the right
// one is its mirror image. Joint angles, radians, 0 for a person standing with arms hanging and
// thumbs forward:
//   heading      turn to the left                 trunk pitch  lean forward (-pi/2: on the back)
//   shoulder     flexion forward, abduction to the side, rotation of the humerus inward
//   elbow        flexion                          pronation    dorsum of the hand forward
//   thigh        knee forward, against the vertical (not against the trunk)
//
// Watch frame S: x towards 3 o'clock, y towards 12 o'clock, z out of the screen; on the left wrist
// x points to the hand and y to the little finger. Phone frame S: x right, y up the screen, z out.
//
// Segment lengths are fractions of height: Winter, Biomechanics and Motor Control of Human
// Movement, fig. 4.1. Leaves out: soft tissue, spine, shoulder girdle, contact forces, both wrist
// joints.
#pragma once

#include <array>

#include "sim/body/person.h"
#include "sim/body/trajectory.h"

namespace gauntlet::sim {

using Vec3 = std::array<double, 3>;

struct Limbs {
  double trunk_m, shoulder_m, upper_arm_m, forearm_m, thigh_m, shank_m, hip_m;
  explicit Limbs(double height_m);
};

// Of one sensor, in its own frame.
struct InertialState {
  Vec3 specific_force_mps2;
  Vec3 angular_rate_radps;
};

InertialState wrist_state(const JointState& joints, const Limbs& limbs, Side side);
// `mount` turns the frame of a phone that stands upright with its screen forward into the real one,
// row by row.
using Mount = std::array<Vec3, 3>;
Mount pocket_mount(const PlacementOptions& placement);
InertialState pocket_state(const JointState& joints, const Limbs& limbs, Side side,
                           const Mount& mount);

// Where the left wrist's sensor is, in W.
Vec3 wrist_position_m(const Pose& pose, const Limbs& limbs);

}  // namespace gauntlet::sim
