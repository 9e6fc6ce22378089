// How long a message takes on the air: packets, connection events, repetitions, the cap. Internal
// to the link.
//
// A connection event every interval carries some packets; a lost packet ends its event and is
// repeated in the next one (Bluetooth Core 5.3, vol. 6, B, 4.5.6). The cap is a token bucket:
// tokens for a packet must be there before it goes. Airtime: 1 Mbit/s, 14 B of preamble, address,
// headers and checks around a packet, an empty packet in answer, two inter-frame spaces.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/link/link_options.h"

namespace gauntlet::sim {

struct RadioAccount {
  std::uint64_t packets = 0;  // repetitions included
  std::uint64_t repetitions = 0;
  std::uint64_t bytes = 0;  // in packets, repetitions included
  double airtime_ms = 0;
};

class Radio {
 public:
  Radio(const LinkOptions& options, const RandomStream& stream, WorldTime begin);
  // Sends at `from` or as soon as may be; returns when the last packet has been acknowledged.
  // `from` must not decrease.
  WorldTime send(std::size_t bytes, WorldTime from);
  const RadioAccount& account() const { return account_; }

 private:
  WorldTime event_at_or_after(WorldTime t) const;
  WorldTime afford(std::size_t bytes, WorldTime t);

  LinkOptions options_;
  RandomStream errors_;
  Duration interval_;
  WorldTime anchor_;
  WorldTime event_;            // the event in use
  std::int64_t in_event_ = 0;  // packets it has carried
  double tokens_;
  WorldTime tokens_at_;
  RadioAccount account_;
};

}  // namespace gauntlet::sim
