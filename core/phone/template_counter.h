// A second opinion on a whole set: how often does the set's own average repetition occur in it?
//
// How: the repetitions of find_repetitions() give a period and a first template, the median over
// them of one period of all three axes. Wherever the recording is like the template (normalised
// correlation, means removed) and moves far enough along it there is a repetition, the most alike
// first, none nearer than a share of the period to another. The template is then taken anew from
// these and the search repeated. At either end of a recording it may be cut to kLeastOverlap.
//
// Where it differs from the peaks: shape decides, not the way along one axis, so that repetitions
// with two turning points and ones half lost at the ends are found. It shares the period with them:
// a wrong octave is wrong in both.
//
// Measured beside the peaks: docs/repetitions.md.
//
// Units and frame as in repetition_counter.h. The set must be over.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "core/phone/repetition_counter.h"

namespace gauntlet {

// For each repetition the index of the sample at its middle, in order.
std::vector<std::size_t> find_repetitions_by_template(
    const RepetitionCounterOptions& options,
    std::span<const std::array<float, 3>> specific_force_mps2);

}  // namespace gauntlet
