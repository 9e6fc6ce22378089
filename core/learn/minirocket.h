// MiniRocket features: Dempster, Schmidt, Webb, "MiniRocket: a very fast (almost) deterministic
// transform for time series classification", KDD 2021, and its multivariate variant.
//
// 84 kernels of length 9 with three weights of 2 and six of -1, dilated; a feature is the
// proportion of positive values (PPV) of convolution output minus bias; biases are quantiles of the
// output on training windows, at the golden ratio's low-discrepancy positions. Half of the
// (dilation, kernel) pairs are padded with zeros, half use valid positions only. Each pair sees the
// sum of a random subset of the channels. The kernels' weights sum to zero, so a constant is
// invisible but at padded edges: features.h adds what says where gravity is.
//
// Windows are `length` rows of `channels` float values. Elementwise arithmetic and integer counts
// only: bits do not depend on vector width or threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/learn/byte_stream.h"

namespace gauntlet::learn {

struct MiniRocket {
  static constexpr std::size_t kKernels = 84;
  static constexpr std::size_t kMaxDilations = 32;
  static constexpr std::size_t kMinLength = 9;

  std::uint32_t length = 0;
  std::uint32_t channels = 0;
  std::vector<std::uint16_t> dilations;
  std::vector<std::uint16_t> features_per_dilation;  // of each kernel
  std::vector<std::uint8_t> channel_masks;           // dilations x kKernels, never 0
  std::vector<float> biases;                         // ordered by dilation, kernel, feature

  std::size_t features() const { return biases.size(); }
};

// Whether the parts fit together (bad_features).
Result<void> check(const MiniRocket& m);
// In a model file, without the window's length and channels; of use only if the reader says that it
// is ok. Channel subsets and dilations are checked.
void write_minirocket(const MiniRocket& m, ByteWriter& w);
MiniRocket read_minirocket(std::uint32_t length, std::uint32_t channels, ByteReader& r);

// Reused between calls so that nothing is allocated once warm. Not to be shared by threads.
struct MiniRocketScratch {
  std::vector<float> padded;  // one padded signal per channel mask in use
  std::vector<float> sums;    // nine-tap sum per channel mask
  std::vector<float> output;
  std::vector<std::uint8_t> masks;
};

// About `features` of them (a multiple of 84 is used, at least 84). `windows` holds whole windows.
// CHECKs length >= kMinLength, 1 <= channels <= 8, at least one window.
MiniRocket fit_minirocket(std::span<const float> windows, std::uint32_t length,
                          std::uint32_t channels, std::size_t features, std::uint64_t seed);

// Writes m.features() values in [0, 1].
void transform(const MiniRocket& m, const float* window, MiniRocketScratch& scratch, float* out);

}  // namespace gauntlet::learn
