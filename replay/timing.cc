#include "replay/timing.h"

#include <cmath>

namespace gauntlet::replay {

std::vector<Buffer> buffers_of(const Recording& recording, const PacketStream& stream) {
  std::vector<Buffer> buffers;
  for (std::size_t i = 0; i < stream.unique.size(); ++i) {
    const auto frame = recording.frame(recording.packets[stream.unique[i]]);
    if (frame.format != wire::FrameFormat::pebble16) continue;
    const auto end_ms = static_cast<std::int64_t>(frame.header.end_ms);
    const auto start_ms = end_ms - static_cast<std::int64_t>(frame.header.duration_ms);
    // The sequence says whether a packet is missing, the time whether the device was off between.
    const bool follows = !buffers.empty() && stream.lost_before[i] == 0 &&
                         std::abs(start_ms - buffers.back().end_ms) <= 20;
    buffers.push_back(
        {frame.count(), static_cast<double>(frame.header.rate_hz), start_ms, end_ms, follows});
  }
  return buffers;
}

void TimingTotals::add(std::span<const Buffer> buffers) {
  for (const Decoder decoder : kDecoders) {
    const Placement placement = place(decoder, buffers);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      const Buffer& b = buffers[i];
      const PlacedBuffer& placed = placement.buffers[i];
      if (b.count != kTimedCount || b.rate_hz != kTimedRate_hz || !is_regular(b)) continue;
      const double lasts_ms = b.count * placed.period_ms;
      decoded_s[decoder] += lasts_ms * 1e-3;
      if (decoder != Decoder::aligned) continue;
      ++packets;
      own_s += static_cast<double>(b.duration_ms()) * 1e-3;
      const double late_ms = placed.first_ms + lasts_ms - static_cast<double>(b.end_ms);
      aligned_squared_ms2 += late_ms * late_ms;
    }
  }
}

void TimingTotals::merge(const TimingTotals& other) {
  packets += other.packets;
  own_s += other.own_s;
  aligned_squared_ms2 += other.aligned_squared_ms2;
  for (const auto& [decoder, seconds] : other.decoded_s) decoded_s[decoder] += seconds;
}

double TimingTotals::loss_s_per_h(Decoder decoder) const {
  const auto it = decoded_s.find(decoder);
  if (it == decoded_s.end() || own_s <= 0) return 0;
  return (own_s - it->second) / own_s * 3600;
}

double TimingTotals::rate_hz() const {
  return own_s > 0 ? static_cast<double>(packets * kTimedCount) / own_s : 0;
}

double TimingTotals::aligned_rms_ms() const {
  return packets > 0 ? std::sqrt(aligned_squared_ms2 / static_cast<double>(packets)) : 0;
}

}  // namespace gauntlet::replay
