#include "sim/body/shaking.h"

#include <span>

#include "sim/body/trig.h"

namespace gauntlet::sim {
namespace {

constexpr std::size_t kCoarse = 0;
// Lattice steps of the coarse octave such that the relaxed wrist's mean frequency between 4 and 15
// Hz is the centre, and the share of its rms that lies there: what the two of DynamicsOptions mean.
// By the integral of the spectrum, at 7.3 Hz. The fine octave is even up to 20 Hz, as loaded arms
// shake in recorded sets.
constexpr double kCoarseSteps = 0.38, kInBand = 0.966;
constexpr std::int64_t kFineStep_ns = 25'000'000;

// Along x, y, z of the watch, rms 1 together: recorded people seated, gym sets, people walking.
using Axes = std::array<float, 3>;
// Three axes and nothing, side by side in a register of any x86-64.
typedef float Three __attribute__((vector_size(16)));
Three three(const Axes& v) { return Three{v[0], v[1], v[2], 0}; }
constexpr Axes kRelaxed{0.46F, 0.77F, 0.43F};
constexpr Axes kLoaded{0.35F, 0.41F, 0.84F};
constexpr Axes kStepping{0.80F, 0.44F, 0.40F};
constexpr Axes kPocket{0.55F, 0.55F, 0.63F};

// Of the relaxed wrist's tremor, of each more of it under load, and of a step's impact: what of it
// is in which octave, at the wrist and in the pocket. Recorded wrists feel of the pocket's steps a
// half at 3 to 8 Hz, a third at 8 to 12 and a fifth above.
constexpr double kFineOfRest = 0.35, kCoarseOfLoad = 0.3, kFineOfLoad = 1.3;
constexpr std::array<double, 2> kRestAtPocket{1, 0.3}, kLoadAtPocket{1, 0.7};
constexpr std::array<double, 2> kCoarseOfStep{0.42, 1}, kFineOfStep{0.055, 0.5};
constexpr double kBursts = 0.7;  // of the impact's gain over a step: 1 + 0.7 cos

struct Gains {
  double rest, load;  // of the tremor
  double strike;      // of steps, m/s2, at the thigh
};

Gains gains_of(const kinematics::PieceView& p, std::int64_t inside_ns) {
  const double s = static_cast<double>(inside_ns - p.begin_ns) * 1e-9;
  const auto c = [&p](std::size_t k) { return p.c[k][kTremor]; };
  const double g = c(0) + s * s * (c(2) + s * (c(3) + s * (c(4) + s * c(5))));  // as piece_at()
  Gains out{g < 1 ? g : 1, g > 1 ? g - 1 : 0, 0};  // never below 0: poses have 0 to 50
  if (p.rhythm && p.rhythm->strike_mps2 > 0) {
    const auto& r = *p.rhythm;
    const double t = static_cast<double>(inside_ns - r.begin_ns) * 1e-9;
    const double left = static_cast<double>(r.end_ns - inside_ns) * 1e-9;
    const double envelope = kinematics::rise(t < left ? t : left, r.ramp_s).e;
    const double phase = r.phase + r.omega * t + r.wander * sincos(r.wander_omega * t).sin;
    const double burst = 1 + kBursts * sincos(2 * phase).cos;
    out.strike = r.strike_mps2 * envelope * burst;
  }
  return out;
}

std::int64_t floor_of(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Shaking::Shaking(const Options& o, const RandomStream& stream)
    : rms_mps2_(o.rms_mps2), load_mps2_(o.load_mps2), per_lever_(1 / o.lever_m) {
  RandomStream key = stream;
  key_ = key.bits();
  step_ns_ = {static_cast<std::int64_t>(1e9 * kCoarseSteps / o.centre_hz), kFineStep_ns};
}

void Shaking::Drawn::point(std::size_t octave, std::int64_t i, std::array<float, 3>& out) {
  Octave& o = octaves_[octave];
  const std::int64_t block = floor_of(i, kPoints);
  if (block != o.block) {
    o.block = block;
    RandomStream(shaking_.key_ + static_cast<std::uint64_t>(block),
                 octave == kCoarse ? "shaking/coarse" : "shaking/fine")
        .fill_normal(o.values);
    for (float& z : o.values) z = z * (8 + z * z) * 0.08873565F;
  }
  const auto at = static_cast<std::size_t>(3 * (i - block * kPoints));
  for (std::size_t k = 0; k < 3; ++k) out[k] = o.values[at + k];
}

void Shaking::add(const kinematics::PieceView& piece, bool wrist, const std::int64_t* t_ns,
                  const std::int64_t* inside_ns, std::size_t count, Drawn& drawn, float* force_mps2,
                  float* rate_radps) const {
  if (rms_mps2_ <= 0) return;
  // Of the cell that an instant is in: acceleration d0 + s bend at its share s, velocity likewise.
  struct Cell {
    std::int64_t begin_ns = 0, step_ns = 0;
    float per_step = 0, step_s = 0;
    Three d0{}, bend{}, mean{};
  };
  std::array<Cell, Drawn::kOctaves> cells;
  const auto enter = [&](std::size_t octave, std::int64_t cell) {
    Drawn::Octave& o = drawn.octaves_[octave];
    const bool next = o.block != INT64_MIN && cell == o.cell + 1;
    if (o.block == INT64_MIN || cell != o.cell) {
      if (next) {
        o.around[0] = o.around[1];
        o.around[1] = o.around[2];
      }
      for (std::int64_t i = next ? 2 : 0; i < 3; ++i) {
        drawn.point(octave, cell - 1 + i, o.around[static_cast<std::size_t>(i)]);
      }
      o.cell = cell;
    }
    Cell& c = cells[octave];
    c.begin_ns = cell * c.step_ns;
    const Three before = three(o.around[0]), now = three(o.around[1]), after = three(o.around[2]);
    c.d0 = now - before;
    c.bend = after - now - c.d0;
    c.mean = 0.5F * (before + now);
  };
  for (std::size_t octave = 0; octave < Drawn::kOctaves; ++octave) {
    cells[octave].step_ns = step_ns_[octave];
    cells[octave].per_step = 1 / static_cast<float>(step_ns_[octave]);
    cells[octave].step_s = 1e-9F * static_cast<float>(step_ns_[octave]);
    if (count > 0) enter(octave, floor_of(t_ns[0], step_ns_[octave]));
  }
  const std::size_t at = wrist ? 0 : 1;
  const Three of_tremor[]{three(wrist ? kRelaxed : kPocket), three(wrist ? kLoaded : kPocket)};
  const Three of_step = three(wrist ? kStepping : kPocket);
  const float per_lever = static_cast<float>(per_lever_);
  for (std::size_t n = 0; n < count; ++n) {
    const Gains g = gains_of(piece, inside_ns[n]);
    const double rest = rms_mps2_ / kInBand * kRestAtPocket[at] * g.rest;
    const double load = load_mps2_ * kLoadAtPocket[at] * g.load;
    const float tremor[]{static_cast<float>(rest + kCoarseOfLoad * load),
                         static_cast<float>(kFineOfRest * rest + kFineOfLoad * load)};
    const float strike[]{static_cast<float>(g.strike * kCoarseOfStep[at]),
                         static_cast<float>(g.strike * kFineOfStep[at])};
    Three force{}, speed{};
    for (std::size_t octave = 0; octave < Drawn::kOctaves; ++octave) {
      const Cell& c = cells[octave];
      std::int64_t into = t_ns[n] - c.begin_ns;
      if (into < 0 || into >= c.step_ns) {
        enter(octave, floor_of(t_ns[n], c.step_ns));
        into = t_ns[n] - c.begin_ns;
      }
      const float s = static_cast<float>(into) * c.per_step;
      const Three gain = tremor[octave] * of_tremor[octave] + strike[octave] * of_step;
      force += gain * (c.d0 + s * c.bend);
      if (rate_radps) speed += gain * c.step_s * (c.mean + s * (c.d0 + 0.5F * s * c.bend));
    }
    for (std::size_t k = 0; k < 3 && force_mps2; ++k) force_mps2[3 * n + k] += force[k];
    if (!rate_radps) continue;
    rate_radps[3 * n] += per_lever * speed[0];
    rate_radps[3 * n + 1] -= per_lever * speed[2];
    rate_radps[3 * n + 2] += per_lever * speed[1];
  }
}

}  // namespace gauntlet::sim
