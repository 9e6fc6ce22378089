// Another transmitter with a beacon's identifier (catalogue R1).
//
//   RSSI = tx - 10 exponent log10(distance), distance from the clone to the wearer
// Of beacon and clone the stronger one is heard (capture). Where beacons change their identifiers,
// a clone without knowledge of the present one stays silent to the phone: it knows the one of its
// start, or (drift_tracking) each new one `copy_delay_s` after it appeared.
// Leaves out: shadowing and fading of the clone, both being heard in turn.
//
// Thread safety: const use from several threads is safe.
#pragma once

#include "adversarial/attack_options.h"
#include "sim/body/motion.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::adversarial {

class BeaconClone final : public sim::AnalogSource {
 public:
  // `motion` is the attacked device's and outlives this. `rotation_s`: of the identifiers, 0:
  // never.
  BeaconClone(const AttackOptions& options, const sim::Motion& motion, double rotation_s);
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override;

 private:
  bool believed(WorldTime t) const;

  AttackOptions options_;
  AttackSpan span_;
  const sim::Motion& motion_;
  double rotation_s_;
};

}  // namespace gauntlet::adversarial
