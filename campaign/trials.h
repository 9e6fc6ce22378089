// Runs of attacked scenarios, in parallel, each at most once: what a journal file remembers is not
// run again, so that a campaign that was killed goes on to the same bytes.
//
// The journal's first line names the build; then one line a run: a hash of everything that decides
// it (effective scenario with its seed, formula, model, metrics asked for), and the outcome. A last
// line that was cut off counts as not written.
//
// Thread safety: every method may be called from several threads.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "campaign/attack_cost.h"
#include "campaign/temporal_logic.h"
#include "scenarios/runner.h"

namespace gauntlet::campaign {

struct Trial {
  std::string scenario;          // path
  std::vector<std::string> set;  // path=value
  std::uint64_t seed = 0;
};

// What is asked of a run.
struct Question {
  std::string text;  // of the formula; empty: nothing (holds is false)
  FormulaPtr formula;
  std::vector<std::string> metrics;
  BudgetOptions budget;
  // Codes: "bad_formula".
  static Result<Question> make(const std::string& formula, std::vector<std::string> metrics = {},
                               const BudgetOptions& budget = {});
};

struct Outcome {
  bool holds = false;
  bool over_budget = false;     // then nothing was run
  double robustness = 0;        // limited to +-kRobustnessMax, where windows are empty
  std::uint64_t digest = 0;     // of every metric of the run
  std::vector<double> metrics;  // those asked for, NaN where there is none
};
inline constexpr double kRobustnessMax = 1e9;

struct TrialOptions {
  std::string journal;  // path; empty: none
  std::string build;    // a journal of another one is refused
  int threads = 0;      // 0: one per core
  // Where a model lies that a scenario names; the name itself when nothing is given.
  std::function<std::optional<std::string>(const std::string&)> find_model;
};

// What a run says. Codes: those of signals_of_run() and evaluate().
Result<Outcome> outcome_of(const scenarios::SeedRun& run, const Question& question);

class Trials {
 public:
  // Codes: "journal".
  static Result<std::unique_ptr<Trials>> open(const TrialOptions& options);
  // In the order given, whatever the threads. Codes: "bad_scenario", "no_model", "run_failed", and
  // those of outcome_of().
  Result<std::vector<Outcome>> run(const std::vector<Trial>& trials, const Question& question);
  // The effective scenario of a trial, its seed in it.
  static Result<scenarios::Scenario> scenario_of(const Trial& trial);
  Result<scenarios::SeedRun> run_whole(const Trial& trial);
  // Several, in parallel: `each` is called from any thread with a trial's index and its run, which
  // goes with the call. Nothing is remembered.
  Result<void> each_whole(const std::vector<Trial>& trials,
                          const std::function<void(std::size_t, const scenarios::SeedRun&)>& each);

  std::uint64_t simulated() const { return simulated_; }
  std::uint64_t remembered() const { return remembered_; }
  std::function<void(std::uint64_t runs)> progress;  // one call at a time

 private:
  explicit Trials(const TrialOptions& options) : options_(options) {}
  Result<void> read_journal();
  void in_parallel(std::size_t n, const std::function<void(std::size_t)>& each) const;
  struct Parts {
    scenarios::SharedParts shared;
    std::uint64_t model_hash;
  };
  Result<const Parts*> parts_of(const scenarios::ScenarioOptions& options);
  static Result<scenarios::SeedRun> run_loaded(const scenarios::Scenario& scenario,
                                               const Parts& parts);
  std::optional<Outcome> known(std::uint64_t key);
  void remember(std::uint64_t key, const Outcome& outcome);

  TrialOptions options_;
  std::mutex mutex_;  // of everything below
  // Keys of tokens, model and recording are made once; by the options that decide them.
  std::map<std::string, std::unique_ptr<const Parts>> parts_;
  std::map<std::uint64_t, Outcome> known_;
  std::ofstream journal_;
  std::uint64_t simulated_ = 0, remembered_ = 0;
};

}  // namespace gauntlet::campaign
