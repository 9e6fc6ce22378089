// Allan deviation: how noise and clocks are described, and how a model is checked against its
// parameters.
//
// Source: NIST SP 1065 (Riley 2008), eq. 8 and 9. Both from frequency (or rate) samples y, each the
// average over one basic interval; the deviation is of averages over `m` of them.
#pragma once

#include <cstddef>
#include <span>

namespace gauntlet::sim {

// Disjoint groups. 0 when there are fewer than two.
double allan_deviation(std::span<const double> y, std::size_t m);
// Every starting point: the same expectation, less scatter.
double overlapping_allan_deviation(std::span<const double> y, std::size_t m);

}  // namespace gauntlet::sim
