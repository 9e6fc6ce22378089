// Noise of known size is put into the simulated sensor and recovered from its samples by the Allan
// deviation, at several output data rates.
//
// Intervals: chi-squared with the equivalent degrees of freedom of the overlapping estimator (NIST
// SP 1065, Riley 2008, table 5: white, flicker and random-walk frequency noise).
#pragma once

#include <cstddef>
#include <cstdint>

#include "calibration/finding.h"

namespace gauntlet::calibration {

enum class PowerLaw : std::uint8_t { white, flicker, random_walk };

// `points` readings, averages over `m` of them.
double allan_degrees_of_freedom(PowerLaw law, std::size_t points, std::size_t m);

// True Allan deviation at `tau_s` of white noise of one-sided density `density` (units/sqrt(Hz)),
// of an Ornstein-Uhlenbeck process (units, s), and of a random walk (units/sqrt(s)).
double white_allan(double density, double tau_s);
double wander_allan(double sd, double correlation_s, double tau_s);
double walk_allan(double walk, double tau_s);

Section prove_allan(std::uint64_t seed);

}  // namespace gauntlet::calibration
