// The few transcendental functions that results depend on, in plain IEEE arithmetic.
//
// A C library may choose another code path (and another last bit) on another processor; these give
// the same bits everywhere. Accuracy about 1e-15 relative over the ranges stated; speed is no
// concern here except for exponential(), which is some 20 multiplications.
#pragma once

namespace gauntlet {

// e^x for |x| <= 700, clamped outside.
double exponential(double x);
// ln x for positive, finite, normal x.
double natural_log(double x);
// tan x for |x| < pi/2.
double tangent(double x);
// phi(a) / Phi(a): density over distribution function of the standard normal, for any a. About -a
// for very negative a: this is how far a normal is pushed when truncated from above.
double normal_hazard(double a);

}  // namespace gauntlet
