#include "sim/body/habits.h"

#include <algorithm>
#include <cmath>

#include "sim/body/exercises.h"
#include "sim/body/script.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

constexpr double kMostOrder = 16;

// This person's liking for an exercise after a suffix, fixed for ever.
double liking(std::int64_t style, std::span<const std::size_t> suffix, std::size_t next) {
  std::string path = "person/habit";
  for (const std::size_t e : suffix) path += "/" + std::string(exercises()[e].name);
  path += ">" + std::string(exercises()[next].name);
  return RandomStream(static_cast<std::uint64_t>(style), path).normal();
}

std::vector<std::size_t> candidates_of(const HabitOptions& o) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < exercises().size(); ++i) {
    const std::string name(exercises()[i].name);
    const bool listed =
        std::find(o.candidates.begin(), o.candidates.end(), name) != o.candidates.end();
    if (o.candidates.empty() || listed) all.push_back(i);
  }
  return all;
}

double weight_kg(const HabitOptions& o, const PersonOptions& person, const Exercise& e) {
  const double usual = e.weight_kg * person.body.weight_kg / 74 * o.weight;
  RandomStream own(static_cast<std::uint64_t>(person.dynamics.style),
                   "person/weight/" + std::string(e.name));
  const double kg = usual * portable::exp(own.normal(0, o.weight_sd));
  constexpr double kStep_kg = 2.5;  // of dumbbells and plates
  return usual > 0 ? std::max(kStep_kg, kStep_kg * std::floor(kg / kStep_kg + 0.5)) : 0;
}

}  // namespace

void HabitOptions::describe(OptionVisitor& v) {
  v.integer("exercises", exercises, {0, 1000}, "1",
            "how many a session has; 0: only what the plan lists", "off");
  v.strings("candidates", candidates, "what there is to choose from; none: every exercise");
  v.integer("order", order, {0, kMostOrder}, "1", "how many exercises back habits reach",
            "the talk's context: suffixes up to 16");
  v.number("strength", strength, {0, 10}, "1", "0: any order is as likely; 5: mostly the same",
           "proposal");
  v.number("same_group", same_group, {0, 10}, "1",
           "added to the log weight of exercises of the same muscles", "proposal");
  v.integer("sets", sets, {1, 1000}, "1", "of each exercise", "the scenario's choice");
  v.integer("repetitions", repetitions, {1, 10000}, "1", "of a set, mean", "the scenario's choice");
  v.number("rest_s", rest_s, {0, 3600}, "s", "rest after each set, median",
           "fit: recorded gym sessions");
  v.number("weight", weight, {0, 5}, "1", "relative to the usual weight of each exercise",
           "neutral");
  v.number("weight_sd", weight_sd, {0, 1}, "1", "sd of its logarithm between people", "proposal");
}

Result<void> HabitOptions::validate() const {
  for (const std::string& name : candidates) {
    if (!find_exercise(name)) return unknown_exercise(name);
  }
  const std::size_t n = candidates_of(*this).size();
  if (exercises > static_cast<std::int64_t>(n)) {
    return Error{"bad_plan", "habits.exercises = " + std::to_string(exercises) +
                                 ": there are only " + std::to_string(n) + " candidates"};
  }
  return {};
}

std::vector<double> next_exercise(const HabitOptions& o, std::int64_t style,
                                  std::span<const std::size_t> candidates,
                                  std::span<const std::size_t> done) {
  std::vector<double> p(candidates.size(), 0.0);
  const std::size_t reach = std::min(done.size(), static_cast<std::size_t>(o.order));
  double total = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const std::size_t next = candidates[i];
    if (std::find(done.begin(), done.end(), next) != done.end()) continue;
    double log_weight = 0;
    for (std::size_t k = 0; k <= reach; ++k) log_weight += liking(style, done.last(k), next);
    // So that a longer memory is no stronger one.
    log_weight *= o.strength / std::sqrt(static_cast<double>(reach + 1));
    const auto group = exercises()[next].group;
    if (!done.empty() && exercises()[done.back()].group == group) log_weight += o.same_group;
    total += p[i] = portable::exp(log_weight);
  }
  for (double& x : p) x /= total > 0 ? total : 1;
  return p;
}

std::vector<PlanItem> habitual_exercises(const HabitOptions& o, const PersonOptions& person,
                                         const RandomStream& stream) {
  RandomStream random = stream.child("habits");
  const std::vector<std::size_t> candidates = candidates_of(o);
  std::vector<std::size_t> done;
  std::vector<PlanItem> items;
  for (std::int64_t n = 0; n < o.exercises && done.size() < candidates.size(); ++n) {
    const std::vector<double> p = next_exercise(o, person.dynamics.style, candidates, done);
    double left = random.uniform();
    std::size_t chosen = candidates.size();
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (p[i] <= 0) continue;
      chosen = i;
      left -= p[i];
      if (left < 0) break;
    }
    const Exercise& e = exercises()[candidates[chosen]];
    done.push_back(candidates[chosen]);
    items.push_back(
        {std::string(e.name), o.sets, o.repetitions, o.rest_s, weight_kg(o, person, e)});
  }
  return items;
}

}  // namespace gauntlet::sim
