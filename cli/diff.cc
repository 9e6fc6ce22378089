// Where two runs first differ: trace files, checkpoints or scenarios, in any mixture.

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/paths.h"
#include "replay/trace_diff.h"
#include "scenarios/checkpoint.h"

namespace gauntlet::cli {
namespace {

struct DiffArguments {
  std::string a, b;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> set;
};

// One of the two runs and everything that it needs while it is compared.
struct Run {
  replay::TraceSource source;
  std::unique_ptr<sim::TraceLogReader> log;
  scenarios::Scenario scenario;
  std::optional<scenarios::SharedParts> parts;
  std::optional<scenarios::Checkpoint> checkpoint;
};

Result<void> open_rerun(Run& run, std::uint64_t seed, std::optional<WorldTime> until) {
  const auto& options = run.scenario.options;
  if (options.fleet.people > 0) return Error{"fleet", options.name + ": a fleet has no one trace"};
  const auto model = find_shipped(options.model);
  if (!model) return Error{"missing", "the model " + options.model + " is not here"};
  auto parts = scenarios::make_shared_parts(options, model->string());
  if (!parts) return parts.error();
  run.parts = std::move(*parts);
  auto source = scenarios::rerun(run.scenario, seed, *run.parts, until);
  if (!source) return source.error();
  run.source = std::move(*source);
  return {};
}

Result<void> open_scenario(Run& run, const std::string& path, const DiffArguments& arguments) {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(arguments.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(arguments.set[i], overrides[i], problems);
  }
  if (!problems.empty() || !scenarios::load_scenario(path, overrides, run.scenario, problems)) {
    return Error{"scenario", to_string(problems)};
  }
  const auto own = static_cast<std::uint64_t>(run.scenario.options.seed);
  return open_rerun(run, arguments.seed.value_or(own), std::nullopt);
}

Result<void> open_checkpoint(Run& run, const std::string& path) {
  auto loaded = scenarios::load_checkpoint(path);
  if (!loaded) return loaded.error();
  run.checkpoint = std::move(*loaded);
  std::vector<scenarios::Diagnostic> problems;
  if (!scenarios::scenario_of(*run.checkpoint, run.scenario, problems)) {
    return Error{"scenario", to_string(problems)};
  }
  return open_rerun(run, run.checkpoint->seed, run.checkpoint->at);
}

Result<void> open_trace(Run& run, const std::string& path) {
  auto reader = sim::TraceLogReader::open(path);
  if (!reader) return reader.error();
  run.log = std::make_unique<sim::TraceLogReader>(std::move(*reader));
  run.source = replay::source_of(*run.log);
  return {};
}

Result<std::unique_ptr<Run>> open(const std::string& path, const DiffArguments& arguments) {
  auto run = std::make_unique<Run>();
  const auto found = find_shipped(path);
  const std::string here = found ? found->string() : path;
  Result<void> opened;
  if (here.ends_with(".toml")) {
    opened = open_scenario(*run, here, arguments);
  } else if (std::ifstream(here, std::ios::binary).peek() == '{') {
    opened = open_checkpoint(*run, here);
  } else {
    opened = open_trace(*run, here);
  }
  if (!opened) return opened.error();
  return run;
}

int diff(const DiffArguments& arguments) {
  std::unique_ptr<Run> runs[2];
  for (int i = 0; i < 2; ++i) {
    auto opened = open(i == 0 ? arguments.a : arguments.b, arguments);
    if (!opened) {
      fmt::print(stderr, "gauntlet diff: {}\n", opened.error().message);
      return kBadInput;
    }
    runs[i] = std::move(*opened);
  }
  const auto& a = runs[0]->source;
  const auto& b = runs[1]->source;
  const auto found = replay::first_difference(a, b);
  if (!found.difference) {
    fmt::print("the same {} events ({} hashes compared)\n", a.count, found.hashes_compared);
    return kOk;
  }
  fmt::print("{}\n{} and {} events, {} hashes compared\n",
             replay::to_string(*found.difference, a, b), a.count, b.count, found.hashes_compared);
  return kDifferent;
}

}  // namespace

void add_diff(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "diff", "Find the first event in which two runs differ",
                  "gauntlet diff --seed 1 scenarios/catalog/gym-hour.toml my-hour.toml");
  auto arguments = std::make_shared<DiffArguments>();
  const char* kinds = "A trace (gauntlet run --trace), a checkpoint or a scenario, which is run";
  command->add_option("run_a", arguments->a, kinds)->required();
  command->add_option("run_b", arguments->b, kinds)->required();
  command->add_option("--seed", arguments->seed, "Of the scenarios; default: each one's own");
  command->add_option("--set", arguments->set, "Override a key of the scenarios; may be repeated")
      ->take_all();
  command->callback([arguments, &exit_code] { exit_code = diff(*arguments); });
}

}  // namespace gauntlet::cli
