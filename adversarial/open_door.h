// A service that takes every token and every request: the control that an attack on tokens or
// services must break, or its count of what was granted is worth nothing. It stands in the
// attacker's world alone; no service that ships has a way to be it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/base/counters.h"
#include "core/runtime/runtime.h"

namespace gauntlet::adversarial {

class OpenDoor {
 public:
  // Listens on a free port of `runtime`, which outlives this.
  OpenDoor(Runtime& runtime, std::string host);
  const Endpoint& endpoint() const { return endpoint_; }
  // Until close().
  asio::awaitable<void> serve();
  void close();

 private:
  Runtime& runtime_;
  std::unique_ptr<Listener> waiting_;
  Listener* listener_;  // serve()'s, once that began
  Endpoint endpoint_;
  Counters counters_;
};

}  // namespace gauntlet::adversarial
