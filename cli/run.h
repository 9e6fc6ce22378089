// What `run` and `demo` share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/result.h"
#include "scenarios/runner.h"

namespace gauntlet::cli {

struct RunArguments {
  std::string scenario;
  std::optional<std::uint64_t> seed;
  std::size_t seeds = 1;
  int threads = 0;
  std::vector<std::string> set;
  std::string out;
  std::string trace;        // record every event there
  std::string until, save;  // stop there and save a checkpoint
  std::string from;         // go on from a checkpoint, instead of a scenario
  bool json = false;
  // Against services that run, instead of simulated ones.
  std::vector<std::string> target;
  std::string accounts, trust, authorisation;
  std::size_t phones = 0;  // 0: as many as there are accounts
  double speed = 1;
  double ramp_s = 5;
};

// The exit code. The report shows `captures` beside the run when they are given.
int run_scenario(const RunArguments& arguments, const reports::ResultFile* captures = nullptr);

// The same with --target: drives services that run. The exit code.
int run_live(const RunArguments& arguments, const scenarios::ScenarioOptions& options,
             const scenarios::SharedParts& parts);

}  // namespace gauntlet::cli
