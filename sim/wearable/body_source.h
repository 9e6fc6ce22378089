// What a sensor that is not inertial senses of its wearer and of the place, before the sensor chain
// (noise, clipping, quantisation) is applied. Stateful: instants in order, each once; how they are
// cut into calls changes nothing.
#pragma once

#include <memory>
#include <span>

#include "core/base/time.h"
#include "sim/body/motion.h"
#include "sim/engine/random.h"
#include "sim/wearable/sensor.h"

namespace gauntlet::sim {

class BodySource {
 public:
  virtual ~BodySource() = default;
  // Rows of three in SI units (sensor.h), of which channels_of(kind) are used, the others 0: what
  // is really there to `truth`, what the sensor makes of it to `seen`.
  virtual void sense(std::span<const WorldTime> t, float* truth, float* seen) = 0;
};

// Null for kinds that sense the motion itself. `begin`: power-up. `motion` outlives the source.
std::unique_ptr<BodySource> make_body_source(const SensorOptions& options, const Motion& motion,
                                             WorldTime begin, const RandomStream& stream);

}  // namespace gauntlet::sim
