// Files of a folder that a command had to do without.
#pragma once

#include <span>

#include "replay/sessions.h"

namespace gauntlet::cli {

// Names them on stderr, each once. kPartial if there are any, else kOk.
int report_unreadable(std::span<const replay::UnreadableFile> files);

}  // namespace gauntlet::cli
