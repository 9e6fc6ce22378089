// A wearable on a simulation: its sensors fill FIFOs, its firmware wakes once per batch, stamps,
// packs and hands frames to its radio.
//
// Firmware: when a FIFO reaches `batch` samples it raises an interrupt; some time later (readout
// delay, now and then a stall) the firmware empties it, stamps the buffer's end with the time-stamp
// clock as read then, and its duration as the time since the previous buffer's end. A FIFO that
// overflows meanwhile loses samples, counted as "wearable.fifo_overflow".
// Leaves out: the polling firmware (algorithm 1 of the essay), compression, back-pressure from the
// radio into the firmware.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/counters.h"
#include "core/base/result.h"
#include "core/truth/truth.h"
#include "sim/engine/simulation.h"
#include "sim/wearable/clocks.h"
#include "sim/wearable/message.h"
#include "sim/wearable/sampled_sensor.h"

namespace gauntlet::sim {

enum class Overflow : std::uint8_t { drop_oldest, drop_newest };

struct FirmwareOptions {
  std::int64_t batch = 100;
  std::int64_t fifo_samples = 200;
  Overflow overflow = Overflow::drop_oldest;
  double readout_delay_ms = 0.35;  // mean, exponential
  double stall_per_hour = 0;
  double stall_ms = 1500;  // mean, exponential
  double wake_ms = 2;      // awake per wake-up, beside packing
  double pack_us = 15;     // per sample
  void describe(OptionVisitor& v);
};

// Costs of what the firmware does; nothing here changes a sample.
struct EnergyOptions {
  double wake_uj = 50;  // per wake-up
  double awake_mw = 15;
  double asleep_mw = 0.05;
  double radio_uj_per_byte = 1.5;
  void describe(OptionVisitor& v);
};

struct EnergyAccount {
  std::uint64_t wake_ups = 0;
  std::uint64_t bytes = 0;  // handed to the radio
  double awake_ms = 0;
  double millijoules(const EnergyOptions& costs, double run_s) const;
};

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

// "pebble": accelerometer; "pebble-two-sensors": accelerometer and gyroscope; "watch-2023": these,
// magnetometer and heart rate; "shirt": strain gauges; "ideal".
const std::vector<std::string_view>& wearable_preset_names();
WearableOptions wearable_preset(std::string_view name);

class Wearable {
 public:
  // `stream`: "wearable/<name>". Appends its streams to `truth` and counts losses, in samples, in
  // `dropped`; these, `simulation` and `motion` outlive it. Works from `begin` to `end`; what is in
  // a FIFO at the end is sent as a last, shorter frame.
  Wearable(Simulation& simulation, const WearableOptions& options, DeviceIndex device,
           const RandomStream& stream, const Motion& motion, WorldTime begin, WorldTime end,
           TrueDevice& truth, Counters& dropped, MessageSink sink);
  ~Wearable();
  Wearable(const Wearable&) = delete;
  Wearable& operator=(const Wearable&) = delete;

  // Before start(). The source outlives the wearable. Acts on sensors of this kind.
  void add_source(SensorKind sensor, const AnalogSource& source);
  void start();

  const EnergyAccount& energy() const { return energy_; }
  std::uint64_t gap_samples() const;

 private:
  struct Stream;
  void schedule(Stream& s);
  void wake(Stream& s);
  void send(Stream& s, std::size_t begin, std::size_t count, WorldTime now);

  Simulation& simulation_;
  WearableOptions options_;
  TrueDevice& truth_;
  Counters& dropped_;
  MessageSink sink_;
  WorldTime end_;
  StampClock clock_;
  RandomStream timing_;
  std::vector<std::unique_ptr<Stream>> streams_;
  EnergyAccount energy_;
};

}  // namespace gauntlet::sim
