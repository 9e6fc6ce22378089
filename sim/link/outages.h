// When the wearable is out of reach. Internal to the link.
//
// An outage begins unnoticed; after the supervision timeout both sides know; some time later they
// are connected again.
#pragma once

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/link/link_options.h"

namespace gauntlet::sim {

class Outages {
 public:
  Outages(const LinkOptions& options, const RandomStream& stream, WorldTime begin);
  // Times must not decrease.
  void advance(WorldTime t);
  // The current outage, or else the next one.
  WorldTime begin() const { return begin_; }
  WorldTime noticed() const { return noticed_; }
  WorldTime end() const { return end_; }

 private:
  void draw(WorldTime after);
  LinkOptions options_;
  RandomStream random_;
  WorldTime begin_, noticed_, end_;
};

}  // namespace gauntlet::sim
