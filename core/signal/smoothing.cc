#include "core/signal/smoothing.h"

#include <cmath>

#include "core/base/check.h"
#include "core/signal/plain_math.h"

namespace gauntlet {
namespace {

constexpr double kPi = 3.14159265358979323846;

// k = tan(pi f_c / f_s), the section's 1 / Q.
Biquad section(double k, double inverse_q) {
  const double norm = 1 / (1 + inverse_q * k + k * k);
  const double b = k * k * norm;
  return {b, 2 * b, b, 2 * (k * k - 1) * norm, (1 - inverse_q * k + k * k) * norm};
}

}  // namespace

std::array<Biquad, 2> butterworth4(double cutoff_hz, double rate_hz) {
  CHECK(cutoff_hz > 0 && cutoff_hz < rate_hz / 2, cutoff_hz, rate_hz);
  const double k = tangent(kPi * cutoff_hz / rate_hz);
  // 2 cos(pi / 8) and 2 cos(3 pi / 8).
  return {section(k, 1.84775906502257351), section(k, 0.76536686473017954)};
}

OneEuro::OneEuro(double cutoff_hz, double beta, double rate_hz)
    : cutoff_hz_(cutoff_hz), beta_(beta), rate_hz_(rate_hz) {}

double OneEuro::alpha(double cutoff_hz) const { return 1 / (1 + rate_hz_ / (2 * kPi * cutoff_hz)); }

void OneEuro::apply(float* rows, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      float& x = rows[3 * i + c];
      const double in = static_cast<double>(x);
      if (fresh_) {
        value_[c] = in;
        speed_[c] = 0;
        continue;
      }
      const double a = alpha(kSpeedCutoff_hz);
      speed_[c] += a * ((in - value_[c]) * rate_hz_ - speed_[c]);
      value_[c] += alpha(cutoff_hz_ + beta_ * std::abs(speed_[c])) * (in - value_[c]);
      x = static_cast<float>(value_[c]);
    }
    fresh_ = false;
  }
}

Smoothing::Smoothing(SmoothingMethod method, double cutoff_hz, double beta, double rate_hz)
    : method_(method),
      off_(cutoff_hz <= 0 || cutoff_hz >= rate_hz / 2),
      first_(Biquad{}),
      second_(Biquad{}),
      one_euro_(cutoff_hz, beta, rate_hz) {
  if (off_) return;
  if (method == SmoothingMethod::butterworth2) first_ = LowPass(butterworth2(cutoff_hz, rate_hz));
  if (method == SmoothingMethod::butterworth4) {
    const auto sections = butterworth4(cutoff_hz, rate_hz);
    first_ = LowPass(sections[0]);
    second_ = LowPass(sections[1]);
  }
}

void Smoothing::reset() {
  first_.reset();
  second_.reset();
  one_euro_.reset();
}

void Smoothing::apply(float* rows, std::size_t n) {
  if (off_) return;
  switch (method_) {
    case SmoothingMethod::butterworth2:
      first_.apply(rows, n);
      return;
    case SmoothingMethod::butterworth4:
      first_.apply(rows, n);
      second_.apply(rows, n);
      return;
    case SmoothingMethod::one_euro:
      one_euro_.apply(rows, n);
      return;
  }
}

}  // namespace gauntlet
