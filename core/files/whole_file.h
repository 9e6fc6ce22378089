// Files in one piece. What is written appears whole or not at all: written to `<path>.partial`,
// then renamed. A reader never meets half of it, and what stood there before stays until the new
// one is complete.
//
// Leaves out: waiting until the bytes are on the disk (fsync). Two writers of one path at the same
// time are our bug. Errors: io (what could not be written or renamed, and why); the temporary file
// is then taken away.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace gauntlet {

Result<void> write_whole_file(const std::filesystem::path& path, std::string_view bytes);

// At most `most` bytes; from a pipe, too. Errors, each naming the file: missing, too_large, io (a
// folder, or not ours to read).
Result<std::string> read_whole_file(const std::filesystem::path& path,
                                    std::size_t most = std::size_t{1} << 30);

}  // namespace gauntlet
