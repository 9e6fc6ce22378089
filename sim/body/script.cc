#include "sim/body/script.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "sim/body/script_builder.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

Result<void> validate(const PlanOptions& plan) {
  for (const PlanItem& item : plan.exercises) {
    if (!find_exercise(item.exercise)) {
      return unknown_exercise(item.exercise);
    }
    if (item.sets < 1 || item.repetitions < 1 || item.sets > 1000 || item.repetitions > 10000) {
      return Error{"bad_plan", item.exercise +
                                   ": sets must be 1 to 1000 and repetitions 1 to "
                                   "10000, not " +
                                   std::to_string(item.sets) + " and " +
                                   std::to_string(item.repetitions)};
    }
  }
  const auto known = activity_names();
  for (const auto* list : {&plan.between_sets, &plan.between_exercises}) {
    for (const Interlude& i : *list) {
      if (std::find(known.begin(), known.end(), i.activity) == known.end()) {
        return unknown_activity(i.activity);
      }
    }
  }
  if (auto ok = plan.habits.validate(); !ok) return ok;
  return plan.floor.validate();
}

class Session {
 public:
  Session(const PlanOptions& plan, const PersonOptions& person, const RandomStream& stream,
          WorldTime begin)
      : plan_(plan),
        items_(plan.exercises),
        random_(stream.child("plan")),
        rest_(person.dynamics.rest),
        builder_(person, plan.floor, stream, begin),
        limit_(plan.length_s > 0 ? begin + from_seconds(plan.length_s) : WorldTime::max()) {
    for (PlanItem& item : habitual_exercises(plan.habits, person, stream)) {
      items_.push_back(std::move(item));
    }
  }

  Script build() {
    const double most_s = plan_.length_s > 0 ? plan_.length_s - kSettle_s : plan_.lead_in_s;
    builder_.activity("resting", std::min(plan_.lead_in_s, most_s));
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!exercise(items_[i])) break;
      if (i + 1 < items_.size()) interludes(plan_.between_exercises);
    }
    if (plan_.length_s > 0) {
      while (fits(30)) builder_.activity("resting", std::min(60.0, left_s() - kSettle_s));
      builder_.rest_until(limit_);
    }
    return builder_.finish();
  }

 private:
  // Longer than anybody takes to come to rest.
  static constexpr double kSettle_s = 10;

  double left_s() const { return to_seconds(limit_ - builder_.now()); }
  bool fits(double seconds) const { return plan_.length_s <= 0 || seconds + kSettle_s <= left_s(); }
  double about(double seconds) {
    return seconds * portable::exp(random_.normal(0, plan_.rest_variation));
  }
  void interludes(const std::vector<Interlude>& list) {
    for (const Interlude& i : list) {
      const bool happens = random_.chance(i.probability);
      const double seconds = about(i.length_s);
      // Activities finish a movement they are in: drinking takes 15 s whatever is asked.
      if (happens && fits(std::max(seconds, 15.0) + 10)) builder_.activity(i.activity, seconds);
    }
  }
  // False when there is no time left for it.
  bool exercise(const PlanItem& item) {
    const Station* station = plan_.floor.station_of(item.exercise);
    for (std::int64_t s = 0; s < item.sets; ++s) {
      const std::int64_t spread = std::max<std::int64_t>(plan_.repetition_spread, 0);
      const auto n =
          static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * spread + 1)));
      const std::int64_t repetitions = std::max<std::int64_t>(1, item.repetitions - spread + n);
      const double rest_s = about(item.rest_s) * rest_;
      // Twelve seconds a repetition is slower than the slowest person with the heaviest weight.
      const double walk_s = station ? builder_.seconds_to(station->x_m, station->y_m) : 0;
      if (!fits(20 + walk_s + 12 * static_cast<double>(repetitions))) return false;
      if (station) builder_.go_to(station->x_m, station->y_m);
      builder_.set(item, repetitions);
      interludes(plan_.between_sets);
      if (fits(rest_s)) builder_.activity("resting", rest_s);
    }
    return true;
  }

  const PlanOptions& plan_;
  std::vector<PlanItem> items_;
  RandomStream random_;
  double rest_;
  ScriptBuilder builder_;
  WorldTime limit_;
};

}  // namespace

