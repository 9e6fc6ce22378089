#include "core/learn/features.h"

#include <algorithm>
#include <cmath>

namespace gauntlet::learn {

void statistics(const float* x, std::size_t length, std::size_t stride, float* out) {
  float sum = 0;
  float low = x[0];
  float high = x[0];
  for (std::size_t t = 0; t < length; ++t) {
    const float v = x[t * stride];
    sum += v;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  const float n = static_cast<float>(length);
  const float mean = sum / n;
  float square = 0;
  float step = 0;
  int crossings = 0;
  for (std::size_t t = 0; t < length; ++t) {
    const float v = x[t * stride];
    square += (v - mean) * (v - mean);
    if (t == 0) continue;
    const float before = x[(t - 1) * stride];
    step += std::abs(v - before);
    crossings += (v > mean) != (before > mean) ? 1 : 0;
  }
  out[0] = mean;
  out[1] = std::sqrt(square / n);
  out[2] = step / n;
  out[3] = low;
  out[4] = high;
  out[5] = static_cast<float>(crossings) / n;
}

void extract(const FeatureSet& f, const float* window, FeatureScratch& scratch, float* out) {
  const MiniRocket& m = f.minirocket;
  transform(m, window, scratch, out);
  if (!f.statistics) return;
  float* p = out + m.features();
  for (std::uint32_t c = 0; c < m.channels; ++c, p += FeatureSet::kStatistics) {
    statistics(window + c, m.length, m.channels, p);
  }
}

}  // namespace gauntlet::learn
