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

using FeatureScratch = MiniRocketScratch;

void extract(const FeatureSet& f, const float* window, FeatureScratch& scratch, float* out);

}  // namespace gauntlet::learn
