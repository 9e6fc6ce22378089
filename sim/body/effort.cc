#include "sim/body/effort.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

constexpr double kMlPerMet = 3.5;  // ml of oxygen per kg and minute
constexpr std::array<std::pair<std::string_view, double>, 12> kActivities{
    {{"resting", 1.3},
     {"sitting", 1.3},
     {"standing_up", 3.5},
     {"sitting_down", 3.0},
     {"turning", 3.0},
     {"drinking", 1.8},
     {"dragging_bench", 5.0},
     {"adjusting_machine", 2.5},
     {"phone_use", 1.5},
     {"stairs", 6.5},  // the mean of up and down at a moderate pace
     {"towel", 1.8},
     {"stretching", 2.3}}};

// Large muscles take more oxygen: relative to a mean of 1.
double muscle_mass(MuscleGroup group) {
  switch (group) {
    case MuscleGroup::aerobic:
      return 1.8;
    case MuscleGroup::arms:
      return 0.7;
    case MuscleGroup::back:
      return 1.1;
    case MuscleGroup::chest:
      return 1;
    case MuscleGroup::core:
      return 0.8;
    case MuscleGroup::legs:
      return 1.5;
    case MuscleGroup::shoulders:
      return 0.8;
  }
  return 1;
}

}  // namespace

double most_met(const BodyOptions& body) {
  const double male = body.sex == Sex::male ? 1 : 0;
  const double uptake = 52 - 0.38 * body.age_years + 11 * (male - 0.5);
  return std::max(4.0, uptake / kMlPerMet);
}

double effort_of_met(double met, const BodyOptions& body) {
  return std::clamp((met - 1) / (most_met(body) - 1), 0.0, 1.0);
}

double activity_met(std::string_view activity, double speed_mps) {
  // American College of Sports Medicine's equation for walking on the level: 0.1 ml a metre above
  // rest.
  if (activity == "walking") return 1 + 0.1 * 60 * speed_mps / kMlPerMet;
  const auto* it = std::find_if(kActivities.begin(), kActivities.end(),
                                [&](const auto& a) { return a.first == activity; });
  CHECK(it != kActivities.end(), activity);
  return it->second;
}

double lifting_met(MuscleGroup group, double weight_kg, double tempo, double done,
                   const BodyOptions& body) {
  // The Compendium's 3.5 for light and 6 for vigorous lifting, by the weight's share of the body's;
  // a set feels harder towards its end.
  const double load = std::min(1.0, weight_kg / body.weight_kg);
  return 1 + muscle_mass(group) * (2.5 + 4 * load) * (0.6 + 0.4 * tempo) * (1 + 0.5 * done);
}

}  // namespace gauntlet::sim
