#include "reports/html/decimate.h"

#include <bit>
#include <cmath>

#include "core/base/check.h"
#include "reports/metrics/encodings.h"

namespace gauntlet::reports {

std::size_t Buckets::of(double t_s) const {
  if (!(t_s >= from_s && t_s < to_s)) return count;
  const auto index = static_cast<std::size_t>((t_s - from_s) / width_s());
  return index < count ? index : count - 1;
}

MinMaxSeries::MinMaxSeries(const Buckets& buckets) : buckets_(buckets), data_(buckets.count) {
  CHECK(buckets.count > 0 && buckets.to_s > buckets.from_s, buckets.count, buckets.to_s);
}

void MinMaxSeries::add(double t_s, float value) {
  const std::size_t i = buckets_.of(t_s);
  if (i == buckets_.count) return;
  Bucket& b = data_[i];
  if (std::isnan(b.min)) {
    b.min = b.max = value;
  } else if (value < b.min) {
    b.min = value;
    b.min_first = false;
  } else if (value > b.max) {
    b.max = value;
    b.min_first = true;
  }
}

std::vector<float> MinMaxSeries::rows() const {
  std::vector<float> out;
  out.reserve(2 * data_.size());
  for (const Bucket& b : data_) {
    out.push_back(b.min_first ? b.min : b.max);
    out.push_back(b.min_first ? b.max : b.min);
  }
  return out;
}

std::vector<float> MinMaxSeries::minima() const {
  std::vector<float> out;
  for (const Bucket& b : data_) out.push_back(b.min);
  return out;
}

std::vector<float> MinMaxSeries::maxima() const {
  std::vector<float> out;
  for (const Bucket& b : data_) out.push_back(b.max);
  return out;
}

std::vector<float> row_times(const Buckets& buckets) {
  std::vector<float> out;
  for (std::size_t i = 0; i < 2 * buckets.count; ++i) {
    out.push_back(
        static_cast<float>(buckets.from_s + buckets.width_s() * static_cast<double>(i) / 2));
  }
  return out;
}

std::vector<float> bucket_times(const Buckets& buckets) {
  std::vector<float> out;
  for (std::size_t i = 0; i < buckets.count; ++i) {
    out.push_back(
        static_cast<float>(buckets.from_s + buckets.width_s() * (static_cast<double>(i) + 0.5)));
  }
  return out;
}

std::string float32_base64(std::span<const float> values) {
  std::string bytes;
  bytes.reserve(4 * values.size());
  for (const float v : values) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xffu);
  }
  return to_base64(bytes);
}

}  // namespace gauntlet::reports
