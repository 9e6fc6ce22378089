#include "cli/paths.h"

#include <unistd.h>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <vector>

#include "core/files/whole_file.h"

namespace gauntlet::cli {
namespace {

namespace fs = std::filesystem;

// The folders above the program, nearest first: build/release, build, the checkout, …
std::vector<fs::path> above_program() {
  std::vector<fs::path> folders;
  std::error_code error;
  fs::path at = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (int i = 0; i < 4 && !error && !at.empty(); ++i, at = at.parent_path()) folders.push_back(at);
  return folders;
}

}  // namespace

std::optional<fs::path> find_data() {
  std::error_code error;
  if (const char* given = std::getenv("GAUNTLET_DATA")) {
    if (fs::is_directory(given, error)) return fs::path(given);
    return std::nullopt;
  }
  std::vector<fs::path> starts{fs::current_path(error)};
  const auto above = above_program();
  starts.insert(starts.end(), above.begin(), above.end());
  for (const auto& start : starts) {
    fs::path candidate = start.parent_path() / "shared" / "data";
    if (fs::is_directory(candidate, error)) return candidate;
  }
  return std::nullopt;
}

std::optional<fs::path> find_shipped(const std::string& relative) {
  std::error_code error;
  if (fs::exists(relative, error)) return fs::path(relative);
  for (const auto& folder : above_program()) {
    for (fs::path candidate : {folder / relative, folder / "share" / "gauntlet" / relative}) {
      if (fs::exists(candidate, error)) return candidate;
    }
  }
  return std::nullopt;
}

Result<std::string> read_if_named(const std::string& path) {
  return path.empty() ? std::string() : read_whole_file(path);
}

bool in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((fs::path(folder) / name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace gauntlet::cli
