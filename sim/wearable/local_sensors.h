// The phone's own sensors, as its operating system hands them to an application: batches of values
// with stamps of the host's clock.
//
// Stamps: the instant at which the system handled the sample, to the millisecond. Now and then it
// is busy for a while; what was sampled meanwhile is handled, and stamped, in one go afterwards.
// Fitted to phones of the public recordings (see the options). Leaves out: sample-time stamps that
// newer systems give beside these.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/truth/truth.h"
#include "sim/engine/simulation.h"
#include "sim/wearable/host_clock.h"
#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::sim {

struct LocalSensorsOptions {
  std::string name = "phone";
  Worn worn = Worn::pocket;
  std::vector<SensorOptions> sensors;
  ThermalOptions thermal;
  std::int64_t batch = 20;          // samples of a delivery
  double latency_ms = 1;            // from sampling to handling, at least
  double latency_jitter_ms = 0.8;   // mean of what comes on top, exponential
  double handling_ms = 0.4;         // of one sample, when several wait
  double busy_probability = 0.068;  // that the system becomes busy between two samples
  double busy_min_ms = 11.5;
  double busy_mean_ms = 27;  // of min + exponential
  // Instead of min + exponential: quantiles as measured, linear in between.
  bool busy_empirical = false;
  double busy_p50_ms = 22;
  double busy_p90_ms = 47;
  double busy_p99_ms = 83;
  double busy_max_ms = 188;
  double stamp_resolution_ms = 1;
  void describe(OptionVisitor& v);
  // What ranges cannot say ("bad_phone"); the constructor below insists on it.
  Result<void> validate() const;
};

// "phone": accelerometer and gyroscope at nominally 100 Hz.
const std::vector<std::string_view>& local_sensors_preset_names();
LocalSensorsOptions local_sensors_preset(std::string_view name);

struct LocalDelivery {
  StreamId stream;
  std::span<const HostTime> stamps;  // valid during the call only
  std::span<const float> values;     // 3 per stamp, SI units
};
using LocalSink = std::function<void(const LocalDelivery&)>;

class LocalSensors {
 public:
  // `stream`: "phone". The sensors share one oscillator (the first one's options, gaps included)
  // and one handling. Each delivery is recorded as one frame of the device, before the sink is
  // called. References outlive this.
  LocalSensors(Simulation& simulation, const LocalSensorsOptions& options, DeviceIndex device,
               const RandomStream& stream, const Motion& motion, const HostClock& host,
               WorldTime begin, WorldTime end, TrueDevice& truth, LocalSink sink);
  ~LocalSensors();
  LocalSensors(const LocalSensors&) = delete;
  LocalSensors& operator=(const LocalSensors&) = delete;

  void add_source(SensorKind sensor, const AnalogSource& source);
  void start();

 private:
  void schedule();
  void deliver();
  double draw_busy_ms();

  Simulation& simulation_;
  LocalSensorsOptions options_;
  const HostClock& host_;
  TrueDevice& truth_;
  LocalSink sink_;
  WorldTime end_;
  RandomStream handling_;
  std::vector<std::unique_ptr<SampledSensor>> sensors_;
  std::vector<WorldTime> pending_, other_;
  std::vector<HostTime> stamps_;
  std::vector<float> xyz_;
  WorldTime handled_;  // when the latest sample was
  WorldTime busy_until_;
  std::int64_t first_ = 0;
};

}  // namespace gauntlet::sim
