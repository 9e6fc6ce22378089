#include "sim/wearable/vital_signs.h"

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

LaggedRate::LaggedRate(const Parameters& parameters, const Motion& motion, WorldTime begin)
    : p_(parameters),
      motion_(motion),
      second_(begin),
      keep_on_(portable::exp(-1 / parameters.on_s)),
      keep_off_(portable::exp(-1 / parameters.off_s)),
      from_(parameters.rest_per_min),
      to_(parameters.rest_per_min) {
  step();
}

void LaggedRate::step() {
  from_ = to_;
  const double target =
      p_.rest_per_min + (p_.most_per_min - p_.rest_per_min) * motion_.effort(second_);
  const double keep = target > from_ ? keep_on_ : keep_off_;
  to_ = target + (from_ - target) * keep;
}

double LaggedRate::at(WorldTime t) {
  constexpr Duration kSecond = std::chrono::seconds{1};
  while (t >= second_ + kSecond) {
    second_ += kSecond;
    step();
  }
  return from_ + (to_ - from_) * to_seconds(t - second_);
}

double greatest_heart_rate_per_min(const PersonOptions* person) {
  return 208 - 0.7 * (person ? person->body.age_years : 32);
}

}  // namespace gauntlet::sim
