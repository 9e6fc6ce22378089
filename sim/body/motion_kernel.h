// Motion in blocks, one implementation per instruction set with identical bytes (kinematics.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/body/kinematics.h"

namespace gauntlet::sim::detail {

// Instants of one piece of the trajectory, and what the sensor there is to be told. Each output may
// be null: N x 3, row by row.
struct MotionRun {
  const std::int64_t* t_ns;       // since the trajectory's begin
  const std::int64_t* inside_ns;  // the same, held within the piece
  std::size_t count;
  float* specific_force_mps2;
  float* angular_rate_radps;
  float* direction;  // `world_direction` as seen from the sensor
};

// What shakes besides, shaking.h: of each band its lattice and its gains.
struct ShakeView {
  static constexpr std::size_t kBands = 2;
  struct Band {
    double per_step;      // 1 / ns
    float step_s;         // the lattice's
    const float* values;  // point p's three begin at 3 p - origin; four may be read there
    std::int64_t origin;
  };
  Band bands[kBands];
  double rest[kBands], load[kBands];  // of the trajectory's tremor, m/s2
  double strike[kBands];              // of the rhythm's
  const float* axes[kBands];          // shares of x, y, z and 0
  const float* step_axes;
  float per_lever;
};

struct MotionKernel {
  struct Body {
    Limbs limbs;
    Side side;
    const double* mount;  // a pocket's, 9 values
    const double* world_direction;
  };
  const char* name;
  bool supported;
  void (*wrist)(const kinematics::PieceView&, const kinematics::WobbleView&, const Body&,
                const MotionRun&);
  void (*pocket)(const kinematics::PieceView&, const kinematics::WobbleView&, const Body&,
                 const MotionRun&);
  // Adds to rows that the ones above have written; no direction.
  void (*shake)(const kinematics::PieceView&, const ShakeView&, const MotionRun&);
};

// On every machine.
MotionKernel baseline_motion_kernel();
// x86-64 only; elsewhere not supported.
MotionKernel avx2_motion_kernel();
MotionKernel avx512_motion_kernel();
// The fastest supported one.
const MotionKernel& best_motion_kernel();

}  // namespace gauntlet::sim::detail
