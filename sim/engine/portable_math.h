// log, exp, sine and cosine made of + - * / and bit operations only, so that a draw is the same
// number with every C library, processor and optimisation level (libm differs between all three).
// Polynomials: fdlibm (Sun Microsystems, 1993), error below 1 ulp. Domains are what the
// distributions need, not all of IEEE: see each function.
#pragma once

#include <cstdint>

namespace gauntlet::sim::portable {

// Natural logarithm of a positive, finite, normal number.
[[gnu::always_inline]] constexpr inline double log(double x) {
  // x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
  const auto bits =
      __builtin_bit_cast(std::uint64_t, x) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
  const auto e = static_cast<double>(static_cast<std::int32_t>(bits >> 52) - 1023);
  const double f =
      __builtin_bit_cast(double, (bits & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double t1 = w * (3.999999999940941908e-01 +
                         w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double t2 = z * (6.666666666666735130e-01 +
                         w * (2.857142874366239149e-01 +
                              w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double half_square = 0.5 * f * f;
  return e * 6.93147180369123816490e-01 -
         ((half_square - (s * (half_square + (t2 + t1)) + e * 1.90821492927058770002e-10)) - f);
}

// e^x for |x| < 700.
constexpr double exp(double x) {
  const double scaled = x * 1.44269504088896338700e+00;
  const auto k = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const auto kd = static_cast<double>(k);
  const double high = x - kd * 6.93147180369123816490e-01;
  const double low = kd * 1.90821492927058770002e-10;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * (1.66666666666666019037e-01 +
               t * (-2.77777777770155933842e-03 +
                    t * (6.61375632143793436117e-05 +
                         t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  const double y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  return y * __builtin_bit_cast(double, static_cast<std::uint64_t>(k + 1023) << 52);
}

template <class Real>
struct BasicSineCosine {
  Real sine;
  Real cosine;
};
using SineCosine = BasicSineCosine<double>;

// Of x + quadrant * pi/2, x within [-pi/4, pi/4]. Of a double, or of a vector of doubles with a
// vector of 64-bit integers, lane by lane the same bits.
template <class Real, class Bits>
[[gnu::always_inline]] constexpr inline BasicSineCosine<Real> sine_cosine(Real x, Bits quadrant) {
  const Real z = x * x;
  const Real sine =
      x + x * z *
              (-1.66666666666666324348e-01 +
               z * (8.33333333332248946124e-03 +
                    z * (-1.98412698298579493134e-04 +
                         z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 +
                                                                z * 1.58969099521155010221e-10)))));
  const Real cosine =
      1.0 -
      (0.5 * z -
       z * z *
           (4.16666666666666019037e-02 +
            z * (-1.38888888888741095749e-03 +
                 z * (2.48015872894767294178e-05 +
                      z * (-2.75573143513906633035e-07 +
                           z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))))));
  // Bit selects, not branches, so that the bulk kernels vectorise the same text.
  const Bits s = __builtin_bit_cast(Bits, sine);
  const Bits c = __builtin_bit_cast(Bits, cosine);
  const Bits swap = -(quadrant & 1u);
  const Bits sine_sign = (quadrant & 2u) << 62;
  const Bits cosine_sign = ((quadrant + 1u) & 2u) << 62;
  return {__builtin_bit_cast(Real, ((s & ~swap) | (c & swap)) ^ sine_sign),
          __builtin_bit_cast(Real, ((c & ~swap) | (s & swap)) ^ cosine_sign)};
}

// Of the angle turn * 2 pi / 2^64: a whole turn is the whole range, so every bit pattern is valid
// and nothing is lost in reducing the argument.
[[gnu::always_inline]] constexpr inline SineCosine sine_cosine(std::uint64_t turn) {
  // Quadrant, and the rest in [-pi/4, pi/4) with 52 bits.
  const std::uint64_t shifted = turn + (std::uint64_t{1} << 61);
  const std::uint64_t quadrant = shifted >> 62;
  const std::uint64_t fraction = (shifted & 0x3fffffffffffffffu) >> 10;
  const double x =
      ((__builtin_bit_cast(double, fraction | 0x4330000000000000u) - 0x1p52) - 0x1p51) *
      (1.57079632679489661923 * 0x1p-52);
  return sine_cosine(x, quadrant);
}

// The middle of one of 2^52 equal parts of (0, 1): never 0, never 1, symmetric about 1/2.
[[gnu::always_inline]] constexpr inline double open_unit(std::uint64_t bits) {
  return ((__builtin_bit_cast(double, (bits >> 12) | 0x4330000000000000u) - 0x1p52) + 0.5) *
         0x1p-52;
}

}  // namespace gauntlet::sim::portable
