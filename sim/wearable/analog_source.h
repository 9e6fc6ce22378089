// What reaches a sensor before it samples: the interface of everything that acts on the analogue
// side (sound, magnets, light).
#pragma once

#include <cmath>
#include <span>

#include "core/base/sensor.h"
#include "core/base/time.h"

namespace gauntlet::sim {

// The path from the proof mass to the sampler, as far as a source has to know it.
struct AnalogPath {
  SensorKind sensor = SensorKind::accelerometer;
  double sample_rate_hz = 0;  // the true one of this power-up
  double lowpass_hz = 0;      // 0: none
  int lowpass_poles = 2;
  double nominal_rate_hz = 0;  // as the data sheet has it; 0: unknown
  double pulse_rate_hz = 0;    // optical: of its own light
  bool dark_slots = false;     // optical: measures without it, too, and takes the difference
  // Magnitude response of the low-pass (Butterworth).
  double gain(double hz) const {
    if (lowpass_hz <= 0) return 1;
    const double ratio2 = hz / lowpass_hz * (hz / lowpass_hz);
    double power = 1;
    for (int i = 0; i < lowpass_poles; ++i) power *= ratio2;
    return 1 / std::sqrt(1 + power);
  }
};

class AnalogSource {
 public:
  virtual ~AnalogSource() = default;
  // Adds to `xyz` (N x 3, SI units of the sensor, its frame) what the source adds at the sampler's
  // input at each instant of `t` (strictly increasing), behind the path's low-pass. Where a sensor
  // counts or listens (heart rate, beacons) it puts what is counted or heard in its place.
  virtual void add(const AnalogPath& path, std::span<const WorldTime> t, float* xyz) const = 0;
  // Whether it drives the amplifier before the low-pass into its rails: a comparator there sees it.
  virtual bool overloads(const AnalogPath&, WorldTime) const { return false; }
  // Whether what the sensor sees in its dark slots pulses as a pulse would.
  virtual bool pulses_in_the_dark(const AnalogPath&, WorldTime) const { return false; }
};

}  // namespace gauntlet::sim
