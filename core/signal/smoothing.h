// The filters behind one face: rows of x, y, z at a fixed rate, in place, no transient at the start
// of a stretch.
//
//   butterworth2  delay sqrt(2) / (2 pi f_c): 22 ms at 10 Hz (butterworth.h)
//   butterworth4  two second-order sections with Q 0.5412 and 1.3066; delay 2.613 / (2 pi f_c):
//                 42 ms at 10 Hz, 83 ms at 5 Hz
//   one_euro      Casiez, Roussel, Vogel, CHI 2012: a first-order low-pass whose cut-off rises with
//                 the speed of change; delay 1 / (2 pi f_c) at rest, beta 0 keeps it there
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/signal/butterworth.h"

namespace gauntlet {

enum class SmoothingMethod : std::uint8_t { butterworth2, butterworth4, one_euro };

class OneEuro {
 public:
  // 0 < cutoff_hz; beta in Hz per unit per second.
  OneEuro(double cutoff_hz, double beta, double rate_hz);
  void reset() { fresh_ = true; }
  void apply(float* rows, std::size_t n);

 private:
  static constexpr double kSpeedCutoff_hz = 1;
  double alpha(double cutoff_hz) const;
  double cutoff_hz_, beta_, rate_hz_;
  bool fresh_ = true;
  std::array<double, 3> value_{}, speed_{};
};

class Smoothing {
 public:
  // A cut-off of 0, or one at or above half the rate, leaves rows as they are.
  Smoothing(SmoothingMethod method, double cutoff_hz, double beta, double rate_hz);
  void reset();
  void apply(float* rows, std::size_t n);

 private:
  SmoothingMethod method_;
  bool off_;
  LowPass first_, second_;
  OneEuro one_euro_;
};

// The two sections.
std::array<Biquad, 2> butterworth4(double cutoff_hz, double rate_hz);

}  // namespace gauntlet
