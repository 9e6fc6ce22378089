// What a host says to a host of another simulation: connections whose two ends live in two
// simulations, each with its own clock of events and perhaps on its own thread.
//
// Each end keeps a Connection of its own and draws for what it sends itself; what it sends becomes
// a message that is handed to the other side before it arrives. A message never arrives earlier
// than the path's minimum latency after it was sent: that is the lookahead by which two simulations
// may run apart (Chandy and Misra, IEEE TSE SE-5, 1979).
//
// Leaves out, against a connection within one simulation: a cut destroys what is under way only
// when both simulations' options name it at the same instant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/time.h"

namespace gauntlet::sim {

struct RemoteMessage {
  enum class Kind : std::uint8_t {
    ask,     // for a connection to `port`
    accept,  // the answers
    refuse,
    data,
    end,
    reset,
    room,  // `bytes_read` were read: the sender may send as many again
  };
  Kind kind = Kind::data;
  bool by_asker = true;  // which end of the connection sent it
  std::uint16_t port = 0;
  WorldTime at;      // of arrival, by the sender's simulation
  std::string from;  // host names
  std::string to;
  std::uint64_t connection = 0;  // counted by the asker for each (from, to)
  std::uint64_t bytes_read = 0;
  std::vector<std::byte> bytes{};
};

// Called while the sending simulation runs.
using RemoteSend = std::function<void(RemoteMessage)>;

// One end of such a connection, as the simulation that holds it knows it. Ordered by the far host,
// so that all that belongs to one lies together.
struct RemoteKey {
  std::string far;
  std::string near;
  std::uint64_t connection = 0;
  bool asked_here = true;
  auto operator<=>(const RemoteKey&) const = default;
};

}  // namespace gauntlet::sim
