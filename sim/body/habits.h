// What a person trains by habit: a Markov chain of exercises that is the person's own and the same
// in every session.
//
// The next exercise's log weight is a sum over the suffixes of what has been done, up to `order`
// exercises long: strength * z(person, suffix, next), z standard normal and fixed by the person's
// style, plus `same_group` where next works the muscles of the one before. What has been done today
// is not done again. Nothing is stored: a person with any order costs nothing.
// Leaves out: machines taken by others, programmes that change over weeks.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"
#include "sim/body/person.h"
#include "sim/engine/random.h"

namespace gauntlet::sim {

struct PlanItem;

struct HabitOptions {
  std::int64_t exercises = 0;           // in a session; 0: no habits, only what the plan lists
  std::vector<std::string> candidates;  // none: every exercise of the table
  std::int64_t order = 2;
  double strength = 1.5;
  double same_group = 1.5;
  std::int64_t sets = 3;
  std::int64_t repetitions = 10;
  double rest_s = 55;
  double weight = 1;        // of the exercise's usual one for the body's mass
  double weight_sd = 0.25;  // of its logarithm, between people; the same in every session
  void describe(OptionVisitor& v);
  Result<void> validate() const;
};

// Of each of `candidates` (exercises()[i]), given what has been done, last at the back. Sums to 1.
std::vector<double> next_exercise(const HabitOptions& options, std::int64_t style,
                                  std::span<const std::size_t> candidates,
                                  std::span<const std::size_t> done);

// A session's exercises. `stream` is the session's.
std::vector<PlanItem> habitual_exercises(const HabitOptions& options, const PersonOptions& person,
                                         const RandomStream& stream);

}  // namespace gauntlet::sim
