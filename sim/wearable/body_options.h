// Options of sensors that are not inertial; each is described beside its model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/options.h"

namespace gauntlet::sim {

// heart_rate.h
struct HeartOptions {
  double rest_per_min = 62;
  double most_per_min = 0;
  double on_s = 30;
  double off_s = 60;
  double variability = 0.04;
  double pulse_rate_hz = 25;
  double window_s = 8;
  double locks_per_min = 1.5;
  double unlocks_per_min = 1.5;
  bool dark_slots = false;
  void describe(OptionVisitor& v);
};

// strain.h
struct StrainOptions {
  double breathing_per_min = 14;
  double breathing_most_per_min = 40;
  double breathing_lag_s = 45;
  double breath = 0.025;
  double chest_per_rad = 0.02;
  double back_per_rad = 0.03;
  double arm_per_rad = 0.025;
  void describe(OptionVisitor& v);
};

// beacon_ranging.h
struct BeaconPlace {
  std::string id = "beacon";
  double x_m = 0, y_m = 0, z_m = 2.5;
  void describe(OptionVisitor& v);
};

struct BeaconOptions {
  std::vector<BeaconPlace> places;
  double tx_dbm_at_1m = -59;
  double exponent = 2.2;
  double shadowing_db = 4;
  double correlation_m = 1.5;
  double fading_db = 2;
  double sensitivity_dbm = -95;
  void describe(OptionVisitor& v);
};

// The earth's field where the person is, in the frame of skeleton.h: heading 0 looks to magnetic
// north turned by `heading_deg` to the left. Hard and soft iron are the sensor chain's bias and
// alignment. Leaves out: steel in the building, magnets near by (they are an analogue source).
struct MagneticOptions {
  double horizontal_ut = 20;
  double down_ut = 45;
  double heading_deg = 0;
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::sim
