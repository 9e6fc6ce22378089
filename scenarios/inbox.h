// What others have sent to one simulation, delivered in an order that does not depend on when it
// was handed over: by time of arrival, then sender, then the sender's count. At an instant of
// arrival, letters come before anything that the simulation itself has scheduled for it.
//
// Whoever runs the simulation to `until` must know every letter that arrives until then.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "sim/engine/simulation.h"

namespace gauntlet::scenarios {

struct LetterOrder {
  WorldTime at;
  std::uint64_t sender = 0;
  std::uint64_t number = 0;
  auto operator<=>(const LetterOrder&) const = default;
};

template <class Letter>
class Inbox {
 public:
  Inbox(sim::Simulation& simulation, std::function<void(Letter)> deliver)
      : simulation_(simulation), deliver_(std::move(deliver)) {}
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  void add(const LetterOrder& order, Letter letter) {
    // A letter from the past would mean that somebody ran ahead of what he had to wait for.
    const WorldTime now = simulation_.now();
    CHECK(order.at > now || (order.at == now && !began_), order.at.time_since_epoch().count(),
          now.time_since_epoch().count());
    CHECK(letters_.emplace(order, std::move(letter)).second, order.sender, order.number);
  }
  // Around each stretch of the simulation's run. Between two stretches nothing of the inbox is
  // scheduled, so that peek() tells of the simulation's own plans.
  void open(WorldTime until) {
    until_ = until;
    began_ = true;
    arm();
  }
  void close() {
    if (event_) simulation_.cancel(*event_);
    event_.reset();
  }
  bool armed() const { return event_.has_value(); }

 private:
  void arm() {
    if (letters_.empty() || letters_.begin()->first.at > until_) return;
    event_ = simulation_.at(letters_.begin()->first.at, [this] { deliver(); }, 0);
  }
  void deliver() {
    event_.reset();
    while (!letters_.empty() && letters_.begin()->first.at == simulation_.now()) {
      auto first = letters_.extract(letters_.begin());
      deliver_(std::move(first.mapped()));
    }
    arm();
  }

  sim::Simulation& simulation_;
  std::function<void(Letter)> deliver_;
  std::map<LetterOrder, Letter> letters_;
  std::optional<sim::EventId> event_;
  WorldTime until_;
  bool began_ = false;
};

}  // namespace gauntlet::scenarios
