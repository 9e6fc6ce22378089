// How hard the body works: the share of a person's reserve of oxygen uptake that what is done at
// the moment would take if it went on (0: at rest; 1: all that can be sustained for minutes). It is
// the demand, not the response: heart and lungs lag behind it.
//
// Metabolic equivalents: Ainsworth et al., 2011 Compendium of Physical Activities. Share of the
// reserve: (MET - 1) / (most - 1); the most is age's and sex's (Jackson et al. 1990's regression on
// age, at medium activity and body-mass index).
#pragma once

#include <string_view>

#include "core/base/time.h"
#include "sim/body/person.h"

namespace gauntlet::sim {

// Linear between knots, constant beyond; two knots at one instant are a step.
struct EffortKnot {
  WorldTime at;
  float effort = 0;
};

double most_met(const BodyOptions& body);
double effort_of_met(double met, const BodyOptions& body);
// Of an activity (activity_names()); walking at the pace of `speed_mps`.
double activity_met(std::string_view activity, double speed_mps);
// Of lifting `weight_kg` at `tempo`, after the share `done` of a set.
double lifting_met(double weight_kg, double tempo, double done, const BodyOptions& body);

}  // namespace gauntlet::sim
