#include "adversarial/beacon_clone.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::adversarial {

BeaconClone::BeaconClone(const AttackOptions& options, const sim::Motion& motion, double rotation_s)
    : options_(options), span_(options), motion_(motion), rotation_s_(rotation_s) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
}

bool BeaconClone::believed(WorldTime t) const {
  if (rotation_s_ <= 0) return true;
  const auto epoch = [this](double s) { return std::floor(s / rotation_s_); };
  const double now_s = seconds_since_origin(t);
  const bool relays = options_.knowledge == Knowledge::drift_tracking;
  const double known_s =
      relays ? now_s - options_.beacon_clone.copy_delay_s : seconds_since_origin(span_.start);
  return epoch(known_s) == epoch(now_s);
}

void BeaconClone::add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const {
  if (path.sensor != options_.sensor) return;
  const BeaconCloneOptions& o = options_.beacon_clone;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const bool its_turn = static_cast<std::int64_t>(xyz[3 * i]) == o.beacon;
    if (!its_turn || !span_.contains(t[i]) || !believed(t[i])) continue;
    const auto at = motion_.position_m(t[i]);
    const double x = at[0] - o.place.x_m, y = at[1] - o.place.y_m, z = at[2] - o.place.z_m;
    const double distance_m = std::max(0.1, std::sqrt(x * x + y * y + z * z));
    const double dbm =
        o.tx_dbm_at_1m - 10 * o.exponent * sim::portable::log(distance_m) * std::numbers::log10e;
    if (dbm >= o.sensitivity_dbm)
      xyz[3 * i + 1] = std::max(xyz[3 * i + 1], static_cast<float>(dbm));
  }
}

}  // namespace gauntlet::adversarial
