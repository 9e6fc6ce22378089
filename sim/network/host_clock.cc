#include "sim/network/host_clock.h"

#include <cmath>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

// About 200 years: beyond, sums would overflow; nobody sleeps so long but for ever.
constexpr Duration kHorizon = std::chrono::hours{200 * 366 * 24};

Duration scaled(Duration d, double factor) {
  return Duration{std::llround(static_cast<double>(d.count()) * factor)};
}

}  // namespace

void LinearHostClockOptions::describe(OptionVisitor& v) {
  v.number("epoch_s", epoch_s, {0, 4e9}, "s", "Unix time at the start of the run");
  v.number("offset_ms", offset_ms, {-1e9, 1e9}, "ms", "clock minus true time at the start");
  v.number("drift_ppm", drift_ppm, {-1000, 1000}, "ppm", "rate error: positive runs fast");
}

LinearHostClock::LinearHostClock(const LinearHostClockOptions& options)
    : start_(from_seconds(options.epoch_s) + from_ms(options.offset_ms)),
      rate_error_(options.drift_ppm * 1e-6) {
  CHECK(rate_error_ > -0.5 && rate_error_ < 0.5, options.drift_ppm);
}

HostTime LinearHostClock::to_host(WorldTime t) const {
  const Duration world = t.time_since_epoch();
  return start_ + world + scaled(world, rate_error_);
}

WorldTime LinearHostClock::to_world(HostTime t) const {
  if (t > start_ + kHorizon) return WorldTime::max();
  const Duration host = t - start_;
  WorldTime guess{host - scaled(host, rate_error_ / (1 + rate_error_))};
  // Rounding leaves the guess a few nanoseconds off at most.
  while (to_host(guess) < t) guess += Duration{1};
  while (to_host(guess - Duration{1}) >= t) guess -= Duration{1};
  return guess;
}

}  // namespace gauntlet::sim
