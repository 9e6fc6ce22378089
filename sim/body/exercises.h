// The table of exercises: key poses and the durations between them. Adding one is adding a row.
//
// Angles are plain gym technique, not measurements; mean direction, swing and duration of the
// labelled ones are those of the recordings (1.6 s a repetition for dips, 2 s for rows, 2.5 to
// 3.4 s for curls, 3 to 4 s for presses and flies). Names are those of the recordings' labels where
// they have the exercise, in the commonest spelling.
//
// Who pulls a cable or a hanging weight keeps the forearm in its line and does not roll the grip:
// of rows and pulldowns the far pose is the one that moves the hand by the stroke (0.38 to 0.43 m)
// and turns the forearm least, half-way included. Weights on cables flow back without a stop.
//
// What is done in parts with a stop between them has several phases (a clean, then a press); what
// flows from one joint to the next without a stop has one phase and a lag (rowing: legs, trunk,
// arms; an Arnold press: turn, then push).
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "sim/body/trajectory.h"

namespace gauntlet::sim {

// Degrees and, at the end, metres of the pelvis; see skeleton.h.
struct PoseDegrees {
  double trunk_pitch = 0, flexion = 0, abduction = 0, rotation = 0, elbow = 0, pronation = 0,
         thigh = 0, turn = 0;
  double left_m = 0, up_m = 0, forward_m = 0;
};

enum class Support : std::uint8_t {
  feet,   // planted: the pelvis sinks as the thigh rises
  hands,  // on the floor or on bars: the pelvis moves so that the hands stay
  bench   // lying or sitting: the pelvis stays
};

enum class MuscleGroup : std::uint8_t { aerobic, arms, back, chest, core, legs, shoulders };

// Which arms work. Where it is one, it is the one with the watch; where they alternate, a pause as
// long as a repetition follows each.
enum class Sides : std::uint8_t { both, one, alternating };

// A movement into a pose and a hold there.
struct Phase {
  PoseDegrees pose;
  double move_s = 0;  // 0: there is no such phase
  double hold_s = 0;
};

// From `start` through the phases and back to `start` in `back_s`, then `rest_s` there.
struct Exercise {
  static constexpr std::size_t kPhases = 3;
  std::string_view name;
  MuscleGroup group = MuscleGroup::arms;
  Support support = Support::feet;
  Sides sides = Sides::both;
  double weight_kg = 0;  // usual, of a person of 74 kg; 0: the body's own
  double shake = 1;      // of the hand under load, relative: weight stacks on cables rattle
  PoseDegrees start;
  std::array<Phase, kPhases> phases;
  double back_s = 1, rest_s = 0;
  // Which joints arrive late (1) or early (-1) in a movement that turns without a hold, in the
  // fields of the pose.
  PoseDegrees lag = {};
};

std::string_view to_string(MuscleGroup group);
std::span<const Exercise> exercises();
const Exercise* find_exercise(std::string_view name);
std::vector<std::string> exercise_names();

// No exercise: "resting", "walking", "drinking", …
std::span<const std::string_view> activity_names();

// For names that the tables do not have: "unknown_exercise", "unknown_activity", naming the
// nearest.
Error unknown_exercise(std::string_view name);
Error unknown_activity(std::string_view name);

}  // namespace gauntlet::sim
