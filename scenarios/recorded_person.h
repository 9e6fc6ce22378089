// The recording that drives a simulated person's devices (person.from_recording): which motion it
// gives to wrist and pocket, who it was, and what its labels say was done.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/truth/truth.h"
#include "replay/track.h"
#include "scenarios/scenario.h"
#include "sim/body/motion.h"

namespace gauntlet::scenarios {

// One session's tracks, one for each place where it has a device; what it lacks is null.
struct RecordedPerson {
  std::shared_ptr<const replay::SampleTrack> wrist, pocket;
  std::int64_t origin_ns = 0;  // the earliest stamp: the start of the run
  double length_s = 0;

  // A copy of `person` with the body that the recording names.
  sim::PersonOptions who(sim::PersonOptions person) const;
  // Null where nothing was worn. `bandwidth_hz`: what the devices there can take.
  std::unique_ptr<sim::Motion> motion(sim::Worn worn, double bandwidth_hz) const;
  // Labels that name a known exercise become sets (without instants of repetitions, which no label
  // tells), others activities in small letters, rows without a label "unlabelled".
  void fill(Truth& truth) const;
};

// Reads what person.from_recording names; null when it names nothing. Not from several threads at
// once (HDF5). Errors: those of the importers; "bad_recording" when there is no such session, when
// it is shorter than 15 s, or when a gyroscope is simulated where none was recorded.
Result<std::shared_ptr<const RecordedPerson>> load_recorded_person(const ScenarioOptions& options);

// 0.45 of the lowest rate of the inertial sensors worn there.
double bandwidth_of(const ScenarioOptions& options, sim::Worn worn);

}  // namespace gauntlet::scenarios
