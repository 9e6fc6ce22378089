#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/paths.h"
#include "scenarios/scenario.h"
#include "scenarios/schema.h"

namespace gauntlet::cli {
namespace {

void describe_scenario(OptionVisitor& v) {
  scenarios::ScenarioOptions options;
  options.describe(v);
}

int check_command(const std::string& file) {
  scenarios::Scenario scenario;
  std::vector<scenarios::Diagnostic> problems;
  const auto path = find_shipped(file);
  if (!scenarios::load_scenario(path ? path->string() : file, {}, scenario, problems)) {
    fmt::print(stderr, "{}", to_string(problems));
    return kBadInput;
  }
  fmt::print("{}: a scenario called \"{}\"\n", file, scenario.options.name);
  return kOk;
}

}  // namespace

void add_scenario(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "scenario", "Check a scenario, or say what one may contain",
                                  "gauntlet scenario check my.toml");
  command->require_subcommand(1);
  auto file = std::make_shared<std::string>();
  CLI::App* check = add_command(*command, "check", "Read a scenario and report every mistake",
                                "gauntlet scenario check my.toml");
  check->add_option("file", *file, "A scenario file")->required();
  check->callback([file, &exit_code] { exit_code = check_command(*file); });
  add_command(*command, "schema", "Print the JSON Schema (Draft 4) for editors",
              "gauntlet scenario schema > scenario.schema.json")
      ->callback(
          [] { fmt::print("{}", scenarios::json_schema(describe_scenario, "Gauntlet scenario")); });
  add_command(*command, "reference", "Print every key with unit, default, range and source",
              "gauntlet scenario reference > scenario-reference.md")
      ->callback([] {
        fmt::print("{}", scenarios::reference_page(describe_scenario, "Scenario reference"));
      });
}

}  // namespace gauntlet::cli
