// The feature vector of a window: MiniRocket's, then, if wanted, six plain figures per channel
// (mean, standard deviation, mean absolute step, least, greatest, and the share of steps that
// change the side of the mean), which say what zero-sum kernels cannot: how the limb lies to
// gravity, how big the movement is.
#pragma once

#include <cstddef>

#include "core/learn/minirocket.h"

namespace gauntlet::learn {

struct FeatureSet {
  static constexpr std::size_t kStatistics = 6;  // per channel
  MiniRocket minirocket;
  bool statistics = true;
  std::size_t size() const {
    return minirocket.features() + (statistics ? kStatistics * minirocket.channels : 0);
  }
};

// Of `length` values, each `stride` after the one before: kStatistics figures.
void statistics(const float* x, std::size_t length, std::size_t stride, float* out);

using FeatureScratch = MiniRocketScratch;

void extract(const FeatureSet& f, const float* window, FeatureScratch& scratch, float* out);

}  // namespace gauntlet::learn
