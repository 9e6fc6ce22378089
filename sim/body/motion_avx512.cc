#if defined(__x86_64__)
#include "sim/body/motion_kernel.inc"

namespace gauntlet::sim::detail {

MotionKernel avx512_motion_kernel() {
  return {"avx512",
          __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0, &wrist,
          &pocket, &shake};
}

}  // namespace gauntlet::sim::detail
#else
#include "sim/body/motion_kernel.h"

namespace gauntlet::sim::detail {

MotionKernel avx512_motion_kernel() { return {"avx512", false, nullptr, nullptr, nullptr}; }

}  // namespace gauntlet::sim::detail
#endif
