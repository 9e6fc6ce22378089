// Runs of the attacked scenario, in parallel, each at most once: what a journal file remembers is
// not run again, so that a campaign that was killed goes on to the same bytes.
//
// The journal's first line names the build; then one line a run: a hash of everything that decides
// it (effective scenario, seed, formula, model), whether the formula held, its robustness and the
// digest of the run's metrics. A last line that was cut off counts as not written.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "campaign/temporal_logic.h"
#include "scenarios/runner.h"

namespace gauntlet::campaign {

struct Trial {
  std::vector<std::string> set;  // path=value
  std::uint64_t seed = 0;
};

struct Outcome {
  bool holds = false;
  double robustness = 0;     // limited to +-kRobustnessMax, where windows are empty
  std::uint64_t digest = 0;  // of every metric of the run
};
inline constexpr double kRobustnessMax = 1e9;

struct TrialOptions {
  std::string scenario;  // path
  std::string success;   // the formula
  std::string journal;   // path; empty: none
  std::string build;     // a journal of another one is refused
  int threads = 0;       // 0: one per core
};

// What a run says about a formula. Codes: those of signals_of_run() and evaluate().
Result<Outcome> outcome_of(const scenarios::SeedRun& run, const Formula& success);

class Trials {
 public:
  // `parts` outlives this. Codes: "journal", "bad_formula".
  static Result<Trials> open(const TrialOptions& options, const scenarios::SharedParts& parts);
  // In the order given, whatever the threads. Codes: "bad_scenario", "run_failed".
  Result<std::vector<Outcome>> run(const std::vector<Trial>& trials);
  // The effective scenario of a trial, its seed in it.
  Result<scenarios::Scenario> scenario_of(const Trial& trial) const;
  Result<scenarios::SeedRun> run_whole(const Trial& trial) const;

  std::uint64_t simulated() const { return simulated_; }
  std::uint64_t remembered() const { return remembered_; }
  std::function<void(std::uint64_t runs)> progress;

 private:
  Trials(const TrialOptions& options, FormulaPtr success, const scenarios::SharedParts& parts);
  Result<void> read_journal();
  std::uint64_t key_of(const scenarios::Scenario& scenario) const;
  void remember(std::uint64_t key, const Outcome& outcome);

  TrialOptions options_;
  FormulaPtr success_;
  const scenarios::SharedParts* parts_;
  std::uint64_t model_hash_;
  std::map<std::uint64_t, Outcome> known_;
  std::ofstream journal_;
  std::uint64_t simulated_ = 0, remembered_ = 0;
};

}  // namespace gauntlet::campaign
