// Standard normals by the group, one implementation per instruction set with identical bytes; see
// normal_kernel.inc for the method and the layout of a group.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim::detail {

struct NormalPair {
  double cosine;
  double sine;
};

// Box and Muller (1958). Both draws are needed whole: `a` for the radius, `b` for the angle.
// always_inline: each instruction set's file has its own.
[[gnu::always_inline]] inline NormalPair normal_pair(std::uint64_t a, std::uint64_t b) {
  const double radius = __builtin_sqrt(-2.0 * portable::log(portable::open_unit(a)));
  const portable::SineCosine direction = portable::sine_cosine(b);
  return {radius * direction.cosine, radius * direction.sine};
}

struct NormalKernel {
  static constexpr std::size_t kCounters = 16;  // per group
  static constexpr std::size_t kFloats = 64;
  static constexpr std::size_t kDoubles = 32;

  const char* name;
  bool supported;
  void (*floats)(std::uint64_t key, std::uint64_t counter, float* out, std::size_t groups);
  void (*doubles)(std::uint64_t key, std::uint64_t counter, double* out, std::size_t groups);
};

// On every machine.
NormalKernel baseline_normal_kernel();
// x86-64 only; elsewhere not supported.
NormalKernel avx2_normal_kernel();
NormalKernel avx512_normal_kernel();
// The fastest supported one.
const NormalKernel& best_normal_kernel();

}  // namespace gauntlet::sim::detail
