// What a perfect sensor of the same sign would have read, at any instant: straight between the
// truth's samples.
#pragma once

#include <algorithm>
#include <cmath>

#include "scenarios/runner.h"

namespace gauntlet::campaign {

class TrueSignal {
 public:
  // Without truth for this stream every value is NaN. Borrows from the run.
  TrueSignal(const scenarios::SeedRun& run, StreamId id) {
    for (const reports::StreamLedger& s : run.detail.ledger.streams) {
      if (s.truth->id == id && s.truth->signal.size() == 3 * s.true_host.size()) stream_ = &s;
    }
  }
  explicit operator bool() const { return stream_ != nullptr; }
  double at(HostTime t, std::size_t axis) const {
    if (!stream_) return std::nan("");
    const auto& times = stream_->true_host;
    const auto it = std::lower_bound(times.begin(), times.end(), t);
    if (it == times.begin() || it == times.end()) return std::nan("");
    const auto i = static_cast<std::size_t>(it - times.begin());
    const double share = static_cast<double>((t - times[i - 1]).count()) /
                         static_cast<double>((times[i] - times[i - 1]).count());
    const double a = double{stream_->truth->signal[3 * (i - 1) + axis]};
    const double b = double{stream_->truth->signal[3 * i + axis]};
    return (stream_->truth->inverted ? -1 : 1) * (a + share * (b - a));
  }

 private:
  const reports::StreamLedger* stream_ = nullptr;
};

}  // namespace gauntlet::campaign
