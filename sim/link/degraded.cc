#include "sim/link/degraded.h"

namespace gauntlet::sim {

DegradedState::DegradedState(const DegradedOptions& options, const RandomStream& stream,
                             WorldTime begin)
    : options_(options), dwell_(stream), change_(WorldTime::max()) {
  if (options.good_s <= 0) return;
  // Starts in its stationary state.
  degraded_ = dwell_.chance(options.degraded_s / (options.good_s + options.degraded_s));
  change_ =
      begin + from_seconds(dwell_.exponential(degraded_ ? options.degraded_s : options.good_s));
}

bool DegradedState::at(WorldTime t) {
  while (t >= change_) {
    degraded_ = !degraded_;
    change_ += from_seconds(dwell_.exponential(degraded_ ? options_.degraded_s : options_.good_s));
  }
  return degraded_;
}

}  // namespace gauntlet::sim
