// Sine and cosine of a double without libm: the same bits whatever C library is installed, inlined
// and free of branches, of one angle or of a vector of them.
//
// Range: |x| < 1e6 rad. Error < 2e-10 absolute at the ends of that range (the reduction by pi/2 in
// two parts), < 1e-15 near zero.
#pragma once

#include <cstdint>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

template <class Real>
struct BasicSinCos {
  Real sin;
  Real cos;
};
using SinCos = BasicSinCos<double>;

// always_inline: files compiled for different instruction sets each have their own.
template <class Bits, class Real>
[[gnu::always_inline]] inline BasicSinCos<Real> sincos_of(Real x) {
  constexpr double kTwoOverPi = 6.36619772367581382433e-01;
  constexpr double kHalfPiHigh = 1.57079632673412561417e+00;  // 33 bits
  constexpr double kHalfPiLow = 6.07710050650619224932e-11;
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  const Real shifted = x * kTwoOverPi + kShift;
  const Bits quadrant = __builtin_bit_cast(Bits, shifted);
  const Real n = shifted - kShift;
  const Real r = (x - n * kHalfPiHigh) - n * kHalfPiLow;
  const portable::BasicSineCosine<Real> both = portable::sine_cosine(r, quadrant);
  return {both.sine, both.cosine};
}

inline SinCos sincos(double x) { return sincos_of<std::uint64_t>(x); }

}  // namespace gauntlet::sim
