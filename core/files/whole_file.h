// A file that appears whole or not at all: written to `<path>.partial`, then renamed. A reader
// never meets half of it, and what stood there before stays until the new one is complete.
//
// Leaves out: waiting until the bytes are on the disk (fsync). Two writers of one path at the same
// time are our bug. Errors: io (what could not be written or renamed, and why); the temporary file
// is then taken away.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.h"

namespace gauntlet {

Result<void> write_whole_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace gauntlet
