// The phone application's log with a frame a line. See recording.h.
#pragma once

#include <cstddef>
#include <span>

#include "replay/recording.h"

namespace gauntlet::replay {

void parse_log(std::span<const std::byte> source, Recording& into);

}  // namespace gauntlet::replay
