// Sine and cosine of a double without libm: the same bits whatever C library is installed, inlined
// and free of branches so that a loop over several angles vectorises.
//
// Range: |x| < 1e6 rad. Error < 2e-10 absolute at the ends of that range (the reduction by pi/2 in
// two parts), < 1e-15 near zero.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

struct SinCos {
  double sin;
  double cos;
};

inline SinCos sincos(double x) {
  constexpr double kTwoOverPi = 6.36619772367581382433e-01;
  constexpr double kHalfPiHigh = 1.57079632673412561417e+00;  // 33 bits
  constexpr double kHalfPiLow = 6.07710050650619224932e-11;
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  const double shifted = x * kTwoOverPi + kShift;
  const auto quadrant = std::bit_cast<std::uint64_t>(shifted);
  const double n = shifted - kShift;
  const double r = (x - n * kHalfPiHigh) - n * kHalfPiLow;
  const portable::SineCosine both = portable::sine_cosine(r, quadrant);
  return {both.sine, both.cosine};
}

// Of several angles at once; the same bits as one by one.
template <std::size_t N>
void sincos(const std::array<double, N>& x, std::array<double, N>& sin,
            std::array<double, N>& cos) {
  for (std::size_t i = 0; i < N; ++i) {
    const SinCos r = sincos(x[i]);
    sin[i] = r.sin;
    cos[i] = r.cos;
  }
}

}  // namespace gauntlet::sim
