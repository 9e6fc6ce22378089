#include "cli/run.h"

#include <fmt/core.h>

#include <chrono>
#include <memory>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/version.h"
#include "scenarios/batch.h"

namespace gauntlet::cli {
namespace {

using scenarios::Batch;
using scenarios::Scenario;

std::string with_interval(const reports::Metric& metric) {
  if (!metric.ci95) return "";
  return fmt::format("{} … {}", reports::to_text(metric.ci95->lo),
                     reports::to_text(metric.ci95->hi));
}

// What a person wants first; the rest is in the files.
constexpr const char* kHeadlines[] = {"timing.error_ms.p50",
                                      "timing.error_ms.p95",
                                      "timing.drift_s_per_h",
                                      "lag.display_ms.p50",
                                      "lag.display_ms.p95",
                                      "lag.within_250ms",
                                      "lag.detection_ms.p50",
                                      "sets.detected_share",
                                      "f1.macro",
                                      "f1.macro_no_null",
                                      "reps.exact",
                                      "reps.within1",
                                      "reps.mae",
                                      "reps.spoofed",
                                      "reps.spoofed_share",
                                      "link.bytes_per_s",
                                      "link.backlog_ms.max",
                                      "device.mj_per_h",
                                      "samples.produced",
                                      "samples.delivered",
                                      "samples.dropped",
                                      "samples.filled",
                                      "authz.accepted",
                                      "authz.refused",
                                      "privacy.m0.violations"};

void print_summary(const reports::ResultFile& result) {
  TextTable table({"metric", "value", "unit", "95 % interval", "n"});
  table.align_left(2);
  const auto add = [&table](const std::string& name, const reports::Metric& m) {
    table.add({name, m.value ? reports::to_text(*m.value) : "-", m.unit,
               m.value ? with_interval(m) : m.reason, std::to_string(m.n)});
  };
  for (const char* name : kHeadlines) {
    const auto it = result.metrics.find(name);
    if (it != result.metrics.end()) add(it->first, it->second);
  }
  for (const auto& [name, metric] : result.metrics) {
    if (name.starts_with("samples.dropped.")) add("  " + name.substr(16), metric);
  }
  fmt::print("{}", table.text());
}

std::string command_of(const RunArguments& a, std::uint64_t seed) {
  std::string text = "gauntlet run " + a.scenario + " --seed " + std::to_string(seed);
  if (a.seeds > 1) text += " --seeds " + std::to_string(a.seeds);
  for (const auto& set : a.set) text += " --set '" + set + "'";
  return text;
}

bool load(const RunArguments& arguments, Scenario& scenario) {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(arguments.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(arguments.set[i], overrides[i], problems);
  }
  const auto path = find_shipped(arguments.scenario);
  if (problems.empty()) {
    scenarios::load_scenario(path ? path->string() : arguments.scenario, overrides, scenario,
                             problems);
  }
  fmt::print(stderr, "{}", to_string(problems));
  return problems.empty();
}

}  // namespace

int run_scenario(const RunArguments& arguments, const reports::ResultFile* captures) {
  Scenario scenario;
  if (!load(arguments, scenario)) return kBadInput;
  const auto& options = scenario.options;
  const auto model = find_shipped(options.model);
  if (!model) {
    fmt::print(stderr, "gauntlet run: the model {} is not here; `gauntlet train` makes it\n",
               options.model);
    return kBadInput;
  }
  const auto parts = scenarios::make_shared_parts(options, model->string());
  if (!parts) {
    fmt::print(stderr, "gauntlet run: {}: {}\n", options.model, parts.error().message);
    return kBadInput;
  }

  const std::uint64_t seed = arguments.seed.value_or(static_cast<std::uint64_t>(options.seed));
  reports::Provenance about;
  about.scenario = options.name;
  about.scenario_text = scenario.source.effective;
  about.version = GAUNTLET_VERSION;
  about.git_commit = GAUNTLET_COMMIT;
  about.compiler = reports::compiler_family();
  about.command = command_of(arguments, seed);

  const auto begin = std::chrono::steady_clock::now();
  Batch batch;
  {
    ProgressLine line(options.name);
    batch = scenarios::run_batch(scenario, *parts, about,
                                 {.seeds = scenarios::consecutive_seeds(seed, arguments.seeds),
                                  .threads = arguments.threads,
                                  .progress = [&line](double share) { line.show(share); }});
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;

  if (arguments.json) {
    fmt::print("{}", reports::to_json(batch.result));
  } else {
    fmt::print("{}: {} x {:.0f} min simulated in {:.2f} s\n\n", options.name, arguments.seeds,
               batch.result.provenance.duration_s / 60, spent.count());
    print_summary(batch.result);
  }
  for (const auto& failure : batch.result.failures) fmt::print(stderr, "FAILED {}\n", failure);
  const std::filesystem::path out = arguments.out.empty() ? "out/" + options.name : arguments.out;
  if (const auto written = write_batch(out, batch, captures); !written) {
    fmt::print(stderr, "gauntlet run: {}\n", written.error().message);
    return kInfrastructure;
  }
  if (!arguments.json) {
    fmt::print("\n");
    for (const char* file : {"report.html", "result.json", "result.h5"}) {
      fmt::print("{}\n", (out / file).string());
    }
  }
  return batch.result.failures.empty() ? kOk : kUnbalanced;
}

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "run", "Simulate a scenario and measure the pipeline in it",
      "gauntlet run scenarios/catalog/gym-hour.toml --seeds 20 --set phone.aligner=floor20");
  auto arguments = std::make_shared<RunArguments>();
  command->add_option("scenario", arguments->scenario, "A scenario file")->required();
  command->add_option("--seed", arguments->seed, "Root seed; default: the scenario's");
  command->add_option("--seeds", arguments->seeds, "How many consecutive seeds to run")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Override a key: path=value; may be repeated")
      ->take_all();
  command->add_option("--out", arguments->out, "Folder of the results; default: out/NAME");
  command->add_flag("--json", arguments->json, "Print the result file instead of the table");
  command->callback([arguments, &exit_code] { exit_code = run_scenario(*arguments); });
}

}  // namespace gauntlet::cli
