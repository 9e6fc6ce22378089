// Plays a recording's packets into a callback at the instants at which they once arrived, in the
// order in which they stand, duplicates and all.
//
// Clock domain: the recording's phone time becomes the simulated world's, the first arrival at the
// instant given. A packet without an arrival time (most recordings have none) arrives when its
// device says its buffer ended; one that says nothing of time, when its samples end at their
// nominal rate behind the packet before. An arrival earlier than the one before it is taken as
// simultaneous with it, and counted.
//
// The recording and the simulation must outlive the player, and the player its last packet. One
// event is scheduled at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "replay/recording.h"
#include "sim/engine/simulation.h"

namespace gauntlet::replay {

class Player {
 public:
  // `index` is that of the packet in the recording.
  using Receive = std::function<void(std::span<const std::byte> bytes, std::size_t index)>;

  Player(const Recording& recording, sim::Simulation& simulation, Receive receive);
  // Schedules the first packet at `first`, the others as far behind it as they were. Once.
  void start(WorldTime first);

  std::size_t played() const { return next_; }
  std::uint64_t out_of_order() const { return out_of_order_; }
  // When each packet arrives, after the first.
  std::span<const Duration> offsets() const { return offsets_; }

 private:
  void schedule_next();

  const Recording& recording_;
  sim::Simulation& simulation_;
  Receive receive_;
  std::vector<Duration> offsets_;
  std::uint64_t out_of_order_ = 0;
  WorldTime first_;
  std::size_t next_ = 0;
  bool started_ = false;
};

}  // namespace gauntlet::replay
