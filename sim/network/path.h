// One direction between two hosts: when does what is sent now arrive?
//
// Models delay with jitter, a shared bandwidth (first come, first served), loss as the delay of
// TCP's retransmission time-outs (RFC 6298, doubling), and stretches in which nothing passes.
// Leaves out congestion control, reordering (order is the connection's matter), fast retransmit and
// the bandwidth that retransmissions take.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/network/network_options.h"

namespace gauntlet::sim {

struct PathCounts {
  std::uint64_t connections = 0;      // asked for by `from`
  std::uint64_t refused = 0;          // nobody listened, or the backlog was full
  std::uint64_t messages = 0;         // writes accepted
  std::uint64_t bytes = 0;            // of those writes
  std::uint64_t segments = 0;         // data, without retransmissions
  std::uint64_t retransmissions = 0;  // lost, or sent while nothing passed
  std::uint64_t timeouts = 0;         // given up
  std::uint64_t resets = 0;
  std::uint64_t swallowed = 0;  // segments of half-open connections
};

class Path : public std::enable_shared_from_this<Path> {
 public:
  Path(const NetworkOptions& options, const std::string& from, const std::string& to);

  bool up(WorldTime t) const;
  // One attempt; nothing when it is lost.
  std::optional<WorldTime> attempt(WorldTime sent, RandomStream& random);
  struct Delivery {
    bool given_up = false;
    WorldTime at;  // of arrival, or of giving up
  };
  // With retransmissions. `bytes` take their time on the line first.
  Delivery carry(WorldTime now, std::size_t bytes, RandomStream& random);

  Duration latency_min() const { return latency_min_; }
  // How long a sender tries before it takes the connection for dead.
  Duration patience() const;
  const PathOptions& options() const { return options_; }
  const std::string& from() const { return from_; }
  const std::string& to() const { return to_; }

  PathCounts counts;

 private:
  struct Gap {
    WorldTime from, to;
  };
  Duration next_timeout(Duration timeout) const;
  std::string from_, to_;
  PathOptions options_;
  Duration latency_min_{};
  std::vector<Gap> gaps_;
  WorldTime line_free_;
};

}  // namespace gauntlet::sim
