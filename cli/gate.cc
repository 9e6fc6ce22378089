#include "reports/gate.h"

#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "core/files/whole_file.h"
#include "scenarios/options_toml.h"

namespace gauntlet::cli {
namespace {

struct GateArguments {
  std::string baseline, candidate, config, junit, markdown;
};

bool write(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  const auto written = write_whole_file(path, text);
  if (!written) fmt::print(stderr, "gauntlet gate: {}\n", written.error().message);
  return written.ok();
}

int gate_command(const GateArguments& arguments) {
  reports::GateConfig config;
  std::string file = arguments.config;
  if (file.empty() && std::filesystem::exists("gate.toml")) file = "gate.toml";
  if (!file.empty()) {
    scenarios::LoadedText loaded;
    std::vector<scenarios::Diagnostic> problems;
    if (!scenarios::load_options(
            file, {}, [&config](OptionVisitor& v) { config.describe(v); }, loaded, problems)) {
      fmt::print(stderr, "{}", to_string(problems));
      return kInfrastructure;
    }
  }
  const auto report = reports::gate_files(arguments.baseline, arguments.candidate, config);
  fmt::print("{}", reports::to_console(report));
  const bool written = write(arguments.junit, reports::to_junit(report)) &&
                       write(arguments.markdown, reports::to_markdown(report));
  return written ? reports::exit_code(report.verdict) : kInfrastructure;
}

}  // namespace

void add_gate(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "gate",
      "Is the candidate worse? 0 pass, 3 regression, 4 inconclusive, 5 no or incompatible "
      "baseline, 6 infrastructure",
      "gauntlet gate --baseline main/result.json --candidate out/gym-hour/result.json");
  auto arguments = std::make_shared<GateArguments>();
  command->add_option("--baseline", arguments->baseline, "result.json of the baseline")->required();
  command->add_option("--candidate", arguments->candidate, "result.json of the candidate")
      ->required();
  command->add_option("--config", arguments->config,
                      "Thresholds per metric; default: gate.toml, if it is here");
  command->add_option("--junit", arguments->junit, "Write the verdicts as JUnit XML");
  command->add_option("--markdown", arguments->markdown, "Write a summary of at most 64 KB");
  command->callback([arguments, &exit_code] { exit_code = gate_command(*arguments); });
}

}  // namespace gauntlet::cli
