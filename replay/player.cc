#include "replay/player.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::replay {
namespace {

// The instant at which a packet comes, as well as it can be known, on whatever clock the recording
// has; `before` is that of the packet before it.
Duration instant(const Recording& recording, const Packet& packet, Duration before) {
  if (packet.arrival) return packet.arrival->time_since_epoch();
  const auto frame = recording.frame(packet);
  const Duration lasts =
      from_seconds(static_cast<double>(frame.count()) / static_cast<double>(frame.header.rate_hz));
  if (const auto end = frame.end()) return end->time_since_epoch();
  if (const auto start = frame.start()) return start->time_since_epoch() + lasts;
  return before + lasts;
}

}  // namespace

Player::Player(const Recording& recording, sim::Simulation& simulation, Receive receive)
    : recording_(recording), simulation_(simulation), receive_(std::move(receive)) {
  Duration before{0}, first{0}, latest{0};
  for (const Packet& packet : recording.packets) {
    const Duration at = instant(recording, packet, before);
    if (offsets_.empty()) first = at;
    if (at - first < latest) ++out_of_order_;
    latest = std::max(latest, at - first);
    offsets_.push_back(latest);
    before = at;
  }
}

void Player::start(WorldTime first) {
  CHECK(!started_);
  started_ = true;
  first_ = first;
  schedule_next();
}

void Player::schedule_next() {
  if (next_ == offsets_.size()) return;
  simulation_.at(first_ + offsets_[next_], [this] {
    const std::size_t index = next_++;
    receive_(recording_.bytes_of(recording_.packets[index]), index);
    schedule_next();
  });
}

}  // namespace gauntlet::replay
