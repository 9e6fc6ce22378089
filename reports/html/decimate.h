// Makes long signals small enough to draw, without losing a spike: the smallest and the largest of
// every bucket, in the order in which they came. float32 in base64 is how they travel in the page.
//
// Seconds are of the run (phone's clock, 0 at its begin).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace gauntlet::reports {

// Equal buckets over [from_s, to_s).
struct Buckets {
  double from_s = 0;
  double to_s = 0;
  std::size_t count = 1;
  double width_s() const { return (to_s - from_s) / static_cast<double>(count); }
  // count if outside.
  std::size_t of(double t_s) const;
};

// Two rows a bucket, at its begin and its middle; NaN where nothing fell into the bucket.
class MinMaxSeries {
 public:
  explicit MinMaxSeries(const Buckets& buckets);
  void add(double t_s, float value);
  std::vector<float> rows() const;
  std::vector<float> minima() const;  // one a bucket
  std::vector<float> maxima() const;

 private:
  static constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  struct Bucket {
    float min = kNone, max = kNone;
    bool min_first = true;
  };
  Buckets buckets_;
  std::vector<Bucket> data_;
};

// The times of MinMaxSeries::rows().
std::vector<float> row_times(const Buckets& buckets);
// The middles of the buckets.
std::vector<float> bucket_times(const Buckets& buckets);

// Little-endian, whatever the machine.
std::string float32_base64(std::span<const float> values);

}  // namespace gauntlet::reports
