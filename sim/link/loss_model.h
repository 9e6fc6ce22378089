// Which messages and tries the air swallows. Internal to the link.
#pragma once

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/link/link_options.h"

namespace gauntlet::sim {

class LossModel {
 public:
  LossModel(const LossOptions& options, const RandomStream& stream, WorldTime begin);
  // A new message is taken up at `t` (non-decreasing): whether it will be lost however often tried.
  bool next_message_doomed(WorldTime t);
  // Whether one try of a message that is not doomed is lost.
  bool next_try_lost();

 private:
  LossOptions options_;
  RandomStream dwell_, tries_;
  bool bad_ = false;
  bool lose_next_ = false;
  WorldTime change_;
};

}  // namespace gauntlet::sim
