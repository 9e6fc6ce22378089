#include "sim/body/floor_plan.h"

#include <algorithm>
#include <set>

#include "sim/body/exercises.h"

namespace gauntlet::sim {

void Station::describe(OptionVisitor& v) {
  v.text("name", name, "names the station");
  v.number("x_m", x_m, {0, 1000}, "m", "from the left wall", "the scenario's choice");
  v.number("y_m", y_m, {0, 1000}, "m", "from the entrance's wall", "the scenario's choice");
  v.strings("exercises", exercises, "what is done here");
}

void Beacon::describe(OptionVisitor& v) {
  v.text("id", id, "what the beacon calls itself");
  v.number("x_m", x_m, {0, 1000}, "m", "from the left wall", "the scenario's choice");
  v.number("y_m", y_m, {0, 1000}, "m", "from the entrance's wall", "the scenario's choice");
  v.number("z_m", z_m, {0, 20}, "m", "above the floor", "the scenario's choice");
}

void FloorPlanOptions::describe(OptionVisitor& v) {
  v.number("width_m", width_m, {2, 1000}, "m", "of the hall, along x", "proposal");
  v.number("depth_m", depth_m, {2, 1000}, "m", "of the hall, along y", "proposal");
  v.number("entrance_x_m", entrance_x_m, {0, 1000}, "m", "where a session begins", "proposal");
  v.number("entrance_y_m", entrance_y_m, {0, 1000}, "m", "where a session begins", "proposal");
  v.list("stations", stations, "where exercises are done; none: nobody walks to them");
  v.list("beacons", beacons, "radio beacons on the walls");
}

Result<void> FloorPlanOptions::validate() const {
  const auto inside = [&](const std::string& what, double x, double y) -> Result<void> {
    if (x >= 0 && x <= width_m && y >= 0 && y <= depth_m) return {};
    return Error{"bad_floor_plan", what + " at (" + std::to_string(x) + ", " + std::to_string(y) +
                                       ") is outside the hall of " + std::to_string(width_m) +
                                       " m x " + std::to_string(depth_m) + " m"};
  };
  if (auto ok = inside("the entrance", entrance_x_m, entrance_y_m); !ok) return ok;
  std::set<std::string> names, ids;
  for (const Station& s : stations) {
    if (auto ok = inside("station \"" + s.name + "\"", s.x_m, s.y_m); !ok) return ok;
    if (!names.insert(s.name).second) {
      return Error{"bad_floor_plan", "two stations are called \"" + s.name + "\""};
    }
    for (const std::string& e : s.exercises) {
      if (!find_exercise(e)) return unknown_exercise(e);
    }
  }
  for (const Beacon& b : beacons) {
    if (auto ok = inside("beacon \"" + b.id + "\"", b.x_m, b.y_m); !ok) return ok;
    if (!ids.insert(b.id).second) {
      return Error{"bad_floor_plan", "two beacons are called \"" + b.id + "\""};
    }
  }
  return {};
}

const Station* FloorPlanOptions::station_of(std::string_view exercise) const {
  const auto it = std::find_if(stations.begin(), stations.end(), [&](const Station& s) {
    return std::find(s.exercises.begin(), s.exercises.end(), exercise) != s.exercises.end();
  });
  return it == stations.end() ? nullptr : &*it;
}

FloorPlanOptions gym_floor() {
  FloorPlanOptions f;
  f.stations = {
      {"dumbbells",
       4,
       12,
       {"biceps-curl", "biceps-curl-hammer", "alt-dumbbell-biceps-curl", "lateral-raise",
        "front-raise", "shrug", "side-dips", "lunge"}},
      {"benches",
       8,
       11,
       {"dumbbell-chest-press", "dumbbell-chest-press-twist", "dumbbell-chest-fly",
        "shoulder-press", "arnold-press", "dumbbell-row"}},
      {"rack", 14, 12, {"squat", "calf-raise"}},
      {"platform", 18, 12, {"dead-lift", "clean-and-press", "barbell-biceps-curl", "upright-row"}},
      {"dip-bars", 22, 11, {"triceps-dips"}},
      {"cables",
       20,
       7,
       {"rope-triceps-extension", "straight-bar-triceps-extension", "rope-biceps-curl",
        "straight-bar-biceps-curl", "cable-cross-overs", "cable-deltoid-cross-overs", "twist",
        "pulldown-crunch"}},
      {"lat-tower", 22, 3, {"lat-pulldown-straight", "lat-pulldown-angled", "deltoid-row"}},
      {"machines", 17, 3, {"leverage-high-row", "angle-chest-press"}},
      {"rowers", 8, 3, {"rowing"}},
      {"mats", 3, 3, {"push-up", "sit-up", "step-up"}},
  };
  f.beacons = {{"corner-1", 0.2, 0.2, 2.5},
               {"corner-2", 23.8, 0.2, 2.5},
               {"corner-3", 23.8, 13.8, 2.5},
               {"corner-4", 0.2, 13.8, 2.5},
               {"middle", 12, 7, 3}};
  return f;
}

}  // namespace gauntlet::sim
