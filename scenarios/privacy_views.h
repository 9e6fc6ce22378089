// What of one run each adversary sees. Internal to the population.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/ports/system_under_test.h"
#include "scenarios/privacy_population.h"

namespace gauntlet::scenarios {

struct RadioLog {
  std::vector<HostTime> at;
  std::vector<double> bytes;
};

// Passes everything on, and writes down when a message of the first wearable came and how long it
// was.
class RadioObserver final : public SystemUnderTest {
 public:
  RadioObserver(std::unique_ptr<SystemUnderTest> inner, RadioLog& log)
      : inner_(std::move(inner)), log_(log) {}
  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override {
    if (device == 0) {
      log_.at.push_back(arrival);
      log_.bytes.push_back(static_cast<double>(bytes.size()));
    }
    inner_->on_frame(device, bytes, arrival);
  }
  void on_local(const LocalBatch& batch, HostTime arrival) override {
    inner_->on_local(batch, arrival);
  }
  void on_mark(const UserMark& mark) override { inner_->on_mark(mark); }
  void finish() override { inner_->finish(); }

 private:
  std::unique_ptr<SystemUnderTest> inner_;
  RadioLog& log_;
};

// Sizes and times, by direction, of what went over the phone's connections.
struct NetworkLog {
  double issued_s = -1, first_seen_s = -1;
  std::vector<double> up_s, up_bytes;  // phone to ingest
  double down_bytes = 0;
  void add(const sim::WireBytes& wire);
  std::vector<double> view() const;
};

void pad(RadioLog& log, std::int64_t multiple);
std::vector<double> radio_view(const RadioLog& log);
std::vector<TrafficWindow> traffic_windows(const RadioLog& log, const Truth& truth);
std::vector<double> stored_view(const EventLog& events, double noise, sim::RandomStream random);
// Positive control of the canary search: the user's id, hidden in a place of its own in each
// encoding that is claimed to be searched.
void plant_identifiers(const reports::RunRecord& record, std::uint64_t& planted,
                       std::uint64_t& found);

}  // namespace gauntlet::scenarios
