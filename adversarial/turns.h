// Phases in turns, for sources that stay coherent over a day.
#pragma once

#include <cmath>
#include <numbers>

#include "sim/body/trig.h"

namespace gauntlet::adversarial {

// Reduced before it is multiplied by 2 pi: exact to 1e-9 turns over a day at 10 kHz.
inline double turns(double hz, double seconds) {
  const double whole = hz * seconds;
  return whole - std::floor(whole);
}
inline double cosine_of(double turned) { return sim::sincos(2 * std::numbers::pi * turned).cos; }
inline double sine_of(double turned) { return sim::sincos(2 * std::numbers::pi * turned).sin; }

}  // namespace gauntlet::adversarial
