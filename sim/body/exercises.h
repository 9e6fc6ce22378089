// The table of exercises: two key poses and the durations between them. Adding one is adding a row.
//
// Angles are plain gym technique, not measurements; durations are such that sets take about as long
// a repetition as the recordings' (1.6 s for dips, 2 s for rows, 2.5 to 3.4 s for curls, 4 to 5 s
// for presses and flies). Names are those of the recordings' labels where they have the exercise.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "sim/body/trajectory.h"

namespace gauntlet::sim {

// Degrees; see skeleton.h.
struct PoseDegrees {
  double trunk_pitch = 0, flexion = 0, abduction = 0, rotation = 0, elbow = 0, pronation = 0,
         thigh = 0;
};

enum class Support : std::uint8_t {
  feet,   // planted: the pelvis sinks as the thigh rises
  hands,  // on the floor or on bars: the pelvis moves so that the hands stay
  bench   // lying or sitting: the pelvis stays
};

struct Exercise {
  std::string_view name;
  Support support = Support::feet;
  PoseDegrees start;
  PoseDegrees end;
  double out_s = 1, hold_s = 0, back_s = 1, rest_s = 0;
};

std::span<const Exercise> exercises();
const Exercise* find_exercise(std::string_view name);
std::vector<std::string> exercise_names();

// No exercise: "resting", "walking", "drinking", "dragging_bench", "adjusting_machine",
// "phone_use".
std::span<const std::string_view> activity_names();

// For names that the tables do not have: "unknown_exercise", "unknown_activity", naming the
// nearest.
Error unknown_exercise(std::string_view name);
Error unknown_activity(std::string_view name);

}  // namespace gauntlet::sim
