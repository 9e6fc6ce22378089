#include "adversarial/jamming.h"

#include <algorithm>
#include <numbers>

#include "sim/engine/portable_math.h"

namespace gauntlet::adversarial {

double signal_to_interference_db(const JammingOptions& o) {
  const double loss_db = o.reference_loss_db +
                         10 * o.exponent * std::numbers::log10e * sim::portable::log(o.distance_m);
  return o.signal_dbm - (o.power_dbm - loss_db);
}

Jammer::Jammer(const AttackOptions& options)
    : span_(options),
      burst_(from_seconds(options.jamming.burst_s)),
      period_(from_seconds(options.jamming.burst_s + options.jamming.pause_s)),
      strong_(signal_to_interference_db(options.jamming) < options.jamming.needed_db) {}

bool Jammer::spoils(WorldTime from, WorldTime to) const {
  if (!strong_ || burst_ <= Duration{0}) return false;
  const WorldTime first = std::max(from, span_.start);
  if (first > to || first >= span_.stop) return false;
  const Duration into = (first - span_.start) % period_;
  if (into < burst_) return true;
  const WorldTime next = first + (period_ - into);
  return next <= to && next < span_.stop;
}

}  // namespace gauntlet::adversarial
