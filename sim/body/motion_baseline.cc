#include "sim/body/motion_kernel.inc"

namespace gauntlet::sim::detail {

MotionKernel baseline_motion_kernel() { return {"baseline", true, &wrist, &pocket, &shake}; }

}  // namespace gauntlet::sim::detail
