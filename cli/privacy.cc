#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/unreadable.h"
#include "cli/version.h"
#include "replay/track_import.h"
#include "reports/html/report_html.h"
#include "reports/wrapped.h"
#include "scenarios/privacy_experiments.h"
#include "scenarios/privacy_findings.h"
#include "scenarios/privacy_recorded.h"

namespace gauntlet::cli {
namespace {

struct PrivacyArguments {
  std::string scenario = "scenarios/catalog/privacy.toml";
  std::optional<std::uint64_t> seed;
  int threads = 0;
  std::vector<std::string> set;
  std::string out;
  bool json = false;
  std::string recorded;
  std::string experiments;
};

int fail(const std::string& why, int code) {
  fmt::print(stderr, "gauntlet privacy: {}\n", why);
  return code;
}

// Where it is: as given, or where what ships is.
std::string place_of(const std::string& path) {
  const auto shipped = find_shipped(path);
  return shipped ? shipped->string() : path;
}

bool load(const PrivacyArguments& arguments, scenarios::Scenario& scenario) {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(arguments.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(arguments.set[i], overrides[i], problems);
  }
  if (problems.empty()) {
    scenarios::load_scenario(place_of(arguments.scenario), overrides, scenario, problems);
  }
  fmt::print(stderr, "{}", to_string(problems));
  return problems.empty();
}

// Sentences are no cells of a table.
bool is_prose(const reports::Table& t) {
  for (const auto& row : t.rows) {
    for (const reports::Cell& cell : row) {
      const auto* text = std::get_if<std::string>(&cell);
      if (text && text->size() > 160) return true;
    }
  }
  return false;
}

void print_prose(const reports::Table& t) {
  for (const auto& row : t.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      const auto* text = std::get_if<std::string>(&row[c]);
      if (text) fmt::print("{}", reports::wrapped(t.columns[c] + ": " + *text));
    }
  }
}

void print(const reports::ResultFile& result) {
  for (const auto& [name, t] : result.tables) {
    fmt::print("\n{}\n", name);
    if (is_prose(t)) {
      print_prose(t);
      continue;
    }
    TextTable table(t.columns);
    for (std::size_t c = 0; c < t.columns.size(); ++c) {
      if (!t.rows.empty() && std::holds_alternative<std::string>(t.rows.front()[c])) {
        table.align_left(c);
      }
    }
    for (const auto& row : t.rows) {
      std::vector<std::string> cells;
      for (const reports::Cell& cell : row) {
        const double* number = std::get_if<double>(&cell);
        cells.push_back(number ? reports::to_text(*number) : std::get<std::string>(cell));
      }
      table.add(cells);
    }
    fmt::print("{}", table.text());
  }
}

// Prints the result, and leaves it and its page in a folder.
int hand_over(const reports::ResultFile& result, const PrivacyArguments& arguments,
              const std::string& name) {
  if (arguments.json) {
    fmt::print("{}", reports::to_json(result));
  } else {
    fmt::print("{}: {}\n", name, result.provenance.split);
    print(result);
  }
  for (const auto& failure : result.failures) fmt::print(stderr, "FAILED {}\n", failure);

  const std::filesystem::path out = arguments.out.empty() ? "out/" + name : arguments.out;
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) return fail(out.string() + ": " + error.message(), kInfrastructure);
  auto written = reports::write_result_json(out / "result.json", result);
  if (written) written = reports::write_report_html(out / "report.html", {.result = result});
  if (!written) return fail(written.error().message, kInfrastructure);
  if (!arguments.json) {
    fmt::print("\n{}\n{}\n", (out / "report.html").string(), (out / "result.json").string());
  }
  return result.failures.empty() ? kOk : kUnbalanced;
}

// Real people: no scenario is behind them and no seed.
int recorded_command(const PrivacyArguments& arguments) {
  std::string path = arguments.recorded;
  if (path == "sp-sw-har") {
    const auto data = find_data();
    if (!data) return fail("the recordings are not here: set GAUNTLET_DATA", kBadInput);
    path = (*data / path).string();
  }
  const auto imported = replay::import_tracks(std::span(&path, 1));
  if (!imported) return fail(imported.error().message, kBadInput);
  reports::ResultFile result;
  result.provenance.scenario = "recorded people";
  result.provenance.version = GAUNTLET_VERSION;
  result.provenance.git_commit = GAUNTLET_COMMIT;
  result.provenance.compiler = reports::compiler_family();
  result.provenance.command = "gauntlet privacy --recorded " + arguments.recorded;
  result.provenance.split =
      "each two people are judged by what was learned from all others; the first half of a "
      "person's runs is enrolled, the others are probes";
  for (const char* device : {"watch", "phone"}) {
    const auto found = scenarios::link_recorded(imported->tracks, device);
    if (!found) return fail(found.error().message, kBadInput);
    result.tables[std::string("leakage: recorded people, ") + device] =
        scenarios::leakage_table(*found);
  }
  const int done = hand_over(result, arguments, "recorded-people");
  return done != kOk ? done : report_unreadable(imported->unreadable);
}

