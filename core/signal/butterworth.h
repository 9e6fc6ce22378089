// Second-order Butterworth low-pass over rows of x, y, z at a fixed rate: bilinear transform with
// the cut-off pre-warped, so that the response at f_c is -3.01 dB exactly. Direct form II
// transposed.
//
// Delay at low frequency is sqrt(2) / (2 pi f_c): 22.5 ms at 10 Hz, 45 ms at 5 Hz (a little less at
// low sampling rates: tan(pi f_c / f_s) takes the place of pi f_c / f_s). Times are not corrected.
#pragma once

#include <array>
#include <cstddef>

namespace gauntlet {

struct Biquad {
  double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
};

// 0 < cutoff_hz < rate_hz / 2.
Biquad butterworth2(double cutoff_hz, double rate_hz);
// Group delay at zero frequency, in samples: (b1 + 2 b2) / sum b - (a1 + 2 a2) / sum a.
double dc_delay_samples(const Biquad& q);

class LowPass {
 public:
  explicit LowPass(const Biquad& q) : q_(q) {}
  // The next row is taken as what has always been: no transient at the start of a stretch.
  void reset() { fresh_ = true; }
  // In place; 3 per row.
  void apply(float* rows, std::size_t n);

 private:
  Biquad q_;
  bool fresh_ = true;
  std::array<double, 3> s1_{}, s2_{};
};

}  // namespace gauntlet
