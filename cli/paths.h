// Where things lie that are not given on the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace gauntlet::cli {

// GAUNTLET_DATA, or shared/data beside the checkout (looked for from the working directory and from
// the program's own place upwards). Nothing when neither is there.
std::optional<std::filesystem::path> find_data();

// A file that ships with the program ("scenarios/catalog/gym-hour.toml"): as given, below the
// checkout the program was built in, or below share/gauntlet beside the installed program.
std::optional<std::filesystem::path> find_shipped(const std::string& relative);

// The text of a file; none of it for no path.
Result<std::string> read_if_named(const std::string& path);

// The executable called `name` in PATH.
bool in_path(const std::string& name);

}  // namespace gauntlet::cli
