// Trains the classifier that ships, on simulated people other than those of any run: the same world
// and the same fusion as in the pipeline, cut into windows that the truth labels.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/learn/trainer.h"
#include "core/phone/repetition_profile.h"
#include "scenarios/scenario.h"

namespace gauntlet::scenarios {

// People whose devices are attacked: what they leave while an attack lasts is no exercise, whatever
// it looks like, and goes to the classifier as that. A real set under an attack that only adds to
// the signal is left out, as is all that is not attacked: other people are there for that.
struct NegativeOptions {
  std::int64_t people = 1;
  std::int64_t first_person = 2'000'000;
  double length_s = 600;               // of their session; the plan is the training's
  std::vector<WornOptions> wearables;  // empty: the training's
  std::vector<adversarial::AttackOptions> attacks;
  void describe(OptionVisitor& v);
};

struct TrainingOptions {
  ScenarioOptions world;  // the plan says which exercises there are
  learn::TrainerOptions trainer;
  std::int64_t people = 24;
  std::int64_t first_person = 1'000'000;  // scenarios use small numbers
  double window_s = 2;
  double hop_s = 1;
  // A window counts as an exercise when this share of it lies in a set, as none when nothing does;
  // what lies between is left out.
  double in_set_share = 0.75;
  double max_filled = 0.2;
  std::vector<NegativeOptions> negatives;
  void describe(OptionVisitor& v);
};

struct TrainingReport {
  learn::Training training;
  std::size_t windows = 0;
  std::size_t mixed = 0;   // left out: partly in a set
  std::size_t filled = 0;  // left out: too much of it was invented
  std::vector<RepetitionProfile> repetitions;
};

// Devices whose accelerometers somebody wears: the wearables, then the phone, if its own are on.
std::size_t worn_sensors(const ScenarioOptions& world);

// What one simulated person leaves: windows of the accelerometers with what the truth calls them.
struct PersonWindows {
  std::vector<float> values;          // length x (3 times sensors) each
  std::vector<std::string> labels;    // empty: no exercise
  std::size_t mixed = 0, filled = 0;  // left out
  RepetitionLearner repetitions;      // timed by the truth
};
// One entry a person, in order of their numbers, those under attack last; windows have `window_s`
// at the fusion's grid. Of several sensors (one: the first wearable; more: device after device)
// only where all have them. Codes: those of run_seed.
Result<std::vector<PersonWindows>> simulate_windows(
    const TrainingOptions& options, const std::function<void(double)>& progress = {},
    std::size_t sensors = 1);

// Codes: those of run_seed and of the trainer.
Result<TrainingReport> train(const TrainingOptions& options,
                             const std::function<void(double)>& progress = {});

}  // namespace gauntlet::scenarios
