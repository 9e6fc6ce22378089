// A session: what a person does and when, down to every joint. Built once from a plan, a person and
// a random stream; then the source of both the motion and the truth.
//
// The timeline is tiled without gaps by sets and activities; moving into place counts as part of
// what comes before. A set begins when its first repetition starts and ends when its last one is
// complete.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"
#include "core/truth/truth.h"
#include "sim/body/effort.h"
#include "sim/body/floor_plan.h"
#include "sim/body/habits.h"
#include "sim/body/person.h"
#include "sim/body/shaking.h"
#include "sim/body/trajectory.h"
#include "sim/engine/random.h"

namespace gauntlet::sim {

struct PlanItem {
  std::string exercise = "biceps-curl";
  std::int64_t sets = 3;
  std::int64_t repetitions = 10;
  double rest_s = 55;    // after each set, median
  double weight_kg = 8;  // twice the usual slows a repetition by a quarter
  void describe(OptionVisitor& v);
};

// Something done between sets or between exercises, if chance will have it.
struct Interlude {
  std::string activity = "resting";
  double probability = 1;
  double length_s = 20;  // median
  void describe(OptionVisitor& v);
};

struct PlanOptions {
  double lead_in_s = 10;  // resting before the first exercise
  double length_s = 0;  // 0: as long as it takes; else cut before the first item beyond, or padded
  double rest_variation = 0.66;        // sd of the logarithm of rests and interludes
  std::int64_t repetition_spread = 1;  // a set has repetitions +- this many, uniformly
  FloorPlanOptions floor = gym_floor();
  std::vector<PlanItem> exercises;
  HabitOptions habits;  // after the listed exercises
  std::vector<Interlude> between_sets;
  std::vector<Interlude> between_exercises;
  void describe(OptionVisitor& v);
};

// Six exercises, three sets each, with the life between them: about three quarters of an hour.
PlanOptions gym_hour_plan();
// Nobody moves: what an attack on a resting wrist needs.
PlanOptions resting_plan(double length_s);

class Script {
 public:
  WorldTime begin() const { return trajectory_.begin(); }
  WorldTime end() const { return trajectory_.end(); }
  const std::vector<TrueSet>& sets() const { return sets_; }
  const std::vector<TrueActivity>& activities() const { return activities_; }
  const Trajectory& trajectory() const { return trajectory_; }
  const PersonOptions& person() const { return person_; }
  const Shaking& shaking() const { return shaking_; }
  // On the plan's floor. Walking takes the time of its distance.
  TruePosition position(WorldTime t) const { return position_at(path_, t); }
  const std::vector<TruePosition>& path() const { return path_; }
  // 0 to 1, see effort.h.
  double effort(WorldTime t) const;
  // Memory held, about.
  std::size_t bytes() const;

 private:
  friend class ScriptBuilder;
  PersonOptions person_;
  Trajectory trajectory_;
  Shaking shaking_;
  std::vector<TrueSet> sets_;
  std::vector<TrueActivity> activities_;
  std::vector<TruePosition> path_;
  std::vector<EffortKnot> efforts_;
};

// `stream` is the session's ("person/0/session"). Fails with "unknown_exercise" or
// "unknown_activity", naming the nearest known one, and with "bad_plan".
Result<Script> make_script(const PlanOptions& plan, const PersonOptions& person,
                           const RandomStream& stream, WorldTime begin = WorldTime{});

}  // namespace gauntlet::sim
