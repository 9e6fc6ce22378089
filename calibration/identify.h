// One recorded set of a known exercise as a person: body, dynamics, placement and hardware such
// that the simulated set is like the recorded one.
//
// How: the set is cut at its turning points (the repetition counter's) and its cycles are laid over
// one another. The person's mean cycle comes from the same exercise simulated without chance;
// tempo, range of motion, strap rotation, height (unless known) and the sensor's bias are moved by
// the simplex method until the two cycles differ least, from several strap rotations and both signs
// of the sensor. Then habits (DynamicsOptions::style) are tried, and the best is kept if it
// explains more. Pace and its spread come from the cycles' lengths, the sensor's noise and
// resolution from the quietest second, its rate from the time stamps.
//
// What cannot be told apart: the right wrist and readings of the opposite sign with the strap half
// a turn further (the left wrist is taken); a strap's rotation and a habitual pronation of the
// forearm (given as strap rotation); bias and posture (a bias beyond its usual 20 mg is taken for
// posture). Height hardly shows in one set: without a known one it stays near the mean. Leaves out:
// tremor (a set's own movement hides it), slip, temperature.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "calibration/cycles.h"
#include "core/base/options.h"
#include "core/base/result.h"
#include "replay/track.h"
#include "sim/body/person.h"

namespace gauntlet::calibration {

struct IdentifyOptions {
  std::string exercise;      // empty: the recording's label
  std::int64_t styles = 24;  // habits tried; 0: none
  void describe(OptionVisitor& v);
};

struct IdentifiedHardware {
  double rate_hz = 0;
  double rate_error_ppm = 0;  // against the nominal rate; 0 when that is not known
  bool inverted = false;
  std::array<double, 3> bias_mg{};
  double noise_mg = 0;       // sd of a sample, of the axis that is quietest
  double resolution_mg = 0;  // smallest step between readings
};

struct Identified {
  std::string exercise;
  sim::PersonOptions person;
  IdentifiedHardware hardware;
  std::size_t cycles = 0;
  double period_s = 0;
  std::array<double, 3> rmse_mps2{};  // mean cycle, per axis
  std::array<double, 3> explained{};  // share of the mean cycle's variance, per axis
  double explained_all = 0;           // three axes together
  double set_explained = 0;           // of the set itself, cycle by cycle, not only of their mean
  std::size_t evaluations = 0;
};

// Rows [first, last) of the track. Errors: unknown_exercise (with the nearest name), no_cycles (the
// repetition counter finds fewer than three).
Result<Identified> identify(const replay::SampleTrack& track, std::size_t first, std::size_t last,
                            const IdentifyOptions& options,
                            const std::function<void(double)>& progress = {});

// A fragment of a scenario: the person, given rather than drawn.
std::string to_toml(const Identified& who, const replay::SampleTrack& track);

}  // namespace gauntlet::calibration
