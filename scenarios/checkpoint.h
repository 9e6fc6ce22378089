// A point in a run to go on from, by replay: coroutines cannot be written down, but the same seed
// gives the same run. What is saved is the scenario, the seed and what the run had come to; going
// on runs it again from the beginning and refuses to continue unless it came to the same.
//
// Format: JSON, written whole or not at all. Leaves out: fleets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "replay/trace_diff.h"
#include "reports/result.h"
#include "scenarios/runner.h"
#include "scenarios/scenario.h"

namespace gauntlet::scenarios {

struct Checkpoint {
  std::string scenario;                // as it was given, for the reader
  std::vector<std::string> overrides;  // "path=value", applied in `text`
  std::string text;                    // the scenario as it ran
  std::uint64_t text_hash = 0;
  std::uint64_t model_hash = 0;
  std::uint64_t seed = 0;
  std::string build;  // that saved it: version, commit, compiler
  WorldTime at;
  std::uint64_t events = 0;  // run until then
  std::uint64_t trace_hash = 0;
};

std::string build_of(const reports::Provenance& about);

// Runs to `at`. Codes: "too_late" (the run ends before that) and those of run_seed.
Result<Checkpoint> make_checkpoint(const Scenario& scenario, std::uint64_t seed,
                                   const SharedParts& parts, WorldTime at);
Result<void> save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
// Codes: "missing", "syntax", "shape", "scenario_differs" (its text was changed).
Result<Checkpoint> load_checkpoint(const std::filesystem::path& path);

// The scenario that it holds. False when `problems` is not empty.
bool scenario_of(const Checkpoint& checkpoint, Scenario& scenario,
                 std::vector<Diagnostic>& problems);

// For a run from the beginning that is to go on from the checkpoint. What it comes to there is
// compared; code "diverged" when it is not the same, "model_differs" when the model is another.
// The checkpoint outlives the hooks.
struct Resumption {
  std::unique_ptr<sim::Trace> trace;
  RunHooks hooks;
};
Result<Resumption> resume(const Checkpoint& checkpoint, const SharedParts& parts,
                          const std::string& build);

// A run's trace without a file: the run is run once for its hashes, and once more for each block of
// records that is asked for. `until`: only so far. The scenario and the parts outlive the source.
Result<replay::TraceSource> rerun(const Scenario& scenario, std::uint64_t seed,
                                  const SharedParts& parts, std::optional<WorldTime> until);

}  // namespace gauntlet::scenarios
