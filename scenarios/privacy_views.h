// What of one run each adversary sees. Internal to the population.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/ports/passing_on.h"
#include "scenarios/privacy_population.h"

namespace gauntlet::scenarios {

// Passes everything on, and writes down when a message of the first wearable came, in seconds of
// the phone's clock, and how long it was.
class RadioObserver final : public PassingOn {
 public:
  RadioObserver(std::unique_ptr<SystemUnderTest> inner, TrafficLog& log)
      : PassingOn(std::move(inner)), log_(log) {}
  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override {
    if (device == 0) {
      log_.at_s.push_back(seconds_since_origin(arrival));
      log_.bytes.push_back(static_cast<double>(bytes.size()));
    }
    PassingOn::on_frame(device, bytes, arrival);
  }

 private:
  TrafficLog& log_;
};

// Sizes and times, by direction, of what went over the phone's connections; seconds of the world's
// clock.
struct NetworkLog {
  double issued_s = -1, first_seen_s = -1;
  TrafficLog up;  // phone to ingest
  double down_bytes = 0;
  void add(const sim::WireBytes& wire);
  std::vector<double> view() const;
};

// Both return what it costs on average: bytes more a message, seconds later.
double pad(TrafficLog& log, std::int64_t multiple);
double hold_back(TrafficLog& log, double hold_s_max, sim::RandomStream random);
// So that the session begins at 0.
void shift(TrafficLog& log, double begin_s);
std::vector<double> traffic_view(const TrafficLog& log);
std::vector<TrafficWindow> traffic_windows(const TrafficLog& log, const Truth& truth);

struct StoredView {
  std::vector<double> features;
  std::vector<StoredWindow> windows;
};
StoredView stored_view(const EventLog& events, const Truth& truth, double noise,
                       sim::RandomStream random);
// Positive control of the canary search: the user's id, hidden in a place of its own in each
// encoding that is claimed to be searched.
void plant_identifiers(const reports::RunRecord& record, std::uint64_t& planted,
                       std::uint64_t& found);

}  // namespace gauntlet::scenarios
