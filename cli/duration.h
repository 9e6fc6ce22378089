// Spans of time as a person writes them.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace gauntlet::cli {

// "90s", "12min", "1.5h", "250ms"; a number alone is seconds. Code: "bad_duration".
Result<Duration> parse_duration(const std::string& text);

}  // namespace gauntlet::cli
