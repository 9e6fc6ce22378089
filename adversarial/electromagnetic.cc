#include "adversarial/electromagnetic.h"

#include <cmath>
#include <numbers>

#include "adversarial/turns.h"
#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::adversarial {

double induced_amplitude_v(const ElectromagneticOptions& o) {
  const double gain = sim::portable::exp(o.antenna_gain_dbi / 10 * std::numbers::ln10);
  return o.coupling_m * std::sqrt(60 * o.power_w * gain) / o.distance_m;
}

ElectromagneticAttack::ElectromagneticAttack(const AttackOptions& options)
    : options_(options), span_(options) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
}

void ElectromagneticAttack::add(const sim::AnalogPath& path, std::span<const WorldTime> t,
                                float* xyz) const {
  if (path.sensor != options_.sensor) return;
  const ElectromagneticOptions& o = options_.electromagnetic;
  const double v = induced_amplitude_v(o);
  const double rectified = 0.5 * o.rectification_per_v * v * v * o.sensitivity_mps2_per_v;
  const double m = o.am_depth;
  const double constant = rectified * (1 + 0.5 * m * m);
  const double once = -2 * m * rectified * path.gain(o.am_hz);
  const double twice = 0.5 * m * m * rectified * path.gain(2 * o.am_hz);
  const double length = std::hypot(o.axis_x, o.axis_y, o.axis_z);
  const double axis[] = {o.axis_x / length, o.axis_y / length, o.axis_z / length};
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!span_.contains(t[i])) continue;
    const double turned = turns(o.am_hz, to_seconds(t[i] - span_.start));
    const double offset = constant + once * cosine_of(turned) + twice * cosine_of(2 * turned);
    for (std::size_t k = 0; k < 3; ++k) xyz[3 * i + k] += static_cast<float>(offset * axis[k]);
  }
}

}  // namespace gauntlet::adversarial
