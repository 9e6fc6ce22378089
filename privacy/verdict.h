// What a leakage figure means. A measurement finds a leak when its interval lies above what the
// adversary has anyway. When it finds none, that says something only if the same measurement, on
// the same people, finds a leak that was planted: without that the verdict is inconclusive, never
// safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "privacy/comparisons.h"

namespace gauntlet::privacy {

enum class Verdict : std::uint8_t { leaks, bounded, inconclusive };
std::string_view to_string(Verdict verdict);

// Greater values mean more leakage. `planted` is the figure with the planted leak. A figure without
// an interval is inconclusive.
Verdict judge(const Estimate& measured, double baseline, const Estimate& planted);
// Whether the interval lies above the baseline.
bool found(const Estimate& measured, double baseline);

// Who sees more cannot leak less: false when the two intervals say that it does. Without intervals
// nothing can be said against it.
bool in_order(const Estimate& sees_less, const Estimate& sees_more);

}  // namespace gauntlet::privacy
