// Frames (or the phone's wrappers with frames in them) one after another, with what is damaged
// skipped and counted. See recording.h.
#pragma once

#include <cstddef>
#include <span>

#include "core/wire/header.h"
#include "replay/recording.h"

namespace gauntlet::replay {

void parse_frames(wire::FrameFormat format, std::span<const std::byte> source, Recording& into);
void parse_wrappers(std::span<const std::byte> source, Recording& into);

}  // namespace gauntlet::replay
