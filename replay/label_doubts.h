// Labels of the public gym captures that cannot be right, and what a wrist can count of those that
// are: docs/repetitions.md shows each with its reason.
//
// Two reasons: in one session the labels stand one recording too late from the ninth on (the
// postures are those of the next line's exercise in the other session of the same exercises); and
// there are trains of repetitions so clear that they can be counted in a plot, of another number
// than was typed. Only sets whose counts and label differed by more than one were looked at: a
// label that happens to agree is not in doubt here, so figures without the doubted sets are an
// upper bound and those with them a lower one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "replay/labels.h"

namespace gauntlet::replay {

enum class LabelDoubt { none, moved, miscounted };
LabelDoubt label_doubt(std::string_view session, std::string_view recording);

// Of an exercise of alternating arms a label counts both, a wrist its own.
std::uint32_t repetitions_at_wrist(const Label& label);

}  // namespace gauntlet::replay
