#include "sim/body/motion.h"

#include <utility>

#include "core/base/units.h"
#include "sim/body/skeleton.h"

namespace gauntlet::sim {
namespace {

void store(const Vec3& v, float*& out) {
  if (!out) return;
  out[0] = static_cast<float>(v[0]);
  out[1] = static_cast<float>(v[1]);
  out[2] = static_cast<float>(v[2]);
  out += 3;
}

template <class StateAt>
void evaluate_all(const Trajectory& trajectory, std::span<const WorldTime> t, float* force,
                  float* rate, StateAt state_at) {
  if (t.empty()) return;
  std::size_t piece = trajectory.find(t.front());
  JointState joints;
  for (const WorldTime at : t) {
    const InertialState s = state_at(piece, at, joints);
    store(s.specific_force_mps2, force);
    store(s.angular_rate_radps, rate);
  }
}

class WornMotion final : public Motion {
 public:
  WornMotion(std::shared_ptr<const Script> script, Worn worn)
      : script_(std::move(script)),
        limbs_(script_->person().body.height_m),
        worn_(worn),
        mount_(pocket_mount(script_->person().placement)) {}

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    const PlacementOptions& p = script_->person().placement;
    const Trajectory& trajectory = script_->trajectory();
    if (worn_ == Worn::wrist) {
      evaluate_all(trajectory, t, force, rate,
                   [&](std::size_t& piece, WorldTime at, JointState& joints) {
                     trajectory.evaluate(piece, at, joints);
                     return wrist_state(joints, limbs_, p.wrist);
                   });
    } else {
      evaluate_all(trajectory, t, force, rate,
                   [&](std::size_t& piece, WorldTime at, JointState& joints) {
                     trajectory.evaluate_legs(piece, at, joints);
                     return pocket_state(joints, limbs_, p.pocket, mount_);
                   });
    }
  }

 private:
  std::shared_ptr<const Script> script_;
  Limbs limbs_;
  Worn worn_;
  Mount mount_;
};

class StillMotion final : public Motion {
 public:
  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      store({0, 0, kStandardGravity_mps2}, force);
      store({0, 0, 0}, rate);
    }
  }
};

}  // namespace

std::unique_ptr<Motion> make_motion(std::shared_ptr<const Script> script, Worn worn) {
  return std::make_unique<WornMotion>(std::move(script), worn);
}

std::unique_ptr<Motion> make_still_motion() { return std::make_unique<StillMotion>(); }

}  // namespace gauntlet::sim
