// The phone's one radio, shared by all its connections: a timeline on which connection events are
// laid, one at a time.
//
// The phone is the central device: it fixes when each connection's events are (an anchor and an
// interval, on its own clock, so that they do not drift against each other), opens every event, and
// ends it before the next one of another connection is due. Two events closer than a packet: the
// connection with more skips in a row goes first, then the earlier one; the other's event is
// skipped. A connection with nothing to say gives way, its poll is skipped.
// Leaves out: the phone's other radios (Wi-Fi) and its scanning; that an event without data is
// shorter for a connection in its degraded state or with peripheral latency (the phone polls
// anyway).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace gauntlet::sim {

class PhoneRadio {
 public:
  // A connection whose events are at anchor + n * interval, n >= 0.
  std::size_t join(WorldTime anchor, Duration interval);
  // It was lost and has been made again: there is none before `anchor`.
  void move(std::size_t connection, WorldTime anchor);
  // Whether it has data; times must not decrease.
  void set_active(std::size_t connection, bool active);

  // Its event at `t`, the present, wants the radio for at least `need`: until when it may have it,
  // nullopt when the event is skipped.
  std::optional<WorldTime> claim(std::size_t connection, WorldTime t, Duration need);
  // The event that was granted used the radio up to `t`.
  void release(WorldTime t);

  std::uint64_t polls_skipped(std::size_t connection) const {
    return connections_[connection].polls_skipped;
  }
  Duration busy() const { return busy_; }  // with events that carried data

 private:
  struct Connection {
    WorldTime anchor;
    Duration interval;
    bool active = false;
    std::uint64_t skips = 0;  // in a row
    std::uint64_t polls_skipped = 0;
    std::optional<WorldTime> gives_up;  // the event it has lost
    WorldTime next(WorldTime t) const;  // its first event at or after t
  };
  bool wins(std::size_t mine, std::size_t other, WorldTime t, WorldTime at) const;

  std::vector<Connection> connections_;
  WorldTime taken_from_, taken_until_;
  Duration busy_{0};
};

}  // namespace gauntlet::sim
