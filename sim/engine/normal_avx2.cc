#if defined(__x86_64__)
#include "sim/engine/normal_kernel.inc"

namespace gauntlet::sim::detail {

NormalKernel avx2_normal_kernel() {
  return {"avx2", __builtin_cpu_supports("avx2") != 0, &floats, &doubles};
}

}  // namespace gauntlet::sim::detail
#else
#include "sim/engine/normal_bulk.h"

namespace gauntlet::sim::detail {

NormalKernel avx2_normal_kernel() { return {"avx2", false, nullptr, nullptr}; }

}  // namespace gauntlet::sim::detail
#endif
