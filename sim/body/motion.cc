#include "sim/body/motion.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/units.h"
#include "sim/body/motion_kernel.h"

namespace gauntlet::sim {
namespace {

void store(const Vec3& v, float*& out) {
  if (!out) return;
  out[0] = static_cast<float>(v[0]);
  out[1] = static_cast<float>(v[1]);
  out[2] = static_cast<float>(v[2]);
  out += 3;
}

class WornMotion final : public Motion {
 public:
  WornMotion(std::shared_ptr<const Script> script, Worn worn)
      : script_(std::move(script)),
        worn_(worn),
        mount_(pocket_mount(script_->person().placement)),
        wobbles_(kinematics::wobbles_of(script_->trajectory())) {}

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    run(t, force, rate, nullptr, nullptr);
  }
  void see(std::span<const WorldTime> t, const Vec3& world, float* seen) const override {
    run(t, nullptr, nullptr, &world, seen);
  }

  const PersonOptions* person() const override { return &script_->person(); }
  void pose(WorldTime t, Pose& q) const override {
    std::size_t piece = script_->trajectory().find(t);
    JointState joints;
    script_->trajectory().evaluate(piece, t, joints);
    q = joints.q;
  }
  double effort(WorldTime t) const override { return script_->effort(t); }
  std::array<double, 3> position_m(WorldTime t) const override {
    const auto at = script_->position(t);
    return {at.x_m, at.y_m, 1};
  }
  double cadence_hz(WorldTime t) const override {
    if (const TrueSet* set = happening(script_->sets(), t)) {
      return static_cast<double>(set->repetitions.size()) / to_seconds(set->end - set->begin);
    }
    const Trajectory& trajectory = script_->trajectory();
    const Trajectory::Piece& piece = trajectory.pieces()[trajectory.find(t)];
    if (piece.rhythm < 0 || t < piece.begin || t >= piece.end) return 0;
    const Rhythm& r = trajectory.rhythms()[static_cast<std::size_t>(piece.rhythm)];
    // The harmonic that goes up and down most: a step is half a stride.
    std::size_t most = 0;
    const auto height = [&r](std::size_t k) {
      return std::abs(r.cosine[k][kPelvisZ]) + std::abs(r.sine[k][kPelvisZ]);
    };
    for (std::size_t k = 1; k < Rhythm::kHarmonics; ++k) {
      if (height(k) > height(most)) most = k;
    }
    return static_cast<double>(most + 1) * r.omega_radps / (2 * std::numbers::pi);
  }

 private:
  template <class Stretch>
  static const Stretch* happening(const std::vector<Stretch>& all, WorldTime t) {
    const auto next = std::upper_bound(all.begin(), all.end(), t,
                                       [](WorldTime x, const Stretch& s) { return x < s.begin; });
    if (next == all.begin() || t >= (next - 1)->end) return nullptr;
    return &*(next - 1);
  }
  static constexpr std::size_t kBlock = 128;

  void run(std::span<const WorldTime> t, float* force, float* rate, const Vec3* world,
           float* seen) const {
    if (t.empty()) return;
    const Trajectory& trajectory = script_->trajectory();
    const auto& pieces = trajectory.pieces();
    const PlacementOptions& p = script_->person().placement;
    const detail::MotionKernel& kernel = detail::best_motion_kernel();
    const detail::MotionKernel::Body body{Limbs(script_->person().body.height_m),
                                          worn_ == Worn::wrist ? p.wrist : p.pocket,
                                          mount_.front().data(), world ? world->data() : nullptr};
    std::size_t piece = trajectory.find(t.front());
    std::int64_t t_ns[kBlock], inside_ns[kBlock];
    Shaking::Drawn drawn(script_->shaking(), (t.back() - trajectory.begin()).count());
    for (std::size_t at = 0; at < t.size();) {
      while (piece + 1 < pieces.size() && t[at] >= pieces[piece].end) ++piece;
      const Trajectory::Piece& here = pieces[piece];
      // As many as lie, like the first one, inside the piece or beyond the trajectory's end.
      const bool moving = t[at] >= here.begin && t[at] <= here.end;
      const bool last = piece + 1 == pieces.size();
      std::size_t n = 0;
      for (; n < std::min(kBlock, t.size() - at); ++n) {
        const WorldTime now = t[at + n];
        if ((!last && now >= here.end) || (now >= here.begin && now <= here.end) != moving) break;
        t_ns[n] = (now - trajectory.begin()).count();
        inside_ns[n] = (std::clamp(now, here.begin, here.end) - trajectory.begin()).count();
      }
      kinematics::RhythmView rhythm;
      const auto view = kinematics::view_of(trajectory, here, moving, rhythm);
      const auto row = [at](float* out) { return out ? out + 3 * at : nullptr; };
      const detail::MotionRun block{t_ns, inside_ns, n, row(force), row(rate), row(seen)};
      (worn_ == Worn::wrist ? kernel.wrist : kernel.pocket)(view, wobbles_, body, block);
      if (force || rate) {
        script_->shaking().add(kernel, view, worn_ == Worn::wrist, block, drawn);
      }
      at += n;
    }
  }

  std::shared_ptr<const Script> script_;
  Worn worn_;
  Mount mount_;
  kinematics::WobbleView wobbles_;
};

class StillMotion final : public Motion {
 public:
  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      store({0, 0, kStandardGravity_mps2}, force);
      store({0, 0, 0}, rate);
    }
  }
  void see(std::span<const WorldTime> t, const Vec3& world, float* seen) const override {
    for (std::size_t i = 0; i < t.size(); ++i) store(world, seen);
  }
};

}  // namespace

namespace detail {

const MotionKernel& best_motion_kernel() {
  static const MotionKernel best = [] {
    for (const MotionKernel& kernel : {avx512_motion_kernel(), avx2_motion_kernel()}) {
      if (kernel.supported) return kernel;
    }
    return baseline_motion_kernel();
  }();
  return best;
}

}  // namespace detail

std::unique_ptr<Motion> make_motion(std::shared_ptr<const Script> script, Worn worn) {
  return std::make_unique<WornMotion>(std::move(script), worn);
}

std::unique_ptr<Motion> make_still_motion() { return std::make_unique<StillMotion>(); }

}  // namespace gauntlet::sim
