#include "campaign/trials.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>

#include "campaign/run_signals.h"
#include "core/files/whole_file.h"
#include "sim/engine/random.h"

namespace gauntlet::campaign {
namespace {

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, value);
  return text;
}

std::uint64_t digest_of(const reports::SeedResult& result) {
  std::string text;
  for (const auto& [name, measured] : result.values.all()) {
    text += name + "=";
    if (measured.value) text += hex(std::bit_cast<std::uint64_t>(*measured.value));
    text += "\n";
  }
  return sim::hash_path(text);
}

// Every run that the answer depends on.
std::uint64_t key_of(const scenarios::Scenario& scenario, std::uint64_t model_hash,
                     const Question& question) {
  std::string text = scenario.source.effective + "\n" + hex(model_hash) + "\n" + question.text;
  for (const std::string& metric : question.metrics) text += "\n" + metric;
  return sim::hash_path(text);
}

// key holds robustness digest metric…, all but `holds` in hexadecimal.
std::string journal_line(std::uint64_t key, const Outcome& outcome) {
  std::string line = hex(key) + (outcome.holds ? " 1 " : " 0 ") +
                     hex(std::bit_cast<std::uint64_t>(outcome.robustness)) + " " +
                     hex(outcome.digest);
  for (const double m : outcome.metrics) line += " " + hex(std::bit_cast<std::uint64_t>(m));
  return line;
}

std::optional<std::pair<std::uint64_t, Outcome>> parse_journal_line(std::string_view line) {
  std::vector<std::uint64_t> words;
  while (!line.empty()) {
    const auto space = std::min(line.find(' '), line.size());
    std::uint64_t value = 0;
    const std::string_view word = line.substr(0, space);
    const auto [end, error] = std::from_chars(word.begin(), word.end(), value, 16);
    if (error != std::errc{} || end != word.end()) return std::nullopt;
    words.push_back(value);
    line.remove_prefix(std::min(space + 1, line.size()));
  }
  if (words.size() < 4 || words[1] > 1) return std::nullopt;
  Outcome outcome;
  outcome.holds = words[1] == 1;
  outcome.robustness = std::bit_cast<double>(words[2]);
  outcome.digest = words[3];
  for (std::size_t i = 4; i < words.size(); ++i) {
    outcome.metrics.push_back(std::bit_cast<double>(words[i]));
  }
  return std::pair{words[0], outcome};
}

}  // namespace

Result<Question> Question::make(const std::string& formula, std::vector<std::string> metrics,
                                const BudgetOptions& budget) {
  Question question{formula, nullptr, std::move(metrics), budget};
  if (formula.empty()) return question;
  auto parsed = parse_formula(formula);
  if (!parsed) return parsed.error();
  question.formula = *parsed;
  return question;
}

Result<Outcome> outcome_of(const scenarios::SeedRun& run, const Question& question) {
  Outcome outcome;
  outcome.digest = digest_of(run.result);
  for (const std::string& name : question.metrics) {
    const auto* measured = run.result.values.find(name);
    outcome.metrics.push_back(
        measured && measured->value ? *measured->value : std::numeric_limits<double>::quiet_NaN());
  }
  if (!question.formula) return outcome;
  const auto signals = signals_of_run(run, signals_of(*question.formula));
  if (!signals) return signals.error();
  const auto verdict = evaluate(*question.formula, *signals);
  if (!verdict) return verdict.error();
  outcome.holds = verdict->holds;
  outcome.robustness = std::clamp(verdict->robustness, -kRobustnessMax, kRobustnessMax);
  return outcome;
}

Result<std::unique_ptr<Trials>> Trials::open(const TrialOptions& options) {
  std::unique_ptr<Trials> trials(new Trials(options));
  if (options.journal.empty()) return trials;
  if (const auto read = trials->read_journal(); !read) return read.error();
  return trials;
}

// Written anew without what was cut off, then appended to.
Result<void> Trials::read_journal() {
  const std::string head = "gauntlet journal 1 " + options_.build;
  std::string whole = head + "\n";
  if (std::ifstream in(options_.journal); in) {
    std::string line;
    if (std::getline(in, line) && line != head && !in.eof()) {
      return Error{"journal", options_.journal + " is of another build (\"" + line +
                                  "\"); take it away to begin anew"};
    }
    while (std::getline(in, line) && !in.eof()) {
      auto entry = parse_journal_line(line);
      if (!entry) return Error{"journal", options_.journal + ": a line that is none: " + line};
      known_.insert_or_assign(entry->first, std::move(entry->second));
      whole += line + "\n";
    }
  }
  if (const auto written = write_whole_file(options_.journal, whole); !written) {
    return Error{"journal", written.error().message};
  }
  journal_.open(options_.journal, std::ios::app);
  return {};
}

std::optional<Outcome> Trials::known(std::uint64_t key) {
  const std::scoped_lock lock(mutex_);
  const auto it = known_.find(key);
  if (it == known_.end()) return std::nullopt;
  ++remembered_;
  return it->second;
}

