// A host's own clock against the world's: what a host's Runtime reads and sleeps by.
#pragma once

#include "core/base/options.h"
#include "core/base/time.h"

namespace gauntlet::sim {

// Must be monotone (never decreasing) in world time, and pure: the same instant, the same answer.
class HostClockModel {
 public:
  virtual ~HostClockModel() = default;
  virtual HostTime to_host(WorldTime t) const = 0;
  // The first world instant at which the clock shows `t` or later; WorldTime::max() if it never
  // does.
  virtual WorldTime to_world(HostTime t) const = 0;
};

// epoch + offset + (1 + drift) * world, rounded to the nanosecond. Leaves out wander and steps.
struct LinearHostClockOptions {
  double epoch_s = 1'767'225'600;  // 2026-01-01 00:00 UTC, the host's time when the run starts
  double offset_ms = 0;
  double drift_ppm = 0;
  void describe(OptionVisitor& v);
};

class LinearHostClock final : public HostClockModel {
 public:
  explicit LinearHostClock(const LinearHostClockOptions& options = {});
  HostTime to_host(WorldTime t) const override;
  WorldTime to_world(HostTime t) const override;

 private:
  HostTime start_;
  double rate_error_;
};

}  // namespace gauntlet::sim
