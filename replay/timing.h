// How much time a decoder loses against the packets' own clock: over the buffers counted, the time
// by which the decoded stretch is shorter than the stretch the device's clock says it was, per hour
// of the latter. Counted are buffers of 100 samples at a nominal 50 Hz, duplicates removed, as in
// the published figures (flooring to 20 ms: about 10 s per hour).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "replay/alignment.h"
#include "replay/recording.h"
#include "replay/stream.h"

namespace gauntlet::replay {

inline constexpr std::uint32_t kTimedCount = 100;
inline constexpr double kTimedRate_hz = 50;

// The buffers of a recording's unique packets; only formats with end and duration have any.
std::vector<Buffer> buffers_of(const Recording& recording, const PacketStream& stream);

struct TimingTotals {
  std::uint64_t packets = 0;
  double own_s = 0;
  std::map<Decoder, double> decoded_s;
  // Sample k's aligned time against the packet's own clock, at the packets' ends: squares summed.
  double aligned_squared_ms2 = 0;

  void add(std::span<const Buffer> buffers);
  void merge(const TimingTotals& other);
  // 0 when nothing was counted.
  double loss_s_per_h(Decoder decoder) const;
  double rate_hz() const;  // samples per second of the packets' own clock
  double aligned_rms_ms() const;
};

}  // namespace gauntlet::replay
