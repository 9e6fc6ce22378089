// The repetitions of one recorded set as cycles of equal phase: what differs between them, and what
// is common to all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "replay/track.h"

namespace gauntlet::calibration {

inline constexpr double kGridRate_hz = 50;
inline constexpr std::size_t kPhases = 64;

// N x 3, m/s2, at kGridRate_hz.
using Grid = std::vector<std::array<float, 3>>;
// Specific force (or angular rate, `rotation`) at equal phases of a cycle.
using Cycle = std::array<std::array<double, 3>, kPhases>;

// Rows [first, last) of a track on the regular grid, resampled as recorded_motion.h says, below
// 0.45 of the grid's rate.
Grid grid_of(const replay::SampleTrack& track, std::size_t first, std::size_t last);

struct Cycles {
  std::vector<std::size_t> turns;  // rows of the grid: the turning points
  std::vector<double> length_s;    // from each turn to the next
  std::vector<double>
      size_mps2;  // of each cycle: root mean square about the set's mean cycle's mean
  Cycle mean{};
};

// With fewer than three turning points there are no cycles.
Cycles find_cycles(std::span<const std::array<float, 3>> grid);

// A signal between two rows (which may be fractions) at kPhases equal phases, straight lines
// between rows.
Cycle cycle_between(std::span<const std::array<float, 3>> grid, double from, double to);

// How the lengths of a set's repetitions go: log(length) = a + log(1 + fatigue * done^2) + noise,
// `done` the share of the set done.
struct Pace {
  double first_s = 0;    // of a repetition when fresh
  double fatigue = 0;    // relative lengthening to the last one
  double variation = 0;  // sd of the noise
};
Pace pace_of(std::span<const double> length_s);

}  // namespace gauntlet::calibration
