// Where things stand: stations at which exercises are done, and beacons that say where one is.
//
// Floor frame: metres, x to the right and y away from the entrance's wall, z up from the floor. A
// person walks between stations in straight lines; walls and other people are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"

namespace gauntlet::sim {

struct Station {
  std::string name = "floor";
  double x_m = 0;
  double y_m = 0;
  std::vector<std::string> exercises;  // done here; the first station that names one has it
  void describe(OptionVisitor& v);
};

struct Beacon {
  std::string id = "beacon";
  double x_m = 0;
  double y_m = 0;
  double z_m = 2.5;
  void describe(OptionVisitor& v);
};

struct FloorPlanOptions {
  double width_m = 24;  // along x
  double depth_m = 14;  // along y
  double entrance_x_m = 12;
  double entrance_y_m = 0.5;
  std::vector<Station> stations;
  std::vector<Beacon> beacons;
  void describe(OptionVisitor& v);
  // "bad_floor_plan": names once each, everything within the hall, exercises that exist.
  Result<void> validate() const;
  const Station* station_of(std::string_view exercise) const;
};

// A hall with a place for every exercise of the table and a beacon in each corner and the middle.
FloorPlanOptions gym_floor();

}  // namespace gauntlet::sim
