#include "sim/link/phone_radio.h"

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet::sim {

WorldTime PhoneRadio::Connection::next(WorldTime t) const {
  if (t <= anchor) return anchor;
  return anchor + (t - anchor + interval - Duration{1}) / interval * interval;
}

std::size_t PhoneRadio::join(WorldTime anchor, Duration interval) {
  CHECK(interval > Duration{0}, interval.count());
  connections_.push_back({anchor, interval, false, 0, 0, {}});
  return connections_.size() - 1;
}

void PhoneRadio::move(std::size_t connection, WorldTime anchor) {
  connections_[connection].anchor = anchor;
}

void PhoneRadio::set_active(std::size_t connection, bool active) {
  connections_[connection].active = active;
}

// Of two events closer than a packet: `mine` at t, the present, and another's at `at`.
bool PhoneRadio::wins(std::size_t mine, std::size_t other, WorldTime t, WorldTime at) const {
  const Connection &m = connections_[mine], &o = connections_[other];
  if (!o.active) return true;
  if (m.skips != o.skips) return m.skips > o.skips;
  return t < at || mine < other;
}

std::optional<WorldTime> PhoneRadio::claim(std::size_t connection, WorldTime t, Duration need) {
  Connection& mine = connections_[connection];
  const bool lost = mine.gives_up == t || taken_until_ > t;
  WorldTime until = WorldTime::max();
  bool skip = lost;
  for (std::size_t i = 0; i < connections_.size() && !skip; ++i) {
    Connection& other = connections_[i];
    if (i == connection) continue;
    const WorldTime at = other.next(t);
    if (at - t >= need || other.gives_up == at) {
      until = std::min(until, other.gives_up == at ? at + other.interval : at);
    } else {
      skip = !wins(connection, i, t, at);
    }
  }
  if (skip) {
    ++mine.skips;
    return std::nullopt;
  }
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& other = connections_[i];
    if (i == connection) continue;
    const WorldTime at = other.next(t);
    if (at - t < need && other.gives_up != at) {
      other.gives_up = at;
      if (!other.active) ++other.polls_skipped;
      until = std::min(until, at + other.interval);
    }
  }
  mine.skips = 0;
  taken_from_ = t;
  taken_until_ = until;
  return until;
}

void PhoneRadio::release(WorldTime t) {
  CHECK(t >= taken_from_ && t <= taken_until_);
  busy_ += t - taken_from_;
  taken_until_ = t;
}

}  // namespace gauntlet::sim
