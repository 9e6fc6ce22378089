// Looks for signals that nobody's body made, and for clocks that no oscillator has. Ships with the
// phone; off unless switched on, and then every second of a wearable's signal has a score from each
// detector whose threshold is above 0 (GuardScored). With `abstain`, windows that overlap an alarm
// or follow it within hold_s are not classified.
//
//   bias       at rest, how far the length of the mean force is from g                     m/s2
//   noise      share of the movement that is as fast as the sampler allows: second differences
//              against the variance; 1 for white noise
//   regular    best correlation of a window with itself a cycle later: nobody is a machine
//   rotation   change of force over half a second against what turning makes of gravity, the
//              larger by the smaller: 1 for slow turns, 30 and more for a force without a turn or
//              a turn without a force
//   clock      slope of arrival minus stamp over the last minutes                          ppm
//   delay      earliest arrival minus stamp of the last half minute, against the two minutes before
//   field      how far the mean magnetic field of a frame is outside of 25 to 65 uT, the earth's
//   alone      1 - correlation of this device's effort over five minutes with the phone's
// Windows of too little movement score 0 where movement is needed: there is nothing to forge.
//
// Why these: an acoustic alias is regular and does not turn (Injected and Delivered, USENIX
// Security 2018); one that missed is noise; first-seen stamps are one-way synchronisation, which a
// constant delay never shows in, only its beginning does. Leaves out: heart rate, whose
// frames have no layout that is known, and beacons. A sensor's own offset counts as bias.
//
// The thresholds leave each detector at most one false alarm in ten hours of simulated gym life:
// chosen on seeds that no test uses, held to it by tests/scenarios/guard_rate_test.cc.
//
// Not thread-safe. Clock domain: the phone's. Bounded: ten seconds of a stream, five minutes of
// effort.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/options.h"
#include "core/base/sensor.h"
#include "core/base/time.h"
#include "core/events/events.h"

namespace gauntlet {

struct GuardOptions {
  bool on = false;
  bool abstain = false;
  // An alarm above; 0: this detector is off.
  double bias_mps2 = 1;
  double noise_share = 0.75;
  double regular = 0.992;
  double rotation = 12;
  double clock_ppm = 300;
  double delay_ms = 60;
  double field_ut = 30;
  double alone = 1.3;
  // What hardly ever rings by itself rings now and then under attack: an alarm lasts.
  double hold_s = 60;
  void describe(OptionVisitor& v);
};

class Guard {
 public:
  Guard(const GuardOptions& options, EventSink& sink) : options_(options), sink_(sink) {}

  // A frame of a wearable that was accepted, by its last sample's stamp.
  void on_frame(DeviceIndex device, DeviceTime end, HostTime arrival);
  // Its samples (3 values each, m/s2 or rad/s), or the phone's own (`own`).
  void on_samples(StreamId stream, std::span<const HostTime> t, std::span<const float> xyz,
                  HostTime arrival, bool own);
  // Of a magnetometer, in units of 0.1 uT.
  void on_field(DeviceIndex device, std::span<const std::int16_t> xyz, HostTime arrival);
  // Whether an alarm of this device lies at or after `from`, or less than hold_s before.
  bool distrusts(DeviceIndex device, HostTime from) const;

 private:
  struct Sample {
    HostTime at;
    std::array<double, 3> v;
  };
  struct Stream {
    std::deque<Sample> recent;
    std::optional<HostTime> next;
  };
  struct Lateness {
    HostTime at;
    double late_s = 0;
  };
  struct Clock {
    std::optional<HostTime> since;  // of the half minute under way
    Lateness least;
    std::deque<Lateness> earlier;  // least of each half minute before, in order
  };
  struct Device {
    Stream force, turning;
    Clock clock;
    std::map<std::int64_t, double> effort;  // by second
    std::optional<HostTime> alarm;
  };

  void judge(DeviceIndex index, Device& device, HostTime to, HostTime at);
  void judge_alone(DeviceIndex index, Device& device, HostTime to, HostTime at);
  void judge_clock(DeviceIndex index, Device& device, HostTime arrival);
  void score(std::string_view detector, DeviceIndex index, HostTime to, double value,
             double threshold, HostTime at);

  const GuardOptions& options_;
  EventSink& sink_;
  std::map<DeviceIndex, Device> devices_;
  std::optional<DeviceIndex> own_;  // the phone, if it has sensors
};

}  // namespace gauntlet