// One page an experiment.
int experiments_command(const PrivacyArguments& arguments) {
  std::vector<scenarios::ExperimentOptions> experiments;
  std::vector<scenarios::Diagnostic> problems;
  if (!scenarios::load_experiments(place_of(arguments.experiments), experiments, problems)) {
    fmt::print(stderr, "{}", to_string(problems));
    return kBadInput;
  }
  const std::filesystem::path out = arguments.out.empty() ? "out/experiments" : arguments.out;
  int worst = kOk;
  for (scenarios::ExperimentOptions& e : experiments) {
    e.set.insert(e.set.end(), arguments.set.begin(), arguments.set.end());
    PrivacyArguments base = arguments;
    base.scenario = e.path;
    scenarios::Scenario scenario;
    if (!load(base, scenario)) return kBadInput;
    const auto parts =
        scenarios::make_shared_parts(scenario.options, place_of(scenario.options.model));
    if (!parts) return fail(scenario.options.model + ": " + parts.error().message, kBadInput);
    reports::Provenance about;
    about.scenario_text = scenario.source.effective;
    about.version = GAUNTLET_VERSION;
    about.git_commit = GAUNTLET_COMMIT;
    about.compiler = reports::compiler_family();
    about.command =
        "gauntlet privacy --experiments scenarios/catalog/experiments/" + e.name + ".toml";
    if (arguments.seed) about.command += " --seed " + std::to_string(*arguments.seed);
    for (const auto& set : arguments.set) about.command += " --set '" + set + "'";
    const auto result = [&] {
      ProgressLine line(e.name);
      return scenarios::run_experiment(e, *parts, arguments.seed, arguments.threads, about,
                                       [&line](double share) { line.show(share); });
    }();
    if (!result) return fail(e.name + ": " + result.error().message, kBadInput);
    base.out = (out / e.name).string();
    worst = std::max(worst, hand_over(*result, base, e.name));
  }
  return worst;
}

int privacy_command(const PrivacyArguments& arguments) {
  if (!arguments.recorded.empty()) return recorded_command(arguments);
  if (!arguments.experiments.empty()) return experiments_command(arguments);
  scenarios::Scenario scenario;
  if (!load(arguments, scenario)) return kBadInput;
  const auto& options = scenario.options;
  const auto model = find_shipped(options.model);
  if (!model) return fail("the model " + options.model + " is not here", kBadInput);
  const auto parts = scenarios::make_shared_parts(options, model->string());
  if (!parts) return fail(options.model + ": " + parts.error().message, kBadInput);
  const std::uint64_t seed = arguments.seed.value_or(static_cast<std::uint64_t>(options.seed));

  reports::Provenance about;
  about.scenario = options.name;
  about.scenario_text = scenario.source.effective;
  about.seeds = {seed};
  about.version = GAUNTLET_VERSION;
  about.git_commit = GAUNTLET_COMMIT;
  about.compiler = reports::compiler_family();
  about.command = "gauntlet privacy " + arguments.scenario + " --seed " + std::to_string(seed);
  for (const auto& set : arguments.set) about.command += " --set '" + set + "'";

  const auto run = [&] {
    ProgressLine line(options.name);
    return scenarios::run_population(options, seed, *parts, arguments.threads,
                                     [&line](double share) { line.show(share); });
  }();
  if (!run) return fail(run.error().message, kBadInput);
  const auto findings = scenarios::find_leaks(*run, options, seed, *parts);
  const auto result = scenarios::privacy_result(*run, findings, options, about);
  return hand_over(result, arguments, options.name);
}

}  // namespace

void add_privacy(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "privacy", "What leaks: adversaries against a population, with verdicts",
                  "gauntlet privacy scenarios/catalog/privacy.toml --set privacy.people=80");
  auto arguments = std::make_shared<PrivacyArguments>();
  command->add_option("scenario", arguments->scenario, "A scenario file")->capture_default_str();
  command->add_option("--seed", arguments->seed, "Root seed; default: the scenario's");
  command->add_option("--threads", arguments->threads, "0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Override a key: path=value; may be repeated")
      ->take_all();
  command->add_option("--out", arguments->out, "Folder of the results; default: out/NAME");
  command->add_flag("--json", arguments->json, "Print the result file instead of the tables");
  command->add_option("--recorded", arguments->recorded,
                      "Real people instead: sp-sw-har, or tracks as `gauntlet import` reads them");
  command->add_option("--experiments", arguments->experiments,
                      "Trade-offs, a page each: a folder of experiments, or one of them "
                      "(scenarios/catalog/experiments)");
  command->callback([arguments, &exit_code] { exit_code = privacy_command(*arguments); });
}

}  // namespace gauntlet::cli
