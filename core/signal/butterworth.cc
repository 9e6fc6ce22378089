#include "core/signal/butterworth.h"

#include "core/base/check.h"
#include "core/signal/plain_math.h"

namespace gauntlet {

Biquad butterworth2(double cutoff_hz, double rate_hz) {
  CHECK(cutoff_hz > 0 && cutoff_hz < rate_hz / 2, cutoff_hz, rate_hz);
  constexpr double kPi = 3.14159265358979323846;
  constexpr double kSqrt2 = 1.41421356237309504880;
  const double k = tangent(kPi * cutoff_hz / rate_hz);
  const double norm = 1 / (1 + kSqrt2 * k + k * k);
  const double b = k * k * norm;
  return {b, 2 * b, b, 2 * (k * k - 1) * norm, (1 - kSqrt2 * k + k * k) * norm};
}

double dc_delay_samples(const Biquad& q) {
  const double b = q.b0 + q.b1 + q.b2;
  const double a = 1 + q.a1 + q.a2;
  return (q.b1 + 2 * q.b2) / b - (q.a1 + 2 * q.a2) / a;
}

void LowPass::apply(float* rows, std::size_t n) {
  if (n == 0) return;
  if (fresh_) {
    fresh_ = false;
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = static_cast<double>(rows[c]);
      s2_[c] = (q_.b2 - q_.a2) * x;
      s1_[c] = (q_.b1 - q_.a1) * x + s2_[c];
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = static_cast<double>(rows[3 * k + c]);
      const double y = q_.b0 * x + s1_[c];
      s1_[c] = q_.b1 * x - q_.a1 * y + s2_[c];
      s2_[c] = q_.b2 * x - q_.a2 * y;
      rows[3 * k + c] = static_cast<float>(y);
    }
  }
}

}  // namespace gauntlet
