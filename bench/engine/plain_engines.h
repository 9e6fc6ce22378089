// Engines as one writes them in an afternoon: what a kernel has to beat to be worth having. What is
// cancelled stays in their queues until it comes up.
#pragma once

#include "bench/engine/workload.h"

namespace gauntlet::bench::plain {

// std::priority_queue of {time, order, std::function}.
Outcome function_cycle(Model& model);
Outcome function_rearm(Model& model);
Outcome function_cancel(Model& model);
// std::priority_queue of {time, order, id}.
Outcome binary_cycle(Model& model);
Outcome binary_rearm(Model& model);
Outcome binary_cancel(Model& model);
// The kernel's own 4-ary heap of 16-byte events.
Outcome heap4_cycle(Model& model);
Outcome heap4_rearm(Model& model);
Outcome heap4_cancel(Model& model);

}  // namespace gauntlet::bench::plain