void Trials::remember(std::uint64_t key, const Outcome& outcome) {
  const std::scoped_lock lock(mutex_);
  known_.insert_or_assign(key, outcome);
  if (journal_.is_open()) journal_ << journal_line(key, outcome) + "\n" << std::flush;
  ++simulated_;
  if (progress) progress(simulated_ + remembered_);
}

Result<scenarios::Scenario> Trials::scenario_of(const Trial& trial) {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(trial.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(trial.set[i], overrides[i], problems);
  }
  overrides.push_back({"seed", std::to_string(trial.seed)});
  scenarios::Scenario scenario;
  if (!problems.empty() ||
      !scenarios::load_scenario(trial.scenario, overrides, scenario, problems)) {
    return Error{"bad_scenario", to_string(problems)};
  }
  return scenario;
}

Result<const Trials::Parts*> Trials::parts_of(const scenarios::ScenarioOptions& options) {
  const std::string key = options.model + "\n" + options.person.from_recording + "\n" +
                          options.person.recording + "\n" +
                          std::to_string(static_cast<int>(options.services.algorithm));
  const std::scoped_lock lock(mutex_);
  auto& parts = parts_[key];
  if (!parts) {
    const auto model =
        options_.find_model ? options_.find_model(options.model) : std::optional(options.model);
    if (!model) return Error{"no_model", "the model " + options.model + " is not here"};
    auto made = scenarios::make_shared_parts(options, *model);
    if (!made) return made.error();
    const std::uint64_t model_hash = sim::hash_path(made->model_bytes);
    parts = std::make_unique<const Parts>(Parts{std::move(*made), model_hash});
  }
  return parts.get();
}

Result<scenarios::SeedRun> Trials::run_loaded(const scenarios::Scenario& scenario,
                                              const Parts& parts) {
  scenarios::RunHooks hooks;
  hooks.readings = true;
  const auto seed = static_cast<std::uint64_t>(scenario.options.seed);
  auto run = scenarios::run_seed(scenario.options, seed, parts.shared, hooks);
  if (!run) return Error{"run_failed", run.error().message};
  if (!run->result.failures.empty()) return Error{"run_failed", run->result.failures.front()};
  return run;
}

Result<scenarios::SeedRun> Trials::run_whole(const Trial& trial) {
  const auto scenario = scenario_of(trial);
  if (!scenario) return scenario.error();
  const auto parts = parts_of(scenario->options);
  if (!parts) return parts.error();
  return run_loaded(*scenario, **parts);
}

void Trials::in_parallel(std::size_t n, const std::function<void(std::size_t)>& each) const {
  namespace tbb = oneapi::tbb;
  std::unique_ptr<tbb::global_control> limit;
  if (options_.threads > 0) {
    limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(options_.threads));
  }
  tbb::parallel_for(std::size_t{0}, n, each);
}

Result<void> Trials::each_whole(
    const std::vector<Trial>& trials,
    const std::function<void(std::size_t, const scenarios::SeedRun&)>& each) {
  std::vector<Result<void>> done(trials.size());
  in_parallel(trials.size(), [&](std::size_t i) {
    const auto run = run_whole(trials[i]);
    if (run) {
      each(i, *run);
    } else {
      done[i] = Error{run.error().code,
                      "seed " + std::to_string(trials[i].seed) + ": " + run.error().message};
    }
  });
  for (const auto& one : done) {
    if (!one) return one;
  }
  return {};
}

Result<std::vector<Outcome>> Trials::run(const std::vector<Trial>& trials,
                                         const Question& question) {
  std::vector<Result<Outcome>> outcomes(trials.size(), Outcome{});
  const auto one = [&](const Trial& trial) -> Result<Outcome> {
    const auto scenario = scenario_of(trial);
    if (!scenario) return scenario.error();
    if (exceeds(cost_of(scenario->options), question.budget)) {
      Outcome refused;
      refused.over_budget = true;
      refused.robustness = -kRobustnessMax;
      refused.metrics.assign(question.metrics.size(), std::numeric_limits<double>::quiet_NaN());
      return refused;
    }
    const auto parts = parts_of(scenario->options);
    if (!parts) return parts.error();
    const std::uint64_t key = key_of(*scenario, (*parts)->model_hash, question);
    if (auto before = known(key)) return *before;
    const auto run = run_loaded(*scenario, **parts);
    if (!run) return run.error();
    auto outcome = outcome_of(*run, question);
    if (outcome) remember(key, *outcome);
    return outcome;
  };
  // Several trials may be the same: each is then run, to the same outcome.
  in_parallel(trials.size(), [&](std::size_t i) { outcomes[i] = one(trials[i]); });
  std::vector<Outcome> out;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!outcomes[i]) {
      return Error{outcomes[i].error().code,
                   "seed " + std::to_string(trials[i].seed) + ": " + outcomes[i].error().message};
    }
    out.push_back(std::move(*outcomes[i]));
  }
  return out;
}

}  // namespace gauntlet::campaign
