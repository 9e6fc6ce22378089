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
};

// On every machine.
MotionKernel baseline_motion_kernel();
// x86-64 only; elsewhere not supported.
MotionKernel avx2_motion_kernel();
MotionKernel avx512_motion_kernel();
// The fastest supported one.
const MotionKernel& best_motion_kernel();

}  // namespace gauntlet::sim::detail
