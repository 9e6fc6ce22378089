#include "sim/body/exercises.h"

#include <algorithm>
#include <array>

#include "core/base/nearest.h"

namespace gauntlet::sim {
namespace {

// start and end: {trunk pitch, flexion, abduction, rotation, elbow, pronation, thigh}
constexpr std::array kExercises{
    Exercise{"biceps-curl",
             Support::feet,
             {2, 2, 6, 0, 14, -80, 0},
             {0, 14, 6, 0, 136, -80, 0},
             0.9,
             0.1,
             1.1,
             0.15},
    Exercise{"biceps-curl-hammer",
             Support::feet,
             {2, 2, 6, 0, 12, 0, 0},
             {0, 12, 8, 5, 126, -5, 0},
             0.85,
             0.08,
             1.05,
             0.15},
    Exercise{"rope-triceps-extension",
             Support::feet,
             {14, 16, 5, 10, 102, 5, 6},
             {16, 8, 8, 8, 10, 42, 6},
             0.75,
             0.15,
             0.95,
             0.1},
    Exercise{"triceps-dips",
             Support::hands,
             {12, -8, 10, 0, 10, 10, -10},
             {22, -58, 14, 0, 96, 10, 10},
             0.65,
             0.03,
             0.6,
             0.1},
    Exercise{"dumbbell-chest-press",
             Support::bench,
             {-90, 86, 72, 88, 92, 70, 40},
             {-90, 92, 12, 80, 10, 60, 40},
             1,
             0.1,
             1.2,
             0.05},
    Exercise{"dumbbell-chest-fly",
             Support::bench,
             {-90, 88, 86, 70, 28, 10, 40},
             {-90, 90, 4, 80, 14, 5, 40},
             1.3,
             0.1,
             1.6,
             0.05},
    Exercise{"shoulder-press",
             Support::bench,
             {-6, 12, 74, -82, 116, 78, 85},
             {-4, 8, 164, -78, 12, 84, 85},
             0.9,
             0.1,
             1.1,
             0.1},
    Exercise{"lateral-raise",
             Support::feet,
             {4, 6, 8, 0, 16, 4, 0},
             {3, 12, 88, 4, 18, 8, 0},
             0.85,
             0.1,
             1,
             0.12},
    Exercise{"front-raise",
             Support::feet,
             {2, 4, 5, 0, 10, 62, 0},
             {-2, 90, 4, 0, 10, 72, 0},
             0.9,
             0.1,
             1.1,
             0.12},
    Exercise{"dumbbell-row",
             Support::feet,
             {68, 70, 4, 0, 8, 4, 22},
             {64, -4, 14, 0, 94, -6, 22},
             0.6,
             0.1,
             0.8,
             0.12},
    Exercise{"push-up",
             Support::hands,
             {74, 84, 12, 60, 8, 50, -74},
             {84, 32, 40, 50, 104, 60, -84},
             0.9,
             0.05,
             0.75,
             0.1},
    Exercise{"squat",
             Support::feet,
             {6, 40, 8, 0, 70, 30, 2},
             {42, 74, 8, 0, 66, 30, 98},
             1.1,
             0.1,
             0.9,
             0.2},
};

constexpr std::array<std::string_view, 6> kActivities{
    "resting", "walking", "drinking", "dragging_bench", "adjusting_machine", "phone_use"};

}  // namespace

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
