// A person: body x dynamics x placement (the hardware worn is sim/wearable's), and a population
// that draws people.
//
// Leaves out: proficiency and form errors, day-to-day change. Spreads are proposals until fitted to
// recordings; where a source is given the default is its.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/options.h"
#include "sim/engine/random.h"

namespace gauntlet::sim {

enum class Sex : std::uint8_t { female, male };
enum class Side : std::uint8_t { left, right };

struct BodyOptions {
  double height_m = 1.75;
  double weight_kg = 74;
  double age_years = 32;
  Sex sex = Sex::male;
  Side hand = Side::right;
  void describe(OptionVisitor& v);
};

struct DynamicsOptions {
  double tempo = 1;               // 1: the exercise table's durations; 2: twice as fast
  double range = 1;               // of motion, relative to the exercise table's
  double tempo_variation = 0.07;  // sd of log duration, repetition to repetition
  double range_variation = 0.04;  // sd, relative, repetition to repetition
  double fatigue = 0.25;          // how much slower the last repetition is than the first
  double proficiency = 0.6;       // 0: unsteady and full of errors; 1: neither
  double asymmetry = 0;           // log of back over out, beyond the exercise table's
  double partial = 0.06;          // probability of a repetition of part of the range
  double pause = 0.05;            // of a stop on the way out
  double bounce = 0.03;           // of a second try at the far end
  double swing_deg = 4;           // help by the trunk, where it is free
  double drift_deg = 6;           // of the upper arm, repetition to repetition
  double load_tremor = 24;        // times the relaxed wrist's, when a weight is lifted
  double tremor_mps2 = 0.06;      // rms at the wrist when relaxed
  double tremor_hz = 9.5;
  double tremor_width_hz = 2;
  double sway_deg = 0.25;  // slow wandering of the joints when nothing else moves
  double posture_deg = 4;  // sd of this person's own offset of each joint angle
  std::int64_t style = 0;  // which offsets: the same number, the same habits in every session
  void describe(OptionVisitor& v);
};

struct PlacementOptions {
  Side wrist = Side::left;
  double strap_rotation_deg = 0;  // of the watch about the forearm
  double slip_deg = 2;            // sd of the strap's rotation between one set and the next
  Side pocket = Side::right;
  double pocket_roll_deg = 8;   // of the phone about its screen's normal
  double pocket_pitch_deg = 5;  // about its short side
  double pocket_yaw_deg = 20;   // about its long side; 0: the screen faces forward
  void describe(OptionVisitor& v);
};

struct PersonOptions {
  BodyOptions body;
  DynamicsOptions dynamics;
  PlacementOptions placement;
  void describe(OptionVisitor& v);
};

// Means and spreads from which people are drawn.
struct PopulationOptions {
  double female_share = 0.5;
  double left_handed_share = 0.106;
  double height_female_m = 1.647;
  double height_male_m = 1.784;
  double height_sd_m = 0.068;
  double bmi = 24.5;
  double bmi_sd = 3;
  double age_min_years = 18;
  double age_max_years = 65;
  double tempo_sd = 0.18;  // of the logarithm
  double range_sd = 0.07;
  double tremor_sd = 0.4;  // of the logarithm
  double strap_rotation_sd_deg = 12;
  double pocket_sd_deg = 15;
  void describe(OptionVisitor& v);
};

class Population {
 public:
  explicit Population(PopulationOptions options = {}) : options_(options) {}
  // The person of this stream ("person/7"): depends on nothing but the stream's key.
  PersonOptions draw(const RandomStream& stream) const;

 private:
  PopulationOptions options_;
};

}  // namespace gauntlet::sim
