#include "sim/body/shaking.h"

#include <algorithm>
#include <cmath>

#include "sim/engine/normal_bulk.h"

namespace gauntlet::sim {
namespace {

using detail::ShakeView;

constexpr std::size_t kCoarse = 0, kFine = 1;
// Lattice steps of the coarse band such that the relaxed wrist's mean frequency between 4 and 15
// Hz is the centre, and the share of its rms that lies there: what the two of DynamicsOptions mean.
// By the integral of the spectrum, at 7.3 Hz. The fine band is even from 10 to 24 Hz, as loaded
// arms shake in recorded sets.
constexpr double kCoarseSteps = 0.38, kInBand = 0.966;
constexpr double kFineStep_ns = 19e6;

// Along x, y, z of the watch, rms 1 together: recorded people seated, gym sets, people walking.
using Axes = std::array<float, 4>;
constexpr Axes kRelaxed{0.46F, 0.77F, 0.43F, 0};
constexpr Axes kLoaded{0.35F, 0.41F, 0.84F, 0};
constexpr Axes kStepping{0.88F, 0.27F, 0.39F, 0};
constexpr Axes kPocket{0.55F, 0.55F, 0.63F, 0};

// Of the relaxed wrist's tremor, of each more of it under load, and of a step's impact: what of it
// is in which band, at the wrist and in the pocket. Recorded wrists feel of the pocket's steps a
// half at 3 to 8 Hz, a third at 8 to 12 and a fifth above.
constexpr double kFineOfRest = 0.35, kCoarseOfLoad = 0.15, kFineOfLoad = 1.2;
constexpr std::array<double, 2> kRestAtPocket{1, 0.3}, kLoadAtPocket{1, 0.7};
constexpr std::array<double, 2> kCoarseOfStep{0.2, 1}, kFineOfStep{0.055, 0.5};

ShakeView view_of(const Shaking::Options& o, bool wrist) {
  ShakeView v{};
  const std::size_t at = wrist ? 0 : 1;
  const double step_ns[]{1e9 * kCoarseSteps / o.centre_hz, kFineStep_ns};
  const double rest = o.rms_mps2 / kInBand * kRestAtPocket[at];
  const double load = o.load_mps2 * kLoadAtPocket[at];
  v.rest[kCoarse] = rest;
  v.rest[kFine] = kFineOfRest * rest;
  v.load[kCoarse] = kCoarseOfLoad * load;
  v.load[kFine] = kFineOfLoad * load;
  v.strike[kCoarse] = kCoarseOfStep[at];
  v.strike[kFine] = kFineOfStep[at];
  v.axes[kCoarse] = wrist ? kRelaxed.data() : kPocket.data();
  v.axes[kFine] = wrist ? kLoaded.data() : kPocket.data();
  v.step_axes = wrist ? kStepping.data() : kPocket.data();
  for (std::size_t b = 0; b < ShakeView::kBands; ++b) {
    v.bands[b].per_step = 1 / step_ns[b];
    v.bands[b].step_s = static_cast<float>(1e-9 * step_ns[b]);
  }
  v.per_lever = static_cast<float>(1 / o.lever_m);
  return v;
}

std::int64_t floor_of(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Shaking::Shaking(const Options& o, const RandomStream& stream)
    : views_{view_of(o, true), view_of(o, false)}, on_(o.rms_mps2 > 0) {
  RandomStream key = stream;
  for (auto& k : keys_) k = key.bits();
}

// Draws what the first instants need, and more if more is to come; returns how many of them have
// all they need, at least one.
std::size_t Shaking::Drawn::cover(const std::int64_t* t_ns, std::size_t count) {
  for (std::size_t b = 0; b < ShakeView::kBands; ++b) {
    Band& band = bands_[b];
    const double per_step = shaking_.views_[0].bands[b].per_step;
    // A step more on either side than the kernel reads: rounding may put an instant in the next
    // cell.
    const auto first_of = [per_step](std::int64_t t) {
      return static_cast<std::int64_t>(std::floor(static_cast<double>(t) * per_step)) - 2;
    };
    const auto end_of = [&](std::int64_t t) { return first_of(t) + 6; };
    const bool fits = first_of(t_ns[0]) >= band.first && end_of(t_ns[0]) <= band.end;
    if (!fits || (end_of(t_ns[count - 1]) > band.end && first_of(t_ns[0]) > band.first)) {
      constexpr auto kMost = static_cast<std::int64_t>(kPoints);
      constexpr auto kEach = static_cast<std::int64_t>(kGroup);
      band.first = first_of(t_ns[0]);
      band.end = std::min(end_of(std::max(last_ns_, t_ns[0])), band.first + kMost);
      const std::int64_t group = floor_of(3 * band.first, kEach);
      const std::int64_t groups = floor_of(3 * band.end + kEach - 1, kEach) - group;
      band.origin = group * kEach;
      detail::best_normal_kernel().floats(
          shaking_.keys_[b], static_cast<std::uint64_t>(group) * detail::NormalKernel::kCounters,
          band.values.data(), static_cast<std::size_t>(groups));
      for (std::size_t i = 0; i < static_cast<std::size_t>(groups) * kGroup; ++i) {
        float& z = band.values[i];
        z = z * (8 + z * z) * 0.08873565F;
      }
    }
    while (count > 1 && end_of(t_ns[count - 1]) > band.end) count = (count + 1) / 2;
  }
  return count;
}

void Shaking::add(const detail::MotionKernel& kernel, const kinematics::PieceView& piece,
                  bool wrist, const detail::MotionRun& run, Drawn& drawn) const {
  if (!on_) return;
  ShakeView view = views_[wrist ? 0 : 1];
  for (std::size_t at = 0; at < run.count;) {
    const std::size_t n = drawn.cover(run.t_ns + at, run.count - at);
    for (std::size_t b = 0; b < ShakeView::kBands; ++b) {
      view.bands[b].values = drawn.bands_[b].values.data();
      view.bands[b].origin = drawn.bands_[b].origin;
    }
    const auto row = [at](float* out) { return out ? out + 3 * at : nullptr; };
    kernel.shake(piece, view,
                 {run.t_ns + at, run.inside_ns + at, n, row(run.specific_force_mps2),
                  row(run.angular_rate_radps), nullptr});
    at += n;
  }
}

}  // namespace gauntlet::sim
