// One sensor of one device, from motion to digital samples: sampler, injected sources, chain;
// writes the truth as it goes.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/truth/truth.h"
#include "sim/body/motion.h"
#include "sim/wearable/analog_source.h"
#include "sim/wearable/body_source.h"
#include "sim/wearable/oscillator.h"
#include "sim/wearable/second_order.h"
#include "sim/wearable/sensor_chain.h"

namespace gauntlet::sim {

class SampledSensor {
 public:
  // `device` is the device's stream ("wearable/watch"). With `shared_oscillator` all sensors of the
  // device sample at the same instants. `motion` outlives this.
  SampledSensor(const SensorOptions& options, const ThermalOptions& thermal, StreamId id,
                const RandomStream& device, bool shared_oscillator, const Motion& motion,
                WorldTime begin, WorldTime end);

  void add_source(const AnalogSource* source) { sources_.push_back(source); }

  const SensorOptions& options() const { return *options_; }
  StreamId id() const { return id_; }
  const AnalogPath& path() const { return path_; }
  // Instants still to come; WorldTime::max() when there is none before the end.
  WorldTime next() const { return next_; }
  std::int64_t taken() const { return taken_; }
  // Instants at which nothing was taken: gaps, and samples withheld by the saturation flag.
  std::int64_t missed_in_gaps() const { return missed_; }
  // What the saturation flag withheld and the dark slots saw pulse. Damping, low-pass and the
  // choice of instants only weaken what comes in: they notice nothing.
  const std::vector<TrueRefusal>& refusals() const { return refusals_; }
  // Conversions beyond one a sample: what several readings and dark slots take.
  std::int64_t extra_conversions() const { return conversions_; }

  // Appends up to `n` instants, none later than `until`, to `out`.
  void take(std::size_t n, WorldTime until, std::vector<WorldTime>& out);
  // Samples at `t` (the next instants in order): readings in SI units to `xyz` (N x 3, values
  // beyond the kind's channels are nothing), instants and noiseless signal appended to `truth`.
  void sample(std::span<const WorldTime> t, float* xyz, TrueStream& truth);
  // An entry of Truth with room for the whole run.
  TrueStream make_truth() const;

 private:
  void advance();
  bool overloaded(WorldTime t) const;
  void evaluate(std::span<const WorldTime> t, float* xyz);
  void feel(std::span<const WorldTime> t, float* xyz);
  void inject(std::span<const WorldTime> t, float* xyz, TrueInjection& account);
  void watch_dark_slots(std::span<const WorldTime> t);
  void add_sources(std::span<const WorldTime> t, float* xyz);
  void draw_instants(std::span<const WorldTime> t);
  std::span<const WorldTime> instants_of(std::int64_t reading) const;
  void smear(std::span<const float> at_t, float* xyz);

  std::shared_ptr<const SensorOptions> options_;
  StreamId id_;
  const Motion& motion_;
  WorldTime begin_, end_;
  SampleClock clock_;
  AnalogPath path_;
  SecondOrder mount_, lowpass_;
  double period_s_;  // of the instants that mount and low-pass see
  SensorChain chain_;
  std::unique_ptr<BodySource> body_;  // of kinds that do not sense the motion
  RandomStream offsets_, gaps_;
  std::vector<const AnalogSource*> sources_;
  std::vector<TrueRefusal> refusals_;
  std::int64_t readings_ = 1;       // of a sample
  std::vector<WorldTime> shifted_;  // readings_ x N
  std::vector<WorldTime> fine_;
  std::vector<float> force_, injected_, felt_, felt_at_t_, body_truth_, untouched_;
  WorldTime next_, next_gap_, felt_until_ = WorldTime::min();
  std::int64_t taken_ = 0, missed_ = 0, conversions_ = 0;
};

}  // namespace gauntlet::sim
