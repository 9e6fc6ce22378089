#include <fmt/core.h>

#include <chrono>
#include <memory>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "core/base/check.h"
#include "scenarios/sut_audit.h"
#include "scenarios/sut_check.h"

namespace gauntlet::cli {
namespace {

using scenarios::SutFinding;
using scenarios::SutFindings;

struct SutArguments {
  std::vector<std::string> command;
  std::string address;
  std::string input = "frames";
  std::string scenario = "scenarios/catalog/gym-hour.toml";
  double length_s = 300;
  std::vector<std::string> set;
  scenarios::SutCheckOptions check;
  scenarios::SutAuditOptions audit;
};

bool load(const SutArguments& a, scenarios::Scenario& scenario) {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides{
      {"plan.length_s", fmt::format("{}", a.length_s)},
      {"pipeline.kind", "external"},
      {"pipeline.input", a.input},
  };
  if (!a.address.empty()) overrides.push_back({"pipeline.address", a.address});
  for (const std::string& text : a.set) {
    scenarios::parse_override(text, overrides.emplace_back(), problems);
  }
  const auto path = find_shipped(a.scenario);
  // The command is put in after loading: its words are not TOML.
  scenario.options.pipeline.command = a.command;
  if (problems.empty()) {
    scenarios::load_scenario(path ? path->string() : a.scenario, overrides, scenario, problems);
  }
  fmt::print(stderr, "{}", to_string(problems));
  return problems.empty();
}

void print(const SutFindings& findings) {
  if (!findings.pipeline.empty()) fmt::print("{}\n\n", findings.pipeline);
  for (const SutFinding& f : findings.list) {
    const char* verdict = f.verdict == SutFinding::Verdict::passed   ? "ok  "
                          : f.verdict == SutFinding::Verdict::failed ? "FAIL"
                                                                     : "-   ";
    fmt::print("{}  {}\n", verdict, f.name);
    if (!f.says.empty()) fmt::print("        {}\n", f.says);
    if (!f.advice.empty()) fmt::print("        → {}\n", f.advice);
  }
}

// Loads, runs and prints; the exit code.
template <class Run>
int examine(const SutArguments& arguments, const char* what, const Run& run) {
  scenarios::Scenario scenario;
  if (!load(arguments, scenario)) return kBadInput;
  const auto parts = scenarios::make_shared_parts(scenario.options, "");
  CHECK(parts.ok());  // without a model there is nothing that could fail
  const SutFindings findings = run(scenario.options, *parts);
  print(findings);
  fmt::print("\n{}: {}\n", what, findings.passed() ? "passed" : "FAILED");
  return findings.passed() ? kOk : kPipelineFailed;
}

int check_command(const SutArguments& arguments) {
  return examine(arguments, "check", [&](const auto& options, const auto& parts) {
    return scenarios::check_sut(options, parts, arguments.check);
  });
}

int audit_command(SutArguments& arguments, bool seed_given) {
  // A seed that can be guessed can be tuned to; the one used is printed, so that the audit can be
  // done again.
  if (!seed_given) {
    arguments.audit.other_seed = static_cast<std::uint64_t>(
        std::chrono::system_clock::now().time_since_epoch().count() % 1'000'000'007);
  }
  fmt::print("other seed: {}\n", arguments.audit.other_seed);
  return examine(arguments, "audit", [&](const auto& options, const auto& parts) {
    ProgressLine line("audit");
    arguments.audit.progress = [&line](double share) { line.show(share); };
    return scenarios::audit_sut(options, parts, arguments.audit);
  });
}

void add_common(CLI::App& command, SutArguments& a) {
  command.add_option("command", a.command, "After --: the program and its arguments");
  command.add_option("--address", a.address,
                     "Instead of a program: where it listens, tcp:HOST:PORT or unix:PATH");
  command.add_option("--input", a.input, "What it is given")
      ->check(CLI::IsMember({"frames", "fused"}))
      ->capture_default_str();
  command.add_option("--scenario", a.scenario, "Whose world it is tried in")->capture_default_str();
  command.add_option("--length", a.length_s, "Seconds of each session")
      ->check(CLI::Range(15, 86400))
      ->capture_default_str();
  command.add_option("--set", a.set, "Override a key of the scenario: path=value; may be repeated")
      ->take_all();
}

}  // namespace

void add_sut(CLI::App& app, int& exit_code) {
  CLI::App* sut = add_command(app, "sut", "Examine a pipeline that is another process",
                              "gauntlet sut check -- python3 my_pipeline.py");
  sut->require_subcommand(1);
  auto a = std::make_shared<SutArguments>();

  CLI::App* check =
      add_command(*sut, "check", "Does it keep the contract? Exit code 0 yes, 2 bad input, 9 no",
                  "gauntlet sut check -- python3 my_pipeline.py");
  add_common(*check, *a);
  check->add_option("--budget-ms", a->check.answer_budget_ms, "Real time for an answer, 99 in 100")
      ->check(CLI::Range(0.001, 60000.0))
      ->capture_default_str();
  check->callback([a, &exit_code] { exit_code = check_command(*a); });

  CLI::App* audit =
      add_command(*sut, "audit", "Does it earn its accuracy? Exit code 0 yes, 2 bad input, 9 no",
                  "gauntlet sut audit --sessions 8 -- python3 my_pipeline.py");
  add_common(*audit, *a);
  audit->add_option("--sessions", a->audit.sessions, "People of each seed; five tell little")
      ->check(CLI::Range(2, 12))
      ->capture_default_str();
  CLI::Option* seed = audit->add_option("--other-seed", a->audit.other_seed,
                                        "Default: drawn, so that nobody can tune to it");
  audit->add_option("--speed", a->audit.speed, "Of real time, in performance mode")
      ->check(CLI::Range(0.1, 1000.0))
      ->capture_default_str();
  audit->add_flag("!--no-performance", a->audit.performance, "Leave the performance mode out");
  audit->callback([a, seed, &exit_code] { exit_code = audit_command(*a, seed->count() > 0); });
}

}  // namespace gauntlet::cli
