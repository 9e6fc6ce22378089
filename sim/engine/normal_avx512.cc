#if defined(__x86_64__)
#include "sim/engine/normal_kernel.inc"

namespace gauntlet::sim::detail {

NormalKernel avx512_normal_kernel() {
  return {"avx512",
          __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0,
          &floats, &doubles};
}

}  // namespace gauntlet::sim::detail
#else
#include "sim/engine/normal_bulk.h"

namespace gauntlet::sim::detail {

NormalKernel avx512_normal_kernel() { return {"avx512", false, nullptr, nullptr}; }

}  // namespace gauntlet::sim::detail
#endif
