// Features that a person can name, for classifiers that want few of them: of every channel and of
// the length of each three-axis vector, mean, standard deviation, mean absolute step, least,
// greatest and the share of steps that cross the mean (features.h); the likeness of each vector's
// length to itself a quarter, a half and a whole second earlier; and the correlation of each pair
// of axes of a sensor.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/learn/dataset.h"

namespace gauntlet::learn {

std::size_t plain_feature_count(std::uint32_t channels);
// `window`: length x channels. Writes plain_feature_count(channels) values.
void plain_features(std::span<const float> window, std::uint32_t channels, double rate_hz,
                    std::span<float> out);

// Brings every feature to mean 0 and standard deviation 1 on the rows it was made from.
class FeatureScale {
 public:
  FeatureScale() = default;
  // `rows`: n x features.
  FeatureScale(std::span<const float> rows, std::size_t features);
  void apply(std::span<float> row) const;

 private:
  std::vector<float> mean_, inverse_sd_;
};

}  // namespace gauntlet::learn
