// Apart from the other engines, so that Asio's headers are.
#pragma once

#include "bench/engine/workload.h"

namespace gauntlet::bench {

Outcome asio_cycle(Model& model);

}  // namespace gauntlet::bench
