// Our kernel in its five forms and three plain engines to compare it with, behind one name each.
#pragma once

#include <string_view>
#include <vector>

#include "bench/engine/workload.h"

namespace gauntlet::bench {

struct Engine {
  std::string_view name;
  // Null where the engine has no such thing.
  Outcome (*cycle)(Model&);  // hold and timers
  Outcome (*rearm)(Model&);
  Outcome (*cancel)(Model&);

  auto of(std::string_view kind) const {
    return kind == "rearm" ? rearm : kind == "cancel" ? cancel : cycle;
  }
};

const std::vector<Engine>& engines();

}  // namespace gauntlet::bench