void PlanItem::describe(OptionVisitor& v) {
  v.text("exercise", exercise, "name in the exercise table");
  v.integer("sets", sets, {1, 1000}, "1", "number of sets", "the scenario's choice");
  v.integer("repetitions", repetitions, {1, 10000}, "1", "repetitions of a set, mean",
            "the scenario's choice");
  v.number("rest_s", rest_s, {0, 3600}, "s", "rest after each set, median",
           "fit: recorded gym sessions");
  v.number("weight_kg", weight_kg, {0, 500}, "kg", "weight lifted; slows the movement",
           "the scenario's choice");
}

void Interlude::describe(OptionVisitor& v) {
  v.text("activity", activity,
         "resting, walking, drinking, dragging_bench, adjusting_machine, phone_use, stairs, towel "
         "or stretching");
  v.number("probability", probability, {0, 1}, "1", "chance that it happens",
           "the scenario's choice");
  v.number("length_s", length_s, {0, 3600}, "s", "how long, median", "the scenario's choice");
}

void PlanOptions::describe(OptionVisitor& v) {
  v.number("lead_in_s", lead_in_s, {0, 3600}, "s", "rest before the first exercise",
           "the scenario's choice");
  v.number("length_s", length_s, {0, 86400}, "s",
           "length of the session, cut or padded with rest; 0: as long as it takes",
           "the scenario's choice");
  v.number("rest_variation", rest_variation, {0, 1}, "1",
           "sd of the logarithm of rests and interludes", "fit: rests of recorded gym sessions");
  v.integer("repetition_spread", repetition_spread, {0, 20}, "1",
            "a set has this many repetitions more or fewer, uniformly", "proposal");
  v.table("floor", floor, "where it is done");
  v.list("exercises", exercises, "what is trained, in order");
  v.table("habits", habits, "what the person trains by habit, after the listed exercises");
  v.list("between_sets", between_sets, "what may happen after each set, before the rest");
  v.list("between_exercises", between_exercises, "what may happen between two exercises");
}

double Script::effort(WorldTime t) const {
  const auto next = std::upper_bound(efforts_.begin(), efforts_.end(), t,
                                     [](WorldTime x, const EffortKnot& k) { return x < k.at; });
  if (next == efforts_.begin()) return efforts_.empty() ? 0 : next->effort;
  const EffortKnot& a = *(next - 1);
  if (next == efforts_.end()) return a.effort;
  return a.effort + (next->effort - a.effort) * to_seconds(t - a.at) / to_seconds(next->at - a.at);
}

std::size_t Script::bytes() const {
  std::size_t n = sizeof *this + trajectory_.bytes() + path_.capacity() * sizeof(TruePosition) +
                  efforts_.capacity() * sizeof(EffortKnot);
  for (const TrueSet& s : sets_) n += sizeof s + s.repetitions.capacity() * sizeof(WorldTime);
  return n + activities_.capacity() * sizeof(TrueActivity);
}

PlanOptions gym_hour_plan() {
  PlanOptions p;
  p.exercises = {{"biceps-curl", 3, 10, 75, 10},          {"shoulder-press", 3, 10, 80, 12},
                 {"dumbbell-chest-press", 3, 10, 85, 16}, {"dumbbell-row", 3, 10, 80, 16},
                 {"lateral-raise", 3, 12, 70, 5},         {"squat", 3, 12, 90, 20}};
  p.between_sets = {{"drinking", 0.3, 12}, {"phone_use", 0.25, 20}, {"walking", 0.3, 15}};
  p.between_exercises = {
      {"walking", 1, 30}, {"dragging_bench", 0.5, 10}, {"adjusting_machine", 0.8, 20}};
  return p;
}

PlanOptions resting_plan(double length_s) {
  PlanOptions p;
  p.lead_in_s = 0;
  p.length_s = length_s;
  return p;
}

Result<Script> make_script(const PlanOptions& plan, const PersonOptions& person,
                           const RandomStream& stream, WorldTime begin) {
  if (auto ok = validate(plan); !ok) return ok.error();
  if (plan.length_s > 0 && plan.length_s < 15) {
    return Error{"bad_plan",
                 "length_s must be 0 or at least 15 s, not " + std::to_string(plan.length_s)};
  }
  if (plan.length_s == 0 && plan.exercises.empty() && plan.habits.exercises == 0 &&
      plan.lead_in_s < 1) {
    return Error{"bad_plan", "a plan needs an exercise, a lead_in_s or a length_s"};
  }
  return Session(plan, person, stream, begin).build();
}

}  // namespace gauntlet::sim
