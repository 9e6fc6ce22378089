// Several seeds of one scenario, in parallel, and what they leave behind.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "reports/result.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {

struct BatchOptions {
  std::vector<std::uint64_t> seeds;
  int threads = 0;  // 0: as many as there are cores
  // Share of all seeds' time that is simulated; called from any thread, one call at a time.
  std::function<void(double)> progress = {};
  // Of each run that went well, by its place in `seeds`; from any thread, one call at a time.
  std::function<void(std::size_t, const SeedRun&)> each = {};
  // Of each run, without `progress`. A trace records one run: with it there must be one seed.
  RunHooks hooks = {};
};

struct Batch {
  reports::ResultFile result;
  std::optional<SeedRun> first;  // of the first seed that ran, for the report
  // Seeds whose external pipeline could not be started, failed or was not believed.
  std::size_t pipelines_failed = 0;
};

// A seed that cannot run is a failure in the result (named, with the reason); the others go on.
// The result is the same whatever the number of threads. An external pipeline in real time has the
// machine to itself: one seed after the other.
Batch run_batch(const Scenario& scenario, const SharedParts& parts,
                const reports::Provenance& about, const BatchOptions& options);

// seed, seed + 1, …
std::vector<std::uint64_t> consecutive_seeds(std::uint64_t first, std::size_t count);

// result.json, result.h5 and report.html in `folder`, which is made. The report shows the figures
// of a replay beside the run's when they are given.
Result<void> write_batch(const std::filesystem::path& folder, const Batch& batch,
                         const reports::ResultFile* captures = nullptr);

}  // namespace gauntlet::scenarios
