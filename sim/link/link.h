// One wearable's link to the phone: what the firmware hands over arrives there late, twice, out of
// order or not at all, and every sample of it is accounted for.
//
// A message waits in a bounded queue; the application's outbox has one message in flight, tries it
// up to `tries` times and then drops it; the radio (radio.h), which the phone's other connections
// share (phone_radio.h), takes its time; the phone's stack adds a delay. Losses are counted in
// samples: "link.queue_full", "link.outbox_timeout", "link.gave_up", "link.end_of_run". Books, in
// bytes, once drained: accepted = delivered + dropped; attempted (every try of a message) =
// acknowledged by the radio + abandoned when a connection was lost. Leaves out: the phone's own
// transmissions, and Bluetooth's own flow control (the cap stands for it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/counters.h"
#include "core/truth/truth.h"
#include "sim/engine/simulation.h"
#include "sim/link/link_options.h"
#include "sim/link/loss_model.h"
#include "sim/link/outages.h"
#include "sim/link/phone_radio.h"
#include "sim/link/radio.h"
#include "sim/wearable/message.h"

namespace gauntlet::sim {

// What is accepted and not yet sent, at one instant.
struct Backlog {
  std::uint64_t bytes = 0;
  double age_ms = 0;  // of the oldest message
};

struct LinkAccount {
  std::uint64_t accepted_messages = 0, accepted_samples = 0, accepted_bytes = 0;
  std::uint64_t delivered_messages = 0, delivered_samples = 0, delivered_bytes = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t dropped_bytes = 0;
  std::uint64_t tries = 0, failed_tries = 0;
  std::uint64_t attempted_bytes = 0, failed_bytes = 0;  // of tries
  RadioAccount radio;
  Counters dropped;  // samples, by reason
  std::uint64_t backlog_bytes_max = 0;
  double backlog_ms_max = 0;
  std::vector<Backlog> backlog;  // at begin + 0 s, 1 s, 2 s, …
};

struct Delivery {
  std::span<const std::byte> bytes;  // valid during the call only
  SensorKind sensor = SensorKind::accelerometer;
  std::int64_t first_sample = 0;
  std::uint32_t count = 0;
  bool duplicate = false;
};
using DeliverySink = std::function<void(const Delivery&)>;

class Link {
 public:
  // `phone`: shared with other links, or none for a radio of its own. `stream`: "link/<device>".
  // Each arrival is recorded as a frame in `truth`, then given to `sink`. Losses are counted in
  // `dropped`. References outlive this; it must outlive the simulation's run.
  Link(Simulation& simulation, const LinkOptions& options, const RandomStream& stream,
       TrueDevice& truth, Counters& dropped, DeliverySink sink, PhoneRadio* phone = nullptr);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Somebody else's noise on this link's packets.
  void add_interference(Interference spoils) { radio_.add_interference(std::move(spoils)); }

  // Copies the message. Call from the simulation, at its `created` or later.
  void send(const Message& message);
  MessageSink sink() {
    return [this](const Message& m) { send(m); };
  }
  // Something is under way or waits to be.
  bool busy() const { return in_flight_ != kNone || !queue_.empty(); }
  // True when everything accepted has been delivered or dropped. Without further sends the
  // simulation reaches this by itself.
  bool drained() const { return !busy() && on_the_way_ == 0; }
  // Ends the run now: what has not arrived is dropped and counted, nothing arrives any more.
  void stop();

  // Brings the account up to the simulation's now.
  const LinkAccount& account();

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Slot {
    std::vector<std::byte> bytes;
    SensorKind sensor = SensorKind::accelerometer;
    std::int64_t first_sample = 0;
    std::uint32_t count = 0;
    WorldTime created;
    std::uint32_t copies = 0;  // still to arrive
    bool arrived = false;
  };

  std::size_t take_slot(const Message& message);
  void release(std::size_t slot);
  void drop(std::size_t slot, const char* reason);
  void make_room(std::size_t bytes);
  void pump();
  void start_try();
  void finish_try(bool ok);
  void count_dropped(const Slot& slot, const char* reason);
  void deliver_later(std::size_t slot);
  void arrive(std::size_t slot);
  Duration draw_delay();
  void keep_account();
  Backlog backlog_at(WorldTime t) const;

  Simulation& simulation_;
  LinkOptions options_;
  TrueDevice& truth_;
  Counters& dropped_;
  DeliverySink sink_;
  RandomStream delay_, duplicate_, reorder_;
  LossModel loss_;
  Outages outages_;
  PhoneRadio own_phone_;
  Radio radio_;

  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;
  std::deque<std::size_t> queue_;
  std::uint64_t queued_bytes_ = 0;
  std::size_t in_flight_ = kNone;
  std::int64_t tries_ = 0;
  std::int64_t errors_ = 0;
  bool gave_up_ = false;
  bool stopped_ = false;
  std::size_t on_the_way_ = 0;  // arrivals scheduled
  WorldTime last_arrival_;
  WorldTime begin_;
  LinkAccount account_;
};

}  // namespace gauntlet::sim
