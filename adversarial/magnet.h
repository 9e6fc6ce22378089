// A magnet near a magnetometer (catalogue P8): the field of a dipole,
//
//   B = (mu0 / 4 pi) (3 (m . r^) r^ - m) / r^3,  r from the magnet to the sensor
//
// added to the earth's in the sensor's frame. Room: the magnet stands in the hall, whose axes are
// taken for those of the world at heading 0, and the wearer walks about it. Strap: it sits on the
// device. Source: Jackson, Classical Electrodynamics, 5.56. Leaves out: the magnet's size (r is
// held at 1 cm at least), iron near by, saturation of the sensor but by its range.
//
// Thread safety: const use from several threads is safe.
#pragma once

#include <array>

#include "adversarial/attack_options.h"
#include "sim/body/motion.h"
#include "sim/wearable/analog_source.h"

namespace gauntlet::adversarial {

std::array<double, 3> dipole_field_t(const std::array<double, 3>& moment_am2,
                                     const std::array<double, 3>& from_magnet_m);

class MagnetAttack final : public sim::AnalogSource {
 public:
  // `motion` is the attacked device's and outlives this.
  MagnetAttack(const AttackOptions& options, const sim::Motion& motion);
  void add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override;

 private:
  std::array<double, 3> field_in_room_t(WorldTime t) const;

  AttackOptions options_;
  AttackSpan span_;
  const sim::Motion& motion_;
};

}  // namespace gauntlet::adversarial
