// One file per command; each adds itself to the application and leaves its exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace gauntlet::cli {

// Exit codes beside CLI11's own for usage errors (>= 100). A regression is never 1 or 2: make turns
// 1 into 2, and 2 is what shells use for misuse.
enum Exit : int {
  kOk = 0,
  kDifferent = 1,  // gauntlet diff found a difference, as diff says it
  kBadInput = 2,
  // 3 to 5 are the gate's verdicts: reports/gate.h.
  kInfrastructure = 6,
  kPartial = 7,         // some of the input was corrupt; the rest was processed
  kUnbalanced = 8,      // a run whose books do not balance
  kPipelineFailed = 9,  // an external pipeline crashed, was silent, or broke the contract
  kFinding = 10,        // an attack succeeds
  kControlFailed = 11   // a campaign that cannot be believed: one of its controls failed
};

// Defines a subcommand whose --help ends with an example. `run` returns the exit code.
inline CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& text,
                             const std::string& example) {
  CLI::App* command = app.add_subcommand(name, text);
  command->footer("example: " + example);
  return command;
}

void add_replay(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_gate(CLI::App& app, int& exit_code);
void add_train(CLI::App& app, int& exit_code);
void add_metrics(CLI::App& app, int& exit_code);
void add_scenario(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_sut(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_evaluate(CLI::App& app, int& exit_code);
void add_compare(CLI::App& app, int& exit_code);
void add_calibrate(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);
void add_identify(CLI::App& app, int& exit_code);
void add_diff(CLI::App& app, int& exit_code);
void add_attack(CLI::App& app, int& exit_code);
void add_defences(CLI::App& app, int& exit_code);
void add_privacy(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);

}  // namespace gauntlet::cli
