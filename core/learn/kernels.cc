#include "core/learn/kernels.h"

#include <vector>

namespace gauntlet::learn {

extern const Kernels kPlainKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels, kAvx512Kernels;
#endif

std::span<const Kernels> all_kernels() {
  static const std::vector<Kernels> usable = [] {
    std::vector<Kernels> v{kPlainKernels};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) v.push_back(kAvx2Kernels);
    if (__builtin_cpu_supports("avx512f")) v.push_back(kAvx512Kernels);
#endif
    return v;
  }();
  return usable;
}

const Kernels& kernels() {
  static const Kernels& widest = all_kernels().back();
  return widest;
}

}  // namespace gauntlet::learn
