// Where the firmware puts frames: straight into the connection, or through an outbox that takes one
// at a time and makes the firmware wait (firmware.h). Internal to the wearable.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "core/base/counters.h"
#include "sim/engine/simulation.h"
#include "sim/wearable/firmware.h"
#include "sim/wearable/message.h"

namespace gauntlet::sim {

class FirmwareOutbox {
 public:
  // References outlive this. `busy` says whether a message is under way; empty: never.
  FirmwareOutbox(Simulation& simulation, const FirmwareOptions& options, MessageSink sink,
                 std::function<bool()> busy, EnergyAccount& energy, Counters& dropped);

  void send(const Message& message);
  // The firmware is waiting with a frame in its hands.
  bool blocked() const { return !held_.empty(); }
  // Runs `f` now or, when blocked, as soon as the firmware is not, in the order of asking.
  void when_free(std::function<void()> f);

 private:
  struct Held {
    std::vector<std::byte> bytes;
    Message message;
  };
  void try_again();
  void hand_over(const Message& message);

  Simulation& simulation_;
  const FirmwareOptions& options_;
  MessageSink sink_;
  std::function<bool()> busy_;
  EnergyAccount& energy_;
  Counters& dropped_;
  std::deque<Held> held_;
  std::int64_t tries_ = 0;  // of held_.front()
  std::vector<std::function<void()>> waiting_;
};

}  // namespace gauntlet::sim
