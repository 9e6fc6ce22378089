// Radio beacons heard by a device: at each sampling instant one advertisement of one beacon, in
// turn.
//
//   RSSI = tx_dbm_at_1m - 10 exponent log10(distance) + shadowing + fading
// Log-distance path loss; log-normal shadowing is correlated along the way the wearer goes
// (Gudmundson 1991: exp(-moved / correlation_m)), fading is independent from one advertisement to
// the next. Values: the beacon's number in the list, dBm; -128 where nothing is heard.
// Truth: the path loss alone. Leaves out: walls, the wearer's own body, advertisements that
// collide, rotating identifiers.
#pragma once

#include <vector>

#include "sim/wearable/body_source.h"

namespace gauntlet::sim {

inline constexpr double kNotHeard_dbm = -128;

class BeaconSource final : public BodySource {
 public:
  BeaconSource(const BeaconOptions& options, const Motion& motion, WorldTime begin,
               const RandomStream& stream);
  void sense(std::span<const WorldTime> t, float* truth, float* seen) override;

 private:
  struct Heard {
    RandomStream random;
    std::array<double, 3> at_m{};  // where the wearer was when it was heard last
    double shadowing_db = 0;
  };
  BeaconOptions options_;
  const Motion& motion_;
  std::vector<Heard> heard_;
  std::size_t turn_ = 0;
};

}  // namespace gauntlet::sim
