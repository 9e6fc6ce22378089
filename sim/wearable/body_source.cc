#include "sim/wearable/body_source.h"

#include "sim/wearable/beacon_ranging.h"
#include "sim/wearable/heart_rate.h"
#include "sim/wearable/strain.h"

namespace gauntlet::sim {

std::unique_ptr<BodySource> make_body_source(const SensorOptions& options, const Motion& motion,
                                             WorldTime begin, const RandomStream& stream) {
  switch (options.kind) {
    case SensorKind::heart_rate:
      return std::make_unique<HeartRateSource>(options.heart, motion, begin, stream);
    case SensorKind::strain:
      return std::make_unique<StrainSource>(options.strain, motion, begin);
    case SensorKind::beacon:
      return std::make_unique<BeaconSource>(options.beacons, motion, begin, stream);
    case SensorKind::accelerometer:
    case SensorKind::gyroscope:
    case SensorKind::magnetometer:
      break;
  }
  return nullptr;
}

}  // namespace gauntlet::sim
