// How long a sample of a device lasts on the device's own clock: estimated, never assumed. Real
// oscillators are off by up to 5 % (the Pebble's "50 Hz" is 48.879 Hz).
//
// Evidence is a frame's duration / count, or, where a format has no duration, the distance between
// the ends of consecutive frames. Frames whose period lies off the nominal one by more than the
// gate are not evidence (in its degraded mode the Pebble sends 70 samples that span 110 periods).
// The estimate is the ratio of sums over the frames near the median of the last kHistory, so the 1
// ms resolution of the stamps averages out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace gauntlet {

class SamplePeriod {
 public:
  // `gate`: accepted relative distance from the nominal period. A nominal of 0 means unknown.
  SamplePeriod(Duration nominal, double gate);

  void observe(Duration span, std::uint32_t count);
  // Nominal until the first accepted frame.
  double seconds() const { return seconds_; }
  std::uint64_t rejected() const { return rejected_; }

 private:
  static constexpr std::size_t kHistory = 64;
  struct Entry {
    double span_s;
    std::uint32_t count;
  };
  void estimate();

  double nominal_s_;
  double gate_;
  double seconds_;
  std::array<Entry, kHistory> history_{};
  std::size_t used_ = 0;
  std::size_t next_ = 0;
  std::uint64_t rejected_ = 0;
};

}  // namespace gauntlet
