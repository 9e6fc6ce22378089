#include "adversarial/magnet.h"

#include <algorithm>
#include <cmath>

#include "adversarial/turns.h"
#include "core/base/check.h"

namespace gauntlet::adversarial {
namespace {

constexpr double kMu0Over4Pi = 1e-7;  // T m/A
constexpr double kNearest_m = 0.01;

}  // namespace

std::array<double, 3> dipole_field_t(const std::array<double, 3>& m,
                                     const std::array<double, 3>& from) {
  const double length = std::sqrt(from[0] * from[0] + from[1] * from[1] + from[2] * from[2]);
  if (length == 0) return {0, 0, 0};
  const double r = std::max(length, kNearest_m);
  const double along = (m[0] * from[0] + m[1] * from[1] + m[2] * from[2]) / length;
  std::array<double, 3> field;
  for (std::size_t k = 0; k < 3; ++k) {
    field[k] = kMu0Over4Pi * (3 * along * from[k] / length - m[k]) / (r * r * r);
  }
  return field;
}

MagnetAttack::MagnetAttack(const AttackOptions& options, const sim::Motion& motion)
    : options_(options), span_(options), motion_(motion) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
}

std::array<double, 3> MagnetAttack::field_in_room_t(WorldTime t) const {
  const MagnetOptions& o = options_.magnet;
  const double turned = turns(o.turning_hz, to_seconds(t - span_.start));
  const double c = cosine_of(turned), s = sine_of(turned);
  const auto at = motion_.position_m(t);
  return dipole_field_t({c * o.moment_x_am2 - s * o.moment_y_am2,
                         s * o.moment_x_am2 + c * o.moment_y_am2, o.moment_z_am2},
                        {at[0] - o.place.x_m, at[1] - o.place.y_m, at[2] - o.place.z_m});
}

void MagnetAttack::add(const sim::AnalogPath& path, std::span<const WorldTime> t,
                       float* xyz) const {
  if (path.sensor != options_.sensor) return;
  const MagnetOptions& o = options_.magnet;
  const auto strapped = dipole_field_t({o.moment_x_am2, o.moment_y_am2, o.moment_z_am2},
                                       {-o.offset_x_m, -o.offset_y_m, -o.offset_z_m});
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!span_.contains(t[i])) continue;
    float seen[3];
    if (o.mount == MagnetMount::strap) {
      for (std::size_t k = 0; k < 3; ++k) seen[k] = static_cast<float>(strapped[k]);
    } else {
      motion_.see(t.subspan(i, 1), field_in_room_t(t[i]), seen);
    }
    for (std::size_t k = 0; k < 3; ++k) xyz[3 * i + k] += seen[k];
  }
}

}  // namespace gauntlet::adversarial
