// One connection on the phone's radio: packets, fragments, connection events, repetitions, the cap,
// silence. Internal to the link.
//
// A connection event every interval carries some packets; a lost packet ends its event and is
// repeated in the next one (Bluetooth Core 5.3, vol. 6, B, 4.5.6). Other connections of the phone
// may end an event early or take its place (phone_radio.h). A message is cut into packets of the
// application's (packet_bytes, with a header of its own or none) or, with att_mtu, into ATT values
// with 3 B of ATT and 4 B of L2CAP header, and those into radio packets of ll_payload_bytes. The
// cap is a token bucket for packets: tokens must be there before one goes. In the degraded state
// only every so many-th event takes place.
// Silence: while there is nothing to send the wearable answers every (peripheral latency + 1)-th
// poll; polls are lost like packets. When nothing has come through for the supervision timeout the
// connection is lost, and made again some time later, at another anchor. Somebody's noise loses
// packets and polls like any other error; one that lasts loses the connection.
// Leaves out: that there are fewer polls, too, in the degraded state.
// Airtime: 1 Mbit/s, 14 B of preamble, address, headers and checks around a packet, an empty packet
// in answer, two inter-frame spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/time.h"
#include "sim/engine/random.h"
#include "sim/engine/simulation.h"
#include "sim/link/degraded.h"
#include "sim/link/link_options.h"
#include "sim/link/phone_radio.h"

namespace gauntlet::sim {

// bytes = payload + header + repeated, to the byte.
struct RadioAccount {
  std::uint64_t packets = 0;  // on the air, repetitions included
  std::uint64_t repetitions = 0;
  std::uint64_t bytes = 0;            // in packets, repetitions included
  std::uint64_t payload_bytes = 0;    // of messages, acknowledged
  std::uint64_t header_bytes = 0;     // acknowledged with them
  std::uint64_t repeated_bytes = 0;   // of packets that were lost
  std::uint64_t abandoned_bytes = 0;  // of messages, not acknowledged when the connection was lost
  std::uint64_t framing_bytes = 0;    // around all packets, answers included
  double airtime_ms = 0;              // of events with data
  std::uint64_t events = 0;           // used for data
  std::uint64_t events_skipped = 0;   // wanted for data, given to another connection
  std::uint64_t events_cut = 0;       // ended for another connection's sake
  std::uint64_t polls = 0;            // answered without data
  std::uint64_t polls_skipped = 0;    // taken by another connection
  double poll_airtime_ms = 0;
  std::uint64_t connections_lost = 0;  // silence for the supervision timeout
};

// Whether a packet that is on the air from one instant to the other is lost to somebody's noise.
using Interference = std::function<bool(WorldTime, WorldTime)>;

class Radio {
 public:
  // False: the connection was lost before the last packet had been acknowledged.
  using Done = std::function<void(bool ok)>;

  // References outlive this.
  Radio(Simulation& simulation, const LinkOptions& options, const RandomStream& stream,
        PhoneRadio& phone);

  void add_interference(Interference spoils) { interference_.push_back(std::move(spoils)); }

  // When there is a connection: now, or later when it has just been lost.
  WorldTime connected_at();
  // Starts now; not while another message is under way, and not without a connection. `done` is
  // called when the last packet has been acknowledged.
  void send(std::size_t bytes, Done done);
  // Forgets the message under way; `done` will not be called.
  void abort();

  // Brings the account up to the simulation's now.
  const RadioAccount& account();

 private:
  struct Packet {
    std::size_t header_left = 0, payload_left = 0;  // not acknowledged yet
  };

  bool sending() const { return message_left_ > 0; }
  WorldTime event_at_or_after(WorldTime t);
  WorldTime following() { return event_at_or_after(event_ + Duration{1}); }
  std::int64_t packets_per_event();
  std::size_t fragment() const;
  WorldTime afford(std::size_t bytes, WorldTime t);
  void next_packet();
  void plan(WorldTime t);
  void run_event();
  void transmit(WorldTime event, WorldTime until);
  void acknowledge(std::size_t bytes, WorldTime event);
  void wait_for_event();
  void finish(bool ok);
  void lose(WorldTime t);
  void idle_until(WorldTime t);
  bool spoilt(WorldTime from, WorldTime to) const;

  Simulation& simulation_;
  LinkOptions options_;
  PhoneRadio& phone_;
  RandomStream errors_, anchors_, polls_, reconnect_;
  std::vector<Interference> interference_;
  DegradedState degraded_;
  Duration interval_;
  std::size_t connection_;
  WorldTime anchor_;
  WorldTime event_;            // the event in use
  std::int64_t in_event_ = 0;  // packets it has carried
  double tokens_;
  WorldTime tokens_at_;

  Done done_;
  std::size_t message_left_ = 0;
  Packet packet_;
  WorldTime last_;     // event of the latest acknowledged packet
  WorldTime contact_;  // the latest answer of any kind
  WorldTime idle_from_;
  WorldTime connected_at_;
  EventId timer_;
  const Tag tag_ = simulation_.tag("link: connection event");
  RadioAccount account_;
};

}  // namespace gauntlet::sim
