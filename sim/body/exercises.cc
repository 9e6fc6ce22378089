#include "sim/body/exercises.h"

#include <algorithm>
#include <array>

#include "core/base/nearest.h"

namespace gauntlet::sim {
namespace {

using G = MuscleGroup;

// Poses: {trunk pitch, flexion, abduction, rotation, elbow, pronation, thigh, turn, left, up,
// forward}.
// clang-format off
constexpr std::array kExercises{
    Exercise{"rowing", G::aerobic, Support::bench, Sides::both, 0, 1,
             {12, 78, 4, 0, 8, 80, 70},
             {Phase{{-22, -12, 14, 0, 80, 84, 4, 0, 0, 0, -0.4}, 0.8}},
             0.99, 0.11,
             {0, 1, 1, 0, 1, 0, -1, 0, 0, 0, -1}},
    Exercise{"biceps-curl", G::arms, Support::feet, Sides::both, 10, 1,
             {2, 2, 6, 0, 14, -80, 0},
             {Phase{{0, 14, 6, 0, 136, -80, 0}, 0.82, 0.15}},
             1.09, 0.18},
    Exercise{"barbell-biceps-curl", G::arms, Support::feet, Sides::both, 25, 1,
             {2, 2, 8, 0, 12, -68, 0},
             {Phase{{-2, 16, 8, 0, 132, -66, 0}, 0.8, 0.15}},
             1.14, 0.2},
    Exercise{"straight-bar-biceps-curl", G::arms, Support::feet, Sides::both, 45, 1.7,
             {4, 4, 8, 0, 14, -80, 2},
             {Phase{{-2, 16, 8, 0, 130, -82, 2}, 0.69, 0.12}},
             0.98, 0.16},
    Exercise{"rope-biceps-curl", G::arms, Support::feet, Sides::both, 45, 1.7,
             {4, 4, 6, 0, 16, -12, 2},
             {Phase{{-1, 18, 6, 4, 132, -20, 2}, 0.63, 0.1}},
             0.92, 0.16},
    Exercise{"alt-dumbbell-biceps-curl", G::arms, Support::feet, Sides::alternating, 17.5, 1,
             {2, 2, 6, 0, 12, -20, 0},
             {Phase{{0, 14, 6, 0, 136, -78, 0}, 0.92, 0.1}},
             1.14, 0.1},
    Exercise{"biceps-curl-hammer", G::arms, Support::feet, Sides::both, 12, 1,
             {2, 2, 6, 0, 12, 0, 0},
             {Phase{{0, 14, 8, 5, 130, -4, 0}, 0.79, 0.12}},
             1.03, 0.16},
    Exercise{"rope-triceps-extension", G::arms, Support::feet, Sides::both, 45, 1.7,
             {14, 16, 5, 10, 104, -12, 6},
             {Phase{{18, 6, 8, 8, 8, 23, 6}, 0.6, 0.15}},
             0.92, 0.13},
    Exercise{"straight-bar-triceps-extension", G::arms, Support::feet, Sides::both, 45, 1.7,
             {12, 14, 6, 8, 104, 48, 6},
             {Phase{{16, 6, 8, 6, 6, 62, 6}, 0.59, 0.12}},
             0.89, 0.13},
    Exercise{"triceps-dips", G::arms, Support::hands, Sides::both, 0, 1,
             {12, -6, 10, 0, 12, 24, -10},
             {Phase{{18, -36, 14, 0, 58, 24, 4}, 0.64}},
             0.58, 0.2},
    Exercise{"deltoid-row", G::back, Support::bench, Sides::both, 40, 1.7,
             {14, 86, 6, 0, 14, -9, 70},
             {Phase{{-4, 9, 10, -3, 85, -12, 70}, 0.78, 0.06}},
             0.98, 0.13},
    Exercise{"leverage-high-row", G::back, Support::bench, Sides::both, 35, 1,
             {6, 116, 14, 10, 10, 24, 80},
             {Phase{{-4, 21, 24, -11, 101, 18, 80}, 0.9, 0.06}},
             1.12, 0.14},
    Exercise{"lat-pulldown-straight", G::back, Support::bench, Sides::both, 55, 1,
             {2, 150, 34, 0, 24, 73, 80},
             {Phase{{-4, 46, 36, -44, 101, 49, 80}, 0.92, 0.06}},
             1.15, 0.13},
    Exercise{"lat-pulldown-angled", G::back, Support::bench, Sides::both, 55, 1,
             {-8, 150, 22, 0, 16, 18, 80},
             {Phase{{-20, 49, 27, -25, 102, 1, 80}, 0.92, 0.06}},
             1.15, 0.13},
    Exercise{"dumbbell-row", G::back, Support::feet, Sides::one, 30, 1,
             {68, 70, 4, 0, 8, -26, 22},
             {Phase{{56, -30, 11, -1, 110, -30, 22}, 0.68, 0.06}},
             0.82, 0.14},
    Exercise{"cable-deltoid-cross-overs", G::back, Support::feet, Sides::both, 7, 1.7,
             {2, 84, -16, 20, 22, 2, 2},
             {Phase{{-2, 72, 66, 8, 14, -6, 2}, 0.84, 0.2}},
             1.24, 0.34},
    Exercise{"dumbbell-chest-press", G::chest, Support::bench, Sides::both, 24, 1,
             {-88, 84, 70, 88, 96, 66, 40},
             {Phase{{-88, 92, 14, 80, 8, 52, 40}, 0.93, 0.15}},
             1.19, 0.24},
    Exercise{"dumbbell-chest-press-twist", G::chest, Support::bench, Sides::both, 20, 1,
             {-88, 84, 40, 80, 96, -10, 40},
             {Phase{{-88, 92, 14, 80, 8, 74, 40}, 0.78, 0.1}},
             0.93, 0.2,
             {0, 0, 0, 0, 0, 1, 0}},
    Exercise{"dumbbell-chest-fly", G::chest, Support::bench, Sides::both, 12, 1,
             {-88, 88, 82, 66, 30, 0, 40},
             {Phase{{-88, 90, 6, 80, 14, 62, 40}, 1.19, 0.12}},
             1.53, 0.27},
    Exercise{"angle-chest-press", G::chest, Support::bench, Sides::both, 35, 1,
             {-18, 10, 42, 20, 96, 84, 80},
             {Phase{{-14, 74, 16, 14, 12, 80, 80}, 0.73, 0.12}},
             1, 0.24},
    Exercise{"cable-cross-overs", G::chest, Support::feet, Sides::both, 20, 1.7,
             {14, 28, 78, 22, 24, -45, 6},
             {Phase{{18, 42, -6, 24, 16, -30, 6}, 0.77, 0.2}},
             1.16, 0.25},
    Exercise{"push-up", G::chest, Support::hands, Sides::both, 0, 1,
             {74, 84, 12, 60, 8, 50, -74},
             {Phase{{84, 32, 40, 50, 104, 60, -84}, 0.82, 0.05}},
             0.67, 0.1},
    Exercise{"side-dips", G::core, Support::feet, Sides::one, 45, 1,
             {2, 2, 4, 0, 8, 12, 0},
             {Phase{{4, 4, 36, 0, 16, 20, 0, 0, 0.1, -0.13}, 0.82, 0.1}},
             0.93, 0.13},
    Exercise{"twist", G::core, Support::feet, Sides::both, 26, 1.7,
             {8, 52, 6, 40, 14, -34, 8, -46},
             {Phase{{2, 98, 6, 40, 14, -40, 10, 42}, 0.87, 0.2}},
             1.23, 0.2},
    Exercise{"pulldown-crunch", G::core, Support::bench, Sides::both, 38, 1,
             {8, 62, 8, 10, 124, 64, -60},
             {Phase{{66, 66, 8, 10, 126, 64, -56}, 0.93, 0.2}},
             1.23, 0.24},
    Exercise{"sit-up", G::core, Support::bench, Sides::both, 0, 0.5,
             {-88, 128, 10, 10, 110, 20, 55},
             {Phase{{-12, 70, 10, 10, 112, 20, 58}, 0.82, 0.15}},
             1.03, 0.17},
    Exercise{"squat", G::legs, Support::feet, Sides::both, 20, 1,
             {6, 6, 8, 0, 8, 2, 2},
             {Phase{{40, 40, 8, 0, 8, 2, 96}, 1.23, 0.1}},
             1.05, 0.38},
    Exercise{"dead-lift", G::legs, Support::feet, Sides::both, 60, 1,
             {78, 78, 6, 0, 6, 62, 58},
             {Phase{{56, 54, 6, 0, 6, 62, 20}, 0.69},
              Phase{{2, 0, 6, 0, 6, 62, 0}, 0.69, 0.35}},
             1.32, 0.31},
    Exercise{"lunge", G::legs, Support::feet, Sides::alternating, 16, 1,
             {3, 3, 8, 0, 8, 2, 0},
             {Phase{{6, 6, 8, 0, 8, 2, 42}, 0.57},
              Phase{{8, 8, 8, 0, 8, 2, 86}, 0.57, 0.1}},
             0.92, 0.18},
    Exercise{"step-up", G::legs, Support::feet, Sides::both, 12, 1,
             {4, 4, 8, 0, 8, 2, 2},
             {Phase{{18, 16, 8, 0, 10, 2, 84, 0, 0, 0.2}, 0.63},
              Phase{{2, 2, 8, 0, 8, 2, 2, 0, 0, 0.42}, 0.69, 0.2}},
             1.03, 0.27},
    Exercise{"calf-raise", G::legs, Support::feet, Sides::both, 20, 1,
             {1, 1, 8, 0, 6, 2, 0},
             {Phase{{1, 1, 8, 0, 6, 2, 0, 0, 0, 0.085}, 0.63, 0.25}},
             0.8, 0.18},
    Exercise{"shoulder-press", G::shoulders, Support::bench, Sides::both, 15, 1,
             {-6, 12, 74, -82, 116, 78, 85},
             {Phase{{-4, 8, 164, -78, 12, 84, 85}, 0.89, 0.1}},
             1.12, 0.17},
    Exercise{"arnold-press", G::shoulders, Support::bench, Sides::both, 12, 1,
             {-6, 40, 6, 0, 134, -80, 85},
             {Phase{{-4, 8, 164, -76, 12, 84, 85}, 1.23}},
             1.47, 0.24,
             {0, 0, 0, -1, 1, -1}},
    Exercise{"lateral-raise", G::shoulders, Support::feet, Sides::both, 8, 1,
             {4, 6, 8, 0, 16, 4, 0},
             {Phase{{2, 12, 88, 4, 20, 8, 0}, 0.81, 0.1}},
             1.07, 0.2},
    Exercise{"front-raise", G::shoulders, Support::feet, Sides::alternating, 8, 1,
             {2, 4, 5, 0, 10, 62, 0},
             {Phase{{-2, 90, 4, 0, 10, 72, 0}, 0.84, 0.1}},
             1.12, 0.13},
    Exercise{"upright-row", G::shoulders, Support::feet, Sides::both, 25, 1,
             {4, 12, -2, 20, 18, 72, 0},
             {Phase{{0, 24, 82, 26, 112, 58, 0}, 0.72, 0.12}},
             1.02, 0.2},
    Exercise{"shrug", G::shoulders, Support::feet, Sides::both, 30, 1,
             {2, 2, 8, 0, 8, 2, 0},
             {Phase{{0, 0, 10, 0, 12, 2, 0, 0, 0, 0.075}, 0.57, 0.3}},
             0.72, 0.2},
    Exercise{"clean-and-press", G::shoulders, Support::feet, Sides::both, 25, 1,
             {50, 54, 6, 0, 8, 60, 62},
             {Phase{{4, 30, 14, 0, 132, -52, 6}, 0.72, 0.25},
              Phase{{0, 160, 16, 0, 12, 40, 0}, 0.79, 0.2}},
             1.91, 0.34},
};
// clang-format on

constexpr std::array<std::string_view, 9> kActivities{
    "resting",   "walking", "drinking", "dragging_bench", "adjusting_machine",
    "phone_use", "stairs",  "towel",    "stretching"};

}  // namespace

std::string_view to_string(MuscleGroup group) {
  constexpr std::array<std::string_view, 7> kNames{"aerobic", "arms", "back",     "chest",
                                                   "core",    "legs", "shoulders"};
  return kNames[static_cast<std::size_t>(group)];
}

std::span<const Exercise> exercises() { return kExercises; }

const Exercise* find_exercise(std::string_view name) {
  const auto it = std::find_if(kExercises.begin(), kExercises.end(),
                               [name](const Exercise& e) { return e.name == name; });
  return it == kExercises.end() ? nullptr : &*it;
}

std::vector<std::string> exercise_names() {
  std::vector<std::string> names;
  for (const Exercise& e : kExercises) names.emplace_back(e.name);
  return names;
}

std::span<const std::string_view> activity_names() { return kActivities; }

namespace {

Error unknown(std::string_view what, std::string_view name,
              const std::vector<std::string_view>& known) {
  std::string message = std::string(what) + " \"" + std::string(name) + "\" is not known" +
                        did_you_mean(name, known) + "; known:";
  for (const auto k : known) message += " " + std::string(k);
  return {"unknown_" + std::string(what), message};
}

}  // namespace

Error unknown_exercise(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Exercise& e : kExercises) known.push_back(e.name);
  return unknown("exercise", name, known);
}

Error unknown_activity(std::string_view name) {
  return unknown("activity", name, {kActivities.begin(), kActivities.end()});
}

}  // namespace gauntlet::sim
