// Sine and cosine of a double without libm: the same bits whatever C library is installed, inlined
// and free of branches so that a loop over several angles vectorises.
//
// Range: |x| < 1e6 rad. Error < 2e-10 absolute at the ends of that range (the reduction by pi/2 in
// two parts), < 1e-15 near zero. Coefficients: fdlibm's k_sin.c and k_cos.c (Sun Microsystems,
// freely granted).
#pragma once

#include <bit>
#include <cstdint>

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
  const double z = r * r;
  const double s =
      r + r * z *
              (-1.66666666666666324348e-01 +
               z * (8.33333333332248946124e-03 +
                    z * (-1.98412698298579493134e-04 +
                         z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 +
                                                                z * 1.58969099521155010221e-10)))));
  const double c =
      1.0 - 0.5 * z +
      z * z *
          (4.16666666666666019037e-02 +
           z * (-1.38888888888741095749e-03 +
                z * (2.48015872894767294178e-05 +
                     z * (-2.75573143513906633035e-07 +
                          z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  const bool swap = (quadrant & 1) != 0;
  const std::uint64_t sin_sign = (quadrant & 2) << 62;
  const std::uint64_t cos_sign = ((quadrant + 1) & 2) << 62;
  const double a = swap ? c : s;
  const double b = swap ? s : c;
  return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) ^ sin_sign),
          std::bit_cast<double>(std::bit_cast<std::uint64_t>(b) ^ cos_sign)};
}

}  // namespace gauntlet::sim
