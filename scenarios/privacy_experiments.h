// Trade-offs of privacy: one key of a scenario takes one value after another, the population meets
// the adversaries each time, and a page shows what leaks and what it costs, with intervals.
//
//   title = "How long a token lives"
//   scenario = "../privacy.toml"       # beside the experiment's own file
//   measures = ["M5"]                  # ids of findings, or "lag", "energy", "F1"
//   [[sweep]]
//   key = "services.tokens.lifetime_s"
//   values = ["900", "3600"]
//
// Every point has the same seed, so the same people: differences are the key's. Populations are
// run again only for keys on which they depend.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "scenarios/privacy_findings.h"

namespace gauntlet::scenarios {

struct SweepOptions {
  std::string key;
  std::string unit;
  std::vector<std::string> values;
  void describe(OptionVisitor& v);
};

struct ExperimentOptions {
  std::string title;
  std::string about;
  std::string change;  // what one would change, in the light of it
  std::string scenario = "../privacy.toml";
  std::vector<std::string> set;  // overrides of every point
  std::vector<std::string> measures;
  std::vector<SweepOptions> sweeps;
  std::string name;  // of the file
  std::string path;  // of the scenario
  void describe(OptionVisitor& v);
};

// The *.toml of a folder in order of name, or the one file. False when `problems` is not empty.
bool load_experiments(const std::string& path, std::vector<ExperimentOptions>& experiments,
                      std::vector<Diagnostic>& problems);

// Table "experiment": a row a point and measure. `progress` is told how many points are done, of
// how many. Codes: "bad_experiment" (no such measure; a scenario that a value makes wrong), those
// of run_population.
Result<reports::ResultFile> run_experiment(const ExperimentOptions& experiment,
                                           const SharedParts& parts,
                                           std::optional<std::uint64_t> seed, int threads,
                                           reports::Provenance about,
                                           const std::function<void(double)>& progress = {});

}  // namespace gauntlet::scenarios
