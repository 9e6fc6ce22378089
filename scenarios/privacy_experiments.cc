#include "scenarios/privacy_experiments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>

namespace gauntlet::scenarios {
namespace {

namespace fs = std::filesystem;

// Keys that change what is found, not what is simulated.
constexpr std::array<std::string_view, 7> kOfFindings{
    "services.tokens.lifetime_s", "privacy.session_gap_h", "privacy.clusters",
    "privacy.token_ahead_s",      "privacy.pseudonym_s",   "privacy.silent_s",
    "privacy.model_penalty"};

bool load_point(const ExperimentOptions& experiment, const SweepOptions& sweep,
                const std::string& value, Scenario& scenario, std::vector<Diagnostic>& problems) {
  std::vector<Override> overrides;
  for (const std::string& text : experiment.set) {
    parse_override(text, overrides.emplace_back(), problems);
  }
  overrides.push_back({sweep.key, value});
  return problems.empty() && load_scenario(experiment.path, overrides, scenario, problems);
}

reports::Cell number_or_text(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  return text;
}

// Where there is no interval, or no end of it, the cell is empty.
reports::Cell bound(const privacy::Estimate& e, double reports::Interval::* end) {
  if (!e.interval || std::isinf((*e.interval).*end)) return std::string();
  return (*e.interval).*end;
}

void add_rows(reports::Table& table, const ExperimentOptions& experiment, const SweepOptions& sweep,
              const std::string& value, const Findings& findings) {
  for (const std::string& id : experiment.measures) {
    for (const Finding& f : findings.rows) {
      if (f.id != id) continue;
      // What stands in parentheses is of one point alone.
      const std::string what = f.what.substr(0, f.what.find(" ("));
      table.rows.push_back({sweep.key, number_or_text(value), sweep.unit, id,
                            f.adversary + ": " + what, f.measured.value,
                            bound(f.measured, &reports::Interval::lo),
                            bound(f.measured, &reports::Interval::hi), f.unit, f.baseline,
                            std::string(privacy::to_string(f.verdict))});
    }
    for (const Worth& w : findings.worth) {
      if (w.id != id) continue;
      table.rows.push_back({sweep.key, number_or_text(value), sweep.unit, id, w.what,
                            w.measured.value, bound(w.measured, &reports::Interval::lo),
                            bound(w.measured, &reports::Interval::hi), w.unit, std::string(),
                            std::string("a cost or a use")});
    }
  }
}

}  // namespace

void SweepOptions::describe(OptionVisitor& v) {
  v.text("key", key, "of the scenario: what is swept");
  v.text("unit", unit, "of its values");
  v.strings("values", values, "one point each");
}

void ExperimentOptions::describe(OptionVisitor& v) {
  v.text("title", title, "of the page");
  v.text("about", about, "what is asked, and how to read the answer");
  v.text("change", change, "what one would change");
  v.text("scenario", scenario, "beside this file");
  v.strings("set", set, "overrides of every point: path=value");
  v.strings("measures", measures, "ids of findings (M2, M8 A1), or lag, energy, F1");
  v.list("sweep", sweeps, "what is varied");
}

bool load_experiments(const std::string& path, std::vector<ExperimentOptions>& experiments,
                      std::vector<Diagnostic>& problems) {
  std::set<fs::path> files;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.path().extension() == ".toml") files.insert(entry.path());
    }
  } else {
    files.insert(path);
  }
  if (files.empty()) problems.push_back({path, 0, 0, "no experiment is here"});
  for (const fs::path& file : files) {
    ExperimentOptions& e = experiments.emplace_back();
    LoadedText loaded;
    load_options(file.string(), {}, [&e](OptionVisitor& v) { e.describe(v); }, loaded, problems);
    e.name = file.stem().string();
    e.path = (file.parent_path() / e.scenario).lexically_normal().string();
    if (e.measures.empty() || e.sweeps.empty()) {
      problems.push_back({file.string(), 0, 0, "an experiment needs measures and a [[sweep]]"});
    }
    // Every value is tried before the first is run.
    for (const SweepOptions& sweep : e.sweeps) {
      for (const std::string& value : sweep.values) {
        Scenario scenario;
        load_point(e, sweep, value, scenario, problems);
      }
    }
  }
  return problems.empty();
}

Result<reports::ResultFile> run_experiment(const ExperimentOptions& experiment,
                                           const SharedParts& parts,
                                           std::optional<std::uint64_t> seed, int threads,
                                           reports::Provenance about,
                                           const std::function<void(double)>& progress) {
  reports::ResultFile out;
  reports::Table table{{"key", "value", "key unit", "id", "measure", "result", "lo", "hi", "unit",
                        "baseline", "verdict"},
                       {}};
  std::size_t points = 0, done = 0;
  for (const SweepOptions& s : experiment.sweeps) points += s.values.size();
  std::optional<PopulationRun> shared;
  for (const SweepOptions& sweep : experiment.sweeps) {
    const bool same =
        std::find(kOfFindings.begin(), kOfFindings.end(), sweep.key) != kOfFindings.end();
    for (const std::string& value : sweep.values) {
      Scenario scenario;
      std::vector<Diagnostic> problems;
      if (!load_point(experiment, sweep, value, scenario, problems)) {
        return Error{"bad_experiment", to_string(problems)};
      }
      const ScenarioOptions& options = scenario.options;
      const std::uint64_t root = seed.value_or(static_cast<std::uint64_t>(options.seed));
      if (!same || !shared) {
        auto run = run_population(options, root, parts, threads, [&](double share) {
          if (progress) progress((static_cast<double>(done) + share) / static_cast<double>(points));
        });
        if (!run) {
          return Error{run.error().code, sweep.key + " = " + value + ": " + run.error().message};
        }
        shared = std::move(*run);
      }
      shared->cluster =
          clusters_of(shared->who, static_cast<std::size_t>(options.privacy.clusters));
      const Findings findings = find_leaks(*shared, options, root, parts);
      const std::size_t before = table.rows.size();
      add_rows(table, experiment, sweep, value, findings);
      if (table.rows.size() - before != experiment.measures.size()) {
        std::string known;
        for (const Finding& f : findings.rows) known += (known.empty() ? "" : ", ") + f.id;
        return Error{"bad_experiment", "measures of " + experiment.name +
                                           " are not all there; there are " + known +
                                           ", lag, energy, F1"};
      }
      for (const Order& o : findings.order) {
        if (o.kept) continue;
        out.failures.push_back(sweep.key + " = " + value + ": \"" + o.less +
                               "\" leaks more than \"" + o.more + "\"");
      }
      ++done;
      if (progress) progress(static_cast<double>(done) / static_cast<double>(points));
      if (about.seeds.empty()) {
        about.seeds = {root};
        about.duration_s = session_length_s(options);
        about.split = "attacks learn from people who are not evaluated; " +
                      std::to_string(options.privacy.people) + " simulated people, " +
                      std::to_string(options.privacy.sessions) +
                      " sessions each, the same ones at every point";
      }
    }
    shared.reset();
  }
  about.scenario = experiment.title;
  out.provenance = std::move(about);
  out.tables["experiment"] = std::move(table);
  out.tables["experiment, in words"] = {{"question", "what one would change"},
                                        {{experiment.about, experiment.change}}};
  return out;
}

}  // namespace gauntlet::scenarios
