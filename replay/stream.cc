#include "replay/stream.h"

#include <algorithm>

namespace gauntlet::replay {
namespace {

bool has_identity(const Packet& packet) { return packet.format != wire::FrameFormat::pebble5; }

bool is_repeated(const Recording& recording, const std::vector<std::size_t>& unique,
                 const Packet& packet) {
  const std::size_t seen = std::min(unique.size(), kLookBack);
  for (std::size_t i = unique.size() - seen; i < unique.size(); ++i) {
    const Packet& before = recording.packets[unique[i]];
    if (before.format == packet.format &&
        std::ranges::equal(recording.bytes_of(before), recording.bytes_of(packet))) {
      return true;
    }
  }
  return false;
}

// Steps of the sequence number from one packet to the next, 1 when nothing is lost.
std::uint32_t sequence_step(const Recording& recording, const Packet& from, const Packet& to) {
  if (from.format != wire::FrameFormat::pebble16 || to.format != from.format) return 1;
  const auto a = recording.frame(from).header.sequence, b = recording.frame(to).header.sequence;
  return static_cast<std::uint32_t>((b - a) & 0xff);
}

}  // namespace

PacketStream clean(const Recording& recording) {
  PacketStream stream;
  for (std::size_t i = 0; i < recording.packets.size(); ++i) {
    const Packet& packet = recording.packets[i];
    if (has_identity(packet) && is_repeated(recording, stream.unique, packet)) {
      ++stream.duplicates;
      continue;
    }
    std::uint32_t lost = 0;
    if (!stream.unique.empty()) {
      const auto step = sequence_step(recording, recording.packets[stream.unique.back()], packet);
      if (step == 0 || step > 128) {
        ++stream.reordered;
      } else {
        lost = step - 1;
      }
    }
    stream.unique.push_back(i);
    stream.lost_before.push_back(lost);
    stream.lost += lost;
  }
  return stream;
}

void RunLengths::add(const PacketStream& stream) {
  std::uint32_t run = 0;
  for (const std::uint32_t gap : stream.lost_before) {
    if (gap > 0) {
      ++received[run];
      ++lost[gap];
      run = 0;
    }
    ++run;
  }
  if (run > 0) ++received[run];
}

void RunLengths::merge(const RunLengths& other) {
  for (const auto& [length, n] : other.received) received[length] += n;
  for (const auto& [length, n] : other.lost) lost[length] += n;
}

}  // namespace gauntlet::replay
