// Features that a person can name, for classifiers that want few of them. Six figures (mean,
// standard deviation, mean absolute step, least, greatest, share of steps that cross the mean:
// features.h) of every channel, of the length of each three-axis vector, and of each sensor's part
// along and across upright (upright.h). Of each vector: the likeness of its length to itself a
// quarter, a half and a whole second earlier, and the correlation of each pair of axes. Of the
// course of the window, in four equal parts: each part's mean of the upright channels less that of
// the whole, and how far (cosine) the specific force of the first, the second and the last part
// point from each other.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/learn/byte_stream.h"
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
  FeatureScale(ByteReader& r, std::size_t features) {
    r.array(mean_, features);
    r.array(inverse_sd_, features);
  }
  void write(ByteWriter& w) const {
    w.array(mean_);
    w.array(inverse_sd_);
  }
  void apply(std::span<float> row) const;

 private:
  std::vector<float> mean_, inverse_sd_;
};

}  // namespace gauntlet::learn
