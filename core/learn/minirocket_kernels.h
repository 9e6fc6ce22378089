// What the transform of whole windows and the sliding one share, so that both round alike: the
// order of every sum is here and nowhere else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/learn/minirocket.h"

namespace gauntlet::learn::rocket {

inline constexpr std::size_t kTaps = 9;

using Triple = std::array<std::uint8_t, 3>;

// The positions of the weights of 2: all triples of nine, in lexicographic order.
inline constexpr std::array<Triple, MiniRocket::kKernels> kTriples = [] {
  std::array<Triple, MiniRocket::kKernels> t{};
  std::size_t n = 0;
  for (std::uint8_t a = 0; a < kTaps; ++a) {
    for (std::uint8_t b = static_cast<std::uint8_t>(a + 1); b < kTaps; ++b) {
      for (std::uint8_t c = static_cast<std::uint8_t>(b + 1); c < kTaps; ++c) t[n++] = {a, b, c};
    }
  }
  return t;
}();

inline std::size_t largest_reach(const MiniRocket& m) {
  return 4 * static_cast<std::size_t>(m.dilations.back());
}

// The channel subsets in use, in order.
inline void masks_of(const MiniRocket& m, std::vector<std::uint8_t>& masks) {
  std::array<bool, 256> used{};
  for (const std::uint8_t mask : m.channel_masks) used[mask] = true;
  masks.clear();
  for (std::size_t mask = 0; mask < used.size(); ++mask) {
    if (used[mask]) masks.push_back(static_cast<std::uint8_t>(mask));
  }
}

// Adds the subset's channels of `rows` rows to `signal`, which the caller has zeroed.
inline void add_channels(const MiniRocket& m, std::uint8_t mask, const float* from,
                         std::size_t rows, float* signal) {
  for (std::uint32_t c = 0; c < m.channels; ++c) {
    if (!(mask >> c & 1)) continue;
    for (std::size_t t = 0; t < rows; ++t) signal[t] += from[t * m.channels + c];
  }
}

inline void sum_taps(const float* signal, std::size_t first, std::size_t last, std::size_t dilation,
                     float* sums) {
  const float* p = signal - 4 * dilation;
  for (std::size_t t = first; t < last; ++t) {
    sums[t] = ((p[t] + p[t + dilation]) + (p[t + 2 * dilation] + p[t + 3 * dilation])) +
              ((p[t + 4 * dilation] + p[t + 5 * dilation]) +
               (p[t + 6 * dilation] + p[t + 7 * dilation])) +
              p[t + 8 * dilation];
  }
}

// Six weights of -1 and three of 2 are nine of -1 and three of 3.
inline void convolve(const float* signal, const float* sums, const Triple& triple,
                     std::size_t dilation, std::size_t first, std::size_t last,
                     float* __restrict out) {
  const float* p = signal - 4 * dilation;
  const float* a = p + triple[0] * dilation;
  const float* b = p + triple[1] * dilation;
  const float* c = p + triple[2] * dilation;
  for (std::size_t t = first; t < last; ++t) out[t] = 3 * ((a[t] + b[t]) + c[t]) - sums[t];
}

inline std::int32_t count_above(const float* x, std::size_t first, std::size_t last, float bias) {
  std::int32_t n = 0;
  for (std::size_t t = first; t < last; ++t) n += x[t] > bias ? 1 : 0;
  return n;
}

}  // namespace gauntlet::learn::rocket
