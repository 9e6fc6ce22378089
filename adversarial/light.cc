#include "adversarial/light.h"

#include <algorithm>
#include <cmath>

#include "adversarial/turns.h"
#include "core/base/check.h"

namespace gauntlet::adversarial {
namespace {

constexpr double kLeast_per_min = 40, kMost_per_min = 220;

double mean_light(const LightOptions& o) {
  const double nearer = o.reference_m / o.distance_m;
  return o.intensity * nearer * nearer;
}

}  // namespace

double pulsing_light(const AttackOptions& options, const sim::AnalogPath& path) {
  const LightOptions& o = options.light;
  const double amplitude = mean_light(o) * o.am_depth;
  if (!path.dark_slots) return amplitude;
  if (o.follows_slots && options.knowledge != Knowledge::none) {
    return amplitude * (1 - o.slot_error);
  }
  const double hz = o.rate_per_min / 60;
  return amplitude * 2 * std::abs(sine_of(0.25 * hz / path.pulse_rate_hz));
}

double apparent_rate_per_min(const LightOptions& o, double pulse_rate_hz) {
  const double hz = o.rate_per_min / 60;
  return 60 * std::abs(hz - std::nearbyint(hz / pulse_rate_hz) * pulse_rate_hz);
}

LightAttack::LightAttack(const AttackOptions& options) : options_(options), span_(options) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
}

bool LightAttack::pulses_in_the_dark(const sim::AnalogPath& path, WorldTime t) const {
  const LightOptions& o = options_.light;
  if (path.sensor != options_.sensor || !span_.contains(t)) return false;
  const bool avoids = o.follows_slots && options_.knowledge != Knowledge::none;
  return mean_light(o) * o.am_depth * (avoids ? o.slot_error : 1) > o.pulse;
}

void LightAttack::add(const sim::AnalogPath& path, std::span<const WorldTime> t, float* xyz) const {
  if (path.sensor != options_.sensor) return;
  const LightOptions& o = options_.light;
  CHECK(path.pulse_rate_hz > 0, "an optical sensor has light pulses");
  const double rate = apparent_rate_per_min(o, path.pulse_rate_hz);
  const bool saturated = 1 + o.ambient + mean_light(o) * (1 + o.am_depth) > o.saturation;
  const bool taken =
      pulsing_light(options_, path) > o.pulse && rate >= kLeast_per_min && rate <= kMost_per_min;
  if (!saturated && !taken) return;
  const auto reading = static_cast<float>(saturated ? 0 : rate);
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (span_.contains(t[i])) xyz[3 * i] = reading;
  }
}

}  // namespace gauntlet::adversarial
