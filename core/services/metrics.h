// What an operator's monitoring reads of services, as Prometheus text (exposition format 0.0.4):
//
//   gauntlet_ready{service}            1 while the store answers
//   gauntlet_events_total{service,event}  the service's counters, by their dotted names
//   gauntlet_answer_seconds{service}   histogram: from a whole request to its answer
//
// Counters name reasons for which tokens were refused. To whom a service answers 401 that is an
// oracle, so this text belongs on an endpoint of its own and never on a service's.
//
// Leaves out: time on the wire and in TLS, which are the load generator's to measure.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/counters.h"
#include "core/base/time.h"

namespace gauntlet {

class LatencyHistogram {
 public:
  // Upper bounds, included. Around the goal of 50 ms at the 99th percentile.
  static constexpr std::array<std::int64_t, 12> kBounds_us{
      50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 1'000'000};

  // A clock that was set back meanwhile counts as no time.
  void observe(Duration d);
  // Observations at or below kBounds_us[i]; of all for i == kBounds_us.size().
  std::uint64_t at_most(std::size_t i) const;
  std::uint64_t count() const { return at_most(kBounds_us.size()); }
  Duration sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kBounds_us.size() + 1> counts_{};
  Duration sum_{};
};

struct ServiceMetrics {
  std::string_view service;
  bool ready = false;
  const Counters* counters = nullptr;
  const LatencyHistogram* latency = nullptr;
};

std::string prometheus_text(std::span<const ServiceMetrics> services);

}  // namespace gauntlet
