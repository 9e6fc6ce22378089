#include "core/signal/sample_period.h"

#include <algorithm>
#include <cmath>

namespace gauntlet {
namespace {

constexpr double kStampResolution_s = 1e-3;
// Clocks wander by 0.1 % from day to day; anything further from the median is a damaged frame.
constexpr double kMedianGate = 0.005;

}  // namespace

SamplePeriod::SamplePeriod(Duration nominal, double gate)
    : nominal_s_(to_seconds(nominal)), gate_(gate), seconds_(nominal_s_) {}

void SamplePeriod::observe(Duration span, std::uint32_t count) {
  const double span_s = to_seconds(span);
  if (count == 0 || span_s <= 0) return;
  const double resolution = 1.5 * kStampResolution_s;
  if (nominal_s_ > 0 &&
      std::abs(span_s - nominal_s_ * count) > gate_ * nominal_s_ * count + resolution) {
    ++rejected_;
    return;
  }
  history_[next_] = {span_s, count};
  next_ = (next_ + 1) % kHistory;
  used_ = std::min(used_ + 1, kHistory);
  estimate();
}

void SamplePeriod::estimate() {
  std::array<double, kHistory> periods;
  for (std::size_t i = 0; i < used_; ++i) periods[i] = history_[i].span_s / history_[i].count;
  const auto middle = periods.begin() + static_cast<std::ptrdiff_t>(used_ / 2);
  std::nth_element(periods.begin(), middle, periods.begin() + static_cast<std::ptrdiff_t>(used_));
  const double median = *middle;
  double span_s = 0;
  double count = 0;
  for (std::size_t i = 0; i < used_; ++i) {
    const Entry& e = history_[i];
    if (std::abs(e.span_s - median * e.count) >
        kMedianGate * median * e.count + 1.5 * kStampResolution_s) {
      continue;
    }
    span_s += e.span_s;
    count += e.count;
  }
  if (count > 0) seconds_ = span_s / count;
}

}  // namespace gauntlet
