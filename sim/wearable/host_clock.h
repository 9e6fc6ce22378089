// The phone's (or a server's) clock against the world's, both ways. Drawn for the whole run at
// construction, so that reading it is a pure function and may be done in any order.
//
// Piecewise linear with a knot every `knot_s`; an NTP correction is a step of one nanosecond's
// length. Leaves out: slewing, leap seconds.
#pragma once

#include <vector>

#include "core/base/options.h"
#include "core/base/time.h"
#include "core/truth/truth.h"
#include "sim/engine/random.h"
#include "sim/wearable/oscillator.h"

namespace gauntlet::sim {

struct HostClockOptions {
  double origin_unix_s = 1433116800;
  double offset_sd_s = 0.05;
  FrequencyOptions frequency;
  double knot_s = 10;
  double ntp_interval_s = 0;  // mean time between corrections; 0: none
  double ntp_error_ms = 5;    // sd of what a correction leaves
  void describe(OptionVisitor& v);
};

class HostClock {
 public:
  HostClock(const HostClockOptions& options, const RandomStream& stream, WorldTime begin,
            WorldTime end);
  HostTime to_host(WorldTime t) const { return truth_.to_host(t); }
  // The first instant from `from` on at which the clock shows `h` or later.
  WorldTime to_world(HostTime h, WorldTime from = WorldTime{}) const;
  const TrueHostClock& truth() const { return truth_; }

 private:
  struct Knot {
    WorldTime world;
    HostTime host;
  };
  void add(WorldTime world, HostTime host);
  TrueHostClock truth_;
  std::vector<Knot> knots_;
};

}  // namespace gauntlet::sim
