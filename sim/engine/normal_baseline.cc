#include "sim/engine/normal_kernel.inc"

namespace gauntlet::sim::detail {

NormalKernel baseline_normal_kernel() { return {"baseline", true, &floats, &doubles}; }

}  // namespace gauntlet::sim::detail
