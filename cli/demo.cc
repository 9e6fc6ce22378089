#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/replay.h"
#include "cli/run.h"

namespace gauntlet::cli {
namespace {

int demo() {
  int worst = kOk;
  std::optional<reports::ResultFile> captures;
  fmt::print("1. Real captures, decoded by the code that a phone would run\n\n");
  if (const auto data = find_data()) {
    ReplayArguments replay;
    for (const char* folder : {"muvr-pebble", "lift-pebble"}) {
      if (std::filesystem::is_directory(*data / folder)) replay.paths.push_back(*data / folder);
    }
    replay.json = "out/captures/result.json";
    worst = replay_captures(replay, captures.emplace());
  } else {
    fmt::print("skipped: no data (point GAUNTLET_DATA at a folder of captures)\n");
  }
  fmt::print(
      "\n2. A simulated gym hour: person, watch, link, phone and services in virtual time\n\n");
  RunArguments run;
  run.scenario = "scenarios/catalog/gym-hour.toml";
  return std::max(worst, run_scenario(run, captures ? &*captures : nullptr));
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
  add_command(app, "demo", "Replay the captures, simulate the gym hour, write the report",
              "./gauntlet demo")
      ->callback([&exit_code] { exit_code = demo(); });
}

}  // namespace gauntlet::cli
