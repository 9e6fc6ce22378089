// A wearable on a simulation: its sensors sample, its firmware (firmware.h) reads, stamps and packs
// what they have, and hands frames to its radio.
//
// A frame's end is stamped with the time-stamp clock as read when the samples are read out, its
// duration is the time since the previous buffer's end. Samples lost here are counted as
// "wearable.fifo_overflow" (a FIFO was full), "wearable.not_taken" (the application waited for its
// outbox) and "wearable.outbox_busy" (a frame was dropped).
// Leaves out: the beat of a polled sensor's own sample rate against the polls (a polled sensor
// measures when it is read, and has no gaps).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/counters.h"
#include "core/base/result.h"
#include "core/truth/truth.h"
#include "sim/engine/simulation.h"
#include "sim/wearable/clocks.h"
#include "sim/wearable/firmware.h"
#include "sim/wearable/firmware_outbox.h"
#include "sim/wearable/message.h"
#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::sim {

struct WearableOptions {
  std::string name = "watch";
  Worn worn = Worn::wrist;
  std::vector<SensorOptions> sensors;
  bool shared_oscillator = true;
  ThermalOptions thermal;
  StampClockOptions clock;
  FirmwareOptions firmware;
  EnergyOptions energy;
  void describe(OptionVisitor& v);
  // What ranges cannot say ("bad_wearable"); the constructor below insists on it.
  Result<void> validate() const;
};

// "pebble": accelerometer, and the recordings' application with its outbox; "pebble-two-sensors":
// accelerometer and gyroscope, and firmware that queues; "watch-2023": these, magnetometer and
// heart rate; "shirt": strain gauges; "ideal".
const std::vector<std::string_view>& wearable_preset_names();
WearableOptions wearable_preset(std::string_view name);

class Wearable {
 public:
  // `stream`: "wearable/<name>". Appends its streams to `truth` and counts losses, in samples, in
  // `dropped`; these, `simulation` and `motion` outlive it. Works from `begin` to `end`; what it
  // holds at the end is sent as a last, shorter frame. `busy`: whether the connection has a message
  // under way; empty: never.
  Wearable(Simulation& simulation, const WearableOptions& options, DeviceIndex device,
           const RandomStream& stream, const Motion& motion, WorldTime begin, WorldTime end,
           TrueDevice& truth, Counters& dropped, MessageSink sink, std::function<bool()> busy = {});
  ~Wearable();
  Wearable(const Wearable&) = delete;
  Wearable& operator=(const Wearable&) = delete;

  // Before start(). The source outlives the wearable. Acts on sensors of this kind.
  void add_source(SensorKind sensor, const AnalogSource& source);
  void start();

  // Nothing waits in the outbox.
  bool drained() const { return !outbox_.blocked(); }
  EnergyAccount energy() const;
  std::uint64_t gap_samples() const;
  // Of all sensors, sensor after sensor.
  std::vector<TrueRefusal> refusals() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> make_stream(const SensorOptions& o, DeviceIndex device,
                                      const RandomStream& stream, const Motion& motion,
                                      WorldTime begin);
  // Algorithm `watermark`.
  void fill(Stream& s);
  void wake(Stream& s);
  void resume(Stream& s);
  // Algorithm `poll`.
  void poll_batch();
  void poll_done();
  // Algorithm `timer`.
  void wait_for_timer();
  void on_timer();

  WorldTime tick(std::int64_t number) const;
  // The next tick that is not in the past becomes the present one.
  void skip_to_now();
  void awake(std::uint64_t wake_ups, double reading_ms, std::size_t samples);
  void read_fifo(Stream& s, WorldTime now, bool everything);
  void flush(Stream& s, std::size_t n, WorldTime now);
  void discard(Stream& s, std::size_t n, const char* reason);
  void send(Stream& s, std::size_t begin, std::size_t count, WorldTime now);

  Simulation& simulation_;
  WearableOptions options_;
  TrueDevice& truth_;
  Counters& dropped_;
  WorldTime begin_, end_;
  StampClock clock_;
  RandomStream timing_;
  std::vector<std::unique_ptr<Stream>> streams_;
  EnergyAccount energy_;
  FirmwareOutbox outbox_;
  double tick_ns_ = 0;  // between two wake-ups of poll or timer, true time
  std::int64_t tick_ = 0;
};

}  // namespace gauntlet::sim
