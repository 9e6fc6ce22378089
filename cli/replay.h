// What `replay` and `demo` share.
#pragma once

#include <string>
#include <vector>

#include "reports/result.h"

namespace gauntlet::cli {

struct ReplayArguments {
  std::vector<std::string> paths;
  std::string decoder = "aligned";
  std::string format = "auto";
  std::string json;
  std::string h5;
  std::string counter = "peaks";
  bool leave_one_session_out = false;
};

// The exit code; `result` gets the figures.
int replay_captures(const ReplayArguments& arguments, reports::ResultFile& result);

}  // namespace gauntlet::cli
