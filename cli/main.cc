#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "cli/command.h"
#include "cli/version.h"

int main(int argc, char** argv) {
  using namespace gauntlet::cli;
  CLI::App app{"Gauntlet: a simulation and benchmarking harness for wearable sensor systems"};
  app.set_version_flag("--version", GAUNTLET_VERSION);
  app.set_help_all_flag("--help-all", "Help of every command");
  app.footer("example: gauntlet run scenarios/catalog/gym-hour.toml");
  app.require_subcommand(1);
  int exit_code = kOk;
  add_demo(app, exit_code);
  add_run(app, exit_code);
  add_replay(app, exit_code);
  add_import(app, exit_code);
  add_calibrate(app, exit_code);
  add_identify(app, exit_code);
  add_diff(app, exit_code);
  add_attack(app, exit_code);
  add_defences(app, exit_code);
  add_privacy(app, exit_code);
  add_gate(app, exit_code);
  add_train(app, exit_code);
  add_evaluate(app, exit_code);
  add_compare(app, exit_code);
  add_metrics(app, exit_code);
  add_scenario(app, exit_code);
  add_serve(app, exit_code);
  add_sut(app, exit_code);
  add_doctor(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    fmt::print(stderr, "gauntlet: {}\n", e.what());
    return kInfrastructure;
  }
  return exit_code;
}
