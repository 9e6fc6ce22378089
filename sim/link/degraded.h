// Good times and bad: when the phone lets a connection have all its events, and when, to save
// power or for reasons of its own, only few of them. Internal to the link.
#pragma once

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/link/link_options.h"

namespace gauntlet::sim {

class DegradedState {
 public:
  DegradedState(const DegradedOptions& options, const RandomStream& stream, WorldTime begin);
  // Times must not decrease.
  bool at(WorldTime t);

 private:
  DegradedOptions options_;
  RandomStream dwell_;
  bool degraded_ = false;
  WorldTime change_;
};

}  // namespace gauntlet::sim
