// Which tries the air swallows. Internal to the link.
#pragma once

#include "sim/engine/random.h"
#include "sim/link/link_options.h"

namespace gauntlet::sim {

class LossModel {
 public:
  LossModel(const LossOptions& options, const RandomStream& stream);
  bool next_try_lost();

 private:
  LossOptions options_;
  RandomStream tries_;
  bool bad_ = false;
};

}  // namespace gauntlet::sim
