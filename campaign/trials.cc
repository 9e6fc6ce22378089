#include "campaign/trials.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "campaign/run_signals.h"
#include "core/files/whole_file.h"
#include "sim/engine/random.h"

namespace gauntlet::campaign {
namespace {

std::uint64_t digest_of(const reports::SeedResult& result) {
  std::string text;
  for (const auto& [name, measured] : result.values.all()) {
    text += name + "=";
    if (measured.value) text += std::to_string(std::bit_cast<std::uint64_t>(*measured.value));
    text += "\n";
  }
  return sim::hash_path(text);
}

}  // namespace

Result<Outcome> outcome_of(const scenarios::SeedRun& run, const Formula& success) {
  const auto signals = signals_of_run(run, signals_of(success));
  if (!signals) return signals.error();
  const auto verdict = evaluate(success, *signals);
  if (!verdict) return verdict.error();
  return Outcome{verdict->holds, std::clamp(verdict->robustness, -kRobustnessMax, kRobustnessMax),
                 digest_of(run.result)};
}

Trials::Trials(const TrialOptions& options, FormulaPtr success, const scenarios::SharedParts& parts)
    : options_(options),
      success_(std::move(success)),
      parts_(&parts),
      model_hash_(sim::hash_path(parts.model_bytes)) {}

Result<Trials> Trials::open(const TrialOptions& options, const scenarios::SharedParts& parts) {
  auto success = parse_formula(options.success);
  if (!success) return success.error();
  Trials trials(options, *success, parts);
  if (options.journal.empty()) return trials;
  if (const auto read = trials.read_journal(); !read) return read.error();
  return trials;
}

// Written anew without what was cut off, then appended to.
Result<void> Trials::read_journal() {
  const std::string head = "gauntlet journal 1 " + options_.build;
  std::string whole = head + "\n";
  if (std::ifstream in(options_.journal); in) {
    std::string line;
    if (std::getline(in, line) && line != head) {
      return Error{"journal", options_.journal + " is of another build (\"" + line +
                                  "\"); take it away to begin anew"};
    }
    while (std::getline(in, line) && !in.eof()) {
      std::uint64_t key = 0, bits = 0, digest = 0;
      int holds = 0;
      if (std::sscanf(line.c_str(), "%16" SCNx64 " %d %16" SCNx64 " %16" SCNx64, &key, &holds,
                      &bits, &digest) != 4) {
        return Error{"journal", options_.journal + ": a line that is none: " + line};
      }
      known_[key] = {holds != 0, std::bit_cast<double>(bits), digest};
      whole += line + "\n";
    }
  }
  if (const auto written = write_whole_file(options_.journal, whole); !written) {
    return Error{"journal", written.error().message};
  }
  journal_.open(options_.journal, std::ios::app);
  return {};
}

void Trials::remember(std::uint64_t key, const Outcome& outcome) {
  known_[key] = outcome;
  if (!journal_.is_open()) return;
  char line[80];
  std::snprintf(line, sizeof line, "%016" PRIx64 " %d %016" PRIx64 " %016" PRIx64 "\n", key,
                outcome.holds ? 1 : 0, std::bit_cast<std::uint64_t>(outcome.robustness),
                outcome.digest);
  journal_ << line << std::flush;
}

Result<scenarios::Scenario> Trials::scenario_of(const Trial& trial) const {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(trial.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(trial.set[i], overrides[i], problems);
  }
  overrides.push_back({"seed", std::to_string(trial.seed)});
  scenarios::Scenario scenario;
  if (!problems.empty() ||
      !scenarios::load_scenario(options_.scenario, overrides, scenario, problems)) {
    return Error{"bad_scenario", to_string(problems)};
  }
  return scenario;
}

Result<scenarios::SeedRun> Trials::run_whole(const Trial& trial) const {
  const auto scenario = scenario_of(trial);
  if (!scenario) return scenario.error();
  auto run = scenarios::run_seed(scenario->options, trial.seed, *parts_);
  if (!run) return Error{"run_failed", run.error().message};
  if (!run->result.failures.empty()) return Error{"run_failed", run->result.failures.front()};
  return run;
}

std::uint64_t Trials::key_of(const scenarios::Scenario& scenario) const {
  return sim::hash_path(scenario.source.effective + "\n" + std::to_string(model_hash_) + "\n" +
                        options_.success);
}

Result<std::vector<Outcome>> Trials::run(const std::vector<Trial>& trials) {
  namespace tbb = oneapi::tbb;
  std::vector<std::uint64_t> keys(trials.size());
  std::map<std::uint64_t, std::size_t> missing;  // the first trial of each
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto scenario = scenario_of(trials[i]);
    if (!scenario) return scenario.error();
    keys[i] = key_of(*scenario);
    if (known_.contains(keys[i])) {
      ++remembered_;
    } else {
      missing.emplace(keys[i], i);
    }
  }
  const std::vector<std::pair<std::uint64_t, std::size_t>> todo(missing.begin(), missing.end());
  std::vector<std::string> failures(todo.size());
  std::mutex mutex;
  std::unique_ptr<tbb::global_control> limit;
  if (options_.threads > 0) {
    limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(options_.threads));
  }
  tbb::parallel_for(std::size_t{0}, todo.size(), [&](std::size_t i) {
    const Trial& trial = trials[todo[i].second];
    const auto outcome = [&]() -> Result<Outcome> {
      const auto run = run_whole(trial);
      if (!run) return run.error();
      return outcome_of(*run, *success_);
    }();
    const std::scoped_lock lock(mutex);
    if (!outcome) {
      failures[i] = "seed " + std::to_string(trial.seed) + ": " + outcome.error().message;
      return;
    }
    remember(todo[i].first, *outcome);
    ++simulated_;
    if (progress) progress(simulated_ + remembered_);
  });
  for (const std::string& failure : failures) {
    if (!failure.empty()) return Error{"run_failed", failure};
  }
  std::vector<Outcome> outcomes;
  for (const std::uint64_t key : keys) outcomes.push_back(known_.at(key));
  return outcomes;
}

}  // namespace gauntlet::campaign
