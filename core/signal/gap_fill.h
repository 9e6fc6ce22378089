// What a gap of n samples in a regular signal may have held, from what stood before it and, where
// one can wait, after it. One axis at a time; every method's answer is flagged as invented by
// whoever asks.
//
//   hold      the last value
//   linear    a straight line to the first value after the gap; without one, hold
//   burg      an autoregressive model fitted to the past by Burg's method, run forward (Burg 1975;
//             recursion as in Kay, Modern Spectral Estimation, 1988, 7.3)
//   burg_both the same from either side, weighted towards the nearer end; needs what comes after
//   seasonal  the value one period earlier, the period being the lag at which the past is most like
//             itself; where it is like itself nowhere, hold
//   automatic burg for gaps of at most kBurgMost_s; longer ones seasonal where the past repeats
//             itself (kStrong), else burg
//   periodic  Gaussian process with a decaying periodic kernel and noise, both fitted to the past
//             where that is long enough (periodic_process.h), over the last
//             kProcessPast samples: the reference that costs too much to serve (O(n^3))
//
// Everything is computed in double and in one order: the same bytes on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gauntlet {

enum class GapMethod : std::uint8_t {
  hold,
  linear,
  burg,
  burg_both,
  seasonal,
  automatic,
  periodic
};

struct GapOptions {
  double rate_hz = 50;
  std::size_t order = 32;  // of burg, reduced where the past is short
  double least_period_s = 0.4, most_period_s = 8;
};

inline constexpr double kBurgMost_s = 0.2;
inline constexpr double kStrong = 0.6;
inline constexpr std::size_t kProcessPast = 250;
// More of the past than this is not looked at, by any method.
inline constexpr std::size_t kPastMost = 1024;

// Writes out.size() values. `before`: the nearest sample last; `after` may be empty.
void fill_gap(GapMethod method, const GapOptions& options, std::span<const double> before,
              std::span<const double> after, std::span<double> out);

// a[0] x[t-1] + a[1] x[t-2] + ... predicts x[t]. x has its mean taken off; order < x.size().
// noise_variance, where wanted: of what is not predicted.
std::vector<double> burg(std::span<const double> x, std::size_t order,
                         double* noise_variance = nullptr);

// The lag in [least, most] at which the autocorrelation (mean removed, both stretches' own energy)
// has a local maximum nearly as large as its largest, the shortest such one, refined to a fraction
// of a sample by a parabola; 0 where none.
struct Season {
  double lag = 0;
  double likeness = 0;  // -1 to 1
};
Season find_season(std::span<const double> x, std::size_t least, std::size_t most);

// Posterior mean at times `at` of a Gaussian process with kernel
//   variance exp(-2 sin^2(pi d / period) / roughness^2 - d^2 / (2 memory^2)),
// seen with independent noise at times t (all in samples). n = t.size() <= 2 kProcessPast.
struct PeriodicKernel {
  double variance = 1, period = 50, roughness = 0.7, memory = 150, noise = 0.01;
  double operator()(double d) const;
};
void condition_process(const PeriodicKernel& kernel, std::span<const double> t,
                       std::span<const double> x, std::span<const double> at,
                       std::span<double> out);

}  // namespace gauntlet
