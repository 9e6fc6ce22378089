#include "sim/wearable/beacon_ranging.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

double distance_m(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return std::sqrt(x * x + y * y + z * z);
}

}  // namespace

void BeaconPlace::describe(OptionVisitor& v) {
  v.text("id", id, "names the beacon");
  v.number("x_m", x_m, {-1000, 1000}, "m", "on the floor plan", "the scenario's choice");
  v.number("y_m", y_m, {-1000, 1000}, "m", "on the floor plan", "the scenario's choice");
  v.number("z_m", z_m, {0, 100}, "m", "above the floor", "the scenario's choice");
}

void BeaconOptions::describe(OptionVisitor& v) {
  v.list("places", places, "the beacons; none: nothing is heard");
  v.number("tx_dbm_at_1m", tx_dbm_at_1m, {-100, 20}, "dBm", "RSSI at one metre",
           "usual calibration of beacons");
  v.number("exponent", exponent, {1, 6}, "1", "of the path loss; 2 in free space",
           "ITU-R P.1238 indoors: 2 to 3");
  v.number("shadowing_db", shadowing_db, {0, 20}, "dB", "sd of log-normal shadowing",
           "indoors: 3 to 6 dB");
  v.number("correlation_m", correlation_m, {0.01, 100}, "m", "distance over which it changes",
           "Gudmundson 1991; indoors 1 to 2 m");
  v.number("fading_db", fading_db, {0, 20}, "dB", "sd from one advertisement to the next",
           "proposal");
  v.number("sensitivity_dbm", sensitivity_dbm, {-127, 0}, "dBm", "weaker ones are not heard",
           "usual for BLE receivers: -95");
}

BeaconSource::BeaconSource(const BeaconOptions& options, const Motion& motion, WorldTime begin,
                           const RandomStream& stream)
    : options_(options), motion_(motion) {
  for (const BeaconPlace& place : options_.places) {
    Heard h{stream.child("beacon/" + place.id), motion.position_m(begin), 0};
    h.shadowing_db = options_.shadowing_db * h.random.normal();
    heard_.push_back(h);
  }
}

void BeaconSource::sense(std::span<const WorldTime> t, float* truth, float* seen) {
  const BeaconOptions& o = options_;
  for (std::size_t i = 0; i < t.size(); ++i) {
    double number = 0, loss = kNotHeard_dbm, rssi = kNotHeard_dbm;
    if (!heard_.empty()) {
      Heard& h = heard_[turn_];
      const BeaconPlace& place = o.places[turn_];
      const auto here = motion_.position_m(t[i]);
      // Nobody holds the phone closer than this to a beacon on the wall.
      const double d = std::max(0.1, distance_m(here, {place.x_m, place.y_m, place.z_m}));
      const double moved = std::min(distance_m(here, h.at_m) / o.correlation_m, 600.0);
      h.at_m = here;
      if (moved > 0) {
        const double keep = portable::exp(-moved);
        h.shadowing_db =
            keep * h.shadowing_db + o.shadowing_db * std::sqrt(1 - keep * keep) * h.random.normal();
      }
      loss = o.tx_dbm_at_1m - 10 * o.exponent * portable::log(d) * std::numbers::log10e;
      rssi = loss + h.shadowing_db + o.fading_db * h.random.normal();
      if (rssi < o.sensitivity_dbm) rssi = kNotHeard_dbm;
      number = static_cast<double>(turn_);
      turn_ = (turn_ + 1) % heard_.size();
    }
    const double rows[2][3] = {{number, loss, 0}, {number, rssi, 0}};
    for (std::size_t k = 0; k < 3; ++k) {
      truth[3 * i + k] = static_cast<float>(rows[0][k]);
      seen[3 * i + k] = static_cast<float>(rows[1][k]);
    }
  }
}

}  // namespace gauntlet::sim
