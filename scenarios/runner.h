// Wires one world together around the pipeline under test, runs it in virtual time and measures it.
//
// One call is one simulation on the calling thread; calls for different seeds may run on different
// threads at once and give the same bytes as one after the other.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/events/event_log.h"
#include "core/learn/serving.h"
#include "core/phone/repetition_profile.h"
#include "core/ports/external_pipeline.h"
#include "core/ports/system_under_test.h"
#include "core/truth/truth.h"
#include "reports/metrics/measure.h"
#include "reports/record.h"
#include "scenarios/readings.h"
#include "scenarios/scenario.h"
#include "sim/network/virtual_network.h"

namespace gauntlet::sim {
class Simulation;
class Trace;
}  // namespace gauntlet::sim

namespace gauntlet::scenarios {

struct RecordedPerson;

// Makes the pipeline that is measured. It sees its runtime, its options and where to report: no
// more.
using SutFactory =
    std::function<std::unique_ptr<SystemUnderTest>(Runtime&, const PhoneOptions&, EventSink&)>;

// Made once per process and shared by its runs: a key pair costs more than a simulated hour.
struct SharedParts {
  std::shared_ptr<const learn::Serving> model;
  std::string model_bytes;  // as the model service delivers them
  ServiceKeys keys;
  std::shared_ptr<const RecordedPerson> recorded = nullptr;  // of person.from_recording
  std::vector<RepetitionProfile> repetitions = {};  // of the file beside the model, if there is one
};
// Without a path there is no model, and run_seed() needs a pipeline of the caller's. Codes: those
// of the model file and of parse_repetition_profiles().
Result<SharedParts> make_shared_parts(const ScenarioOptions& options,
                                      const std::string& model_path);
// "gym.model": "gym.repetitions".
std::string repetitions_beside(const std::string& model_path);

// A finished run, with everything that the report shows. `record` borrows from truth and events.
struct SeedRun {
  std::uint64_t seed = 0;
  std::unique_ptr<Truth> truth;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<reports::RunRecord> record;
  reports::SeedResult result;
  reports::RunDetail detail;
  std::uint64_t engine_events = 0;
  std::deque<Readings> readings;           // of wearables' sensors; when asked for
  std::optional<ExternalReport> external;  // when pipeline.kind is "external"
};

struct RunHooks {
  // Records every event; outlives the run.
  sim::Trace* trace = nullptr;
  // Once everything up to that instant has happened; a failure ends the run with it.
  std::optional<WorldTime> pause_at;
  std::function<Result<void>()> paused;
  // Just before the simulation goes, however the run ended: it knows the names of the tags.
  std::function<void(const sim::Simulation&)> finished;
  // Virtual time reached, as a share of the session; called about a hundred times a run.
  std::function<void(double)> progress;
  // Every write onto a wire between phone and services, as it happens.
  sim::WireTap wire = nullptr;
  // Whether SeedRun::readings are kept.
  bool readings = false;
};

// Around the pipeline that the options name. Codes: "bad_plan", "unknown_exercise", … (the world
// cannot be built), "stuck" (nothing left to happen while somebody waits, named), "pipeline" (an
// external one that cannot be started or greeted). An external pipeline that fails later is among
// the run's failures, and what was measured stays.
Result<SeedRun> run_seed(const ScenarioOptions& options, std::uint64_t seed,
                         const SharedParts& parts, const RunHooks& hooks = {});
// The same around a pipeline of the caller's. `ran` is called once nothing happens any more, before
// what was reported is measured.
Result<SeedRun> run_seed(const ScenarioOptions& options, std::uint64_t seed,
                         const SharedParts& parts, const SutFactory& make_sut,
                         const RunHooks& hooks, const std::function<void()>& ran = {});

}  // namespace gauntlet::scenarios
