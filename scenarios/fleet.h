// A fleet: many independent people who share the services, each on a simulation of their own, the
// services on another, run by several threads in virtual time and merged conservatively.
//
// Nobody runs past the instant at which a message could still reach them; the lookahead is the
// network's minimum latency (Chandy and Misra, IEEE TSE SE-5, 1979). It is widened by what the
// services promise: to a person all of whose requests have been answered they send nothing before
// their own next timer, unless the person speaks. A promise that was broken would be found out (a
// letter from the past is our bug, and checked). Results therefore do not depend on the number of
// threads, nor on how far anybody runs ahead.
//
// A person's world is built when they come and taken down when they have left; what is kept are
// their metrics. Leaves out: people who know of one another, a second visit.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "reports/result.h"
#include "scenarios/runner.h"
#include "scenarios/scenario.h"

namespace gauntlet::scenarios {

struct FleetRunOptions {
  std::uint64_t seed = 1;
  int threads = 0;  // 0: as many as there are cores
  // How far a person runs ahead of the services, and in which stretches; results do not depend on
  // either. With `promises` false, on the lookahead alone.
  Duration ahead = std::chrono::seconds{10};
  Duration stretch = std::chrono::seconds{1};
  bool promises = true;
  // Share of the people who came and left; from any thread, one call at a time.
  std::function<void(double)> progress;
};

struct FleetRun {
  reports::ResultFile result;  // of one seed: metrics are means over people; table "fleet"
  std::uint64_t came = 0;
  double person_seconds = 0;  // simulated, from coming to leaving
  std::uint64_t engine_events = 0;
};

// When each of those who come does, in order: fewer than fleet.people when the rest come too late.
std::vector<WorldTime> fleet_arrivals(const FleetOptions& options, std::uint64_t seed);
// The seed of the world of a person of a fleet: `gauntlet run` with it meets the same person.
std::uint64_t fleet_person_seed(std::uint64_t seed, std::uint64_t person);

// Codes: as run_seed's, for the services. What fails for one person is a failure in the result.
Result<FleetRun> run_fleet(const ScenarioOptions& options, const SharedParts& parts,
                           const reports::Provenance& about, const FleetRunOptions& how);

}  // namespace gauntlet::scenarios
