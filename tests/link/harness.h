// A link with a sender of equal messages at equal intervals.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "sim/link/link.h"

namespace gauntlet::sim {

struct Sender {
  std::size_t bytes = 270;
  std::uint32_t samples = 50;
  double every_ms = 1000;
  int messages = 600;
};

struct Traffic {
  LinkAccount account;
  Counters dropped;
  TrueDevice truth;
  std::vector<std::pair<WorldTime, Delivery>> arrivals;  // without bytes
  bool drained = false;
};

inline Traffic drive(const LinkOptions& options, const std::vector<Sender>& senders,
                     std::uint64_t seed, double stop_at_s = 0) {
  Simulation simulation;
  Traffic t;
  Link link(simulation, options, RandomStream(seed, "link/0"), t.truth, t.dropped,
            [&](const Delivery& d) {
              t.arrivals.push_back({simulation.now(), d});
              t.arrivals.back().second.bytes = {};
            });
  const std::vector<std::byte> payload(100'000);
  for (const Sender& s : senders) {
    for (int i = 0; i < s.messages; ++i) {
      const WorldTime at{from_ms(s.every_ms * (i + 1))};
      simulation.at(at, [&link, &payload, s, i, at] {
        link.send({std::span(payload).first(s.bytes), SensorKind::accelerometer,
                   std::int64_t{i} * s.samples, s.samples, at});
      });
    }
  }
  if (stop_at_s > 0) simulation.at(WorldTime{from_seconds(stop_at_s)}, [&] { link.stop(); });
  simulation.run();
  t.account = link.account();
  t.drained = link.drained();
  return t;
}

}  // namespace gauntlet::sim
