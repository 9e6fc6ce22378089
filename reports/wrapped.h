// Running text for a terminal.
#pragma once

#include <string>

namespace gauntlet::reports {

// Broken at spaces into lines of at most 100 bytes, each beginning with `indent`; a longer word is
// cut.
std::string wrapped(const std::string& text, const std::string& indent = "");

}  // namespace gauntlet::reports
