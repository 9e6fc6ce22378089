#include "cli/unreadable.h"

#include <fmt/core.h>

#include <map>
#include <string>

#include "cli/command.h"

namespace gauntlet::cli {

int report_unreadable(std::span<const replay::UnreadableFile> files) {
  std::map<std::string, std::string> by_path;
  for (const auto& file : files) by_path.try_emplace(file.path, to_string(file));
  for (const auto& [path, message] : by_path) fmt::print(stderr, "left out: {}\n", message);
  return by_path.empty() ? kOk : kPartial;
}

}  // namespace gauntlet::cli
