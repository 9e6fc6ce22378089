// A person on a day: body x dynamics x placement x hardware, and a population that draws people,
// each factor with its own spread.
//
// Style: every trait of movement is z = sqrt(rho) u + sqrt(1 - rho) v standard deviations from the
// population's median, u the person's for ever, v the day's. How much people differ on any one day
// is the trait's own sd, whatever rho; rho says how much of it a person brings again. Two people's
// traits are then d' = sqrt(2 rho / (1 - rho)) apart (root mean square, in day-to-day sds), which
// is the parameter: 0 and nobody can be told by how he moves, 5 and hardly anybody is mistaken.
// What the body decides (cadence by height) is no style and stays.
//
// Spreads are proposals until fitted to recordings, and the description of each says which
// statistic it is; where a source is given the default is its.
// Leaves out: learning and ageing from session to session, injuries, left arms unlike right ones.
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
  double tempo = 1;                // 1: the exercise table's durations; 2: twice as fast
  double range = 1;                // of motion, relative to the exercise table's
  double set_tempo_sd = 0.05;      // of log duration, set to set
  double set_range_sd = 0.03;      // relative, set to set
  double tempo_variation = 0.08;   // sd of log duration, repetition to repetition
  double range_variation = 0.086;  // sd, relative, repetition to repetition
  double fatigue = 0.13;           // how much slower the last repetition is than the first
  double rest = 1;                 // length of rests, relative
  double pace = 1;                 // walking speed, relative to the height's
  double cadence = 1;              // steps a second, relative to the pace's
  double arm_swing = 1;            // when walking, relative
  double gait_size = 1;            // rise and sway of the pelvis, relative
  double proficiency = 0.6;        // 0: unsteady and full of errors; 1: neither
  double asymmetry = 0;            // log of back over out, beyond the exercise table's
  double partial = 0.06;           // probability of a repetition of part of the range
  double pause = 0.05;             // of a stop on the way out
  double bounce = 0.03;            // of a second try at the far end
  double swing_deg = 4;            // help by the trunk, where it is free
  double drift_deg = 6;            // of the upper arm, repetition to repetition
  double load_tremor = 9;          // times a usual relaxed wrist's, when a weight is lifted
  double tremor_mps2 = 0.24;       // rms at the wrist when relaxed
  double tremor_hz = 7.3;
  double sway_deg = 0.25;    // slow wandering of the joints when nothing else moves
  double posture_deg = 4;    // sd of this person's own offset of each joint angle
  double setup_deg = 8;      // of each exercise's as set up that day: seat, grip, handle
  double settle_deg = 2;     // of each joint from repetition to repetition, where it begins
  std::int64_t style = 0;    // names this person's own habits: the same in every session
  std::int64_t day = 0;      // names what is different today
  double style_share = 0.5;  // rho: share of a trait's variance that is the person's for ever
  void describe(OptionVisitor& v);
};

struct PlacementOptions {
  Side wrist = Side::left;
  double strap_rotation_deg = 0;  // of the watch about the forearm
  double slip_deg = 2;            // sd of the strap's rotation between one set and the next
  double creep_deg = 1.5;         // sd of its rotation within a set of ten repetitions
  Side pocket = Side::right;
  double pocket_roll_deg = 8;   // of the phone about its screen's normal
  double pocket_pitch_deg = 5;  // about its short side
  double pocket_yaw_deg = 20;   // about its long side; 0: the screen faces forward
  void describe(OptionVisitor& v);
};

// Of this person's devices, relative to what their presets say.
struct HardwareOptions {
  double rate_ppm = 0;  // of every sensor's oscillator
  double noise = 1;
  double bias = 1;
  void describe(OptionVisitor& v);
};

struct PersonOptions {
  BodyOptions body;
  DynamicsOptions dynamics;
  PlacementOptions placement;
  HardwareOptions hardware;
  void describe(OptionVisitor& v);
};

struct BodySpread {
  double female_share = 0.5;
  double left_handed_share = 0.106;
  double height_female_m = 1.647;
  double height_male_m = 1.784;
  double height_sd_m = 0.068;
  double bmi = 24.5;
  double bmi_sd = 3;
  double age_min_years = 18;
  double age_max_years = 65;
  void describe(OptionVisitor& v);
};

// Of one person on one day among all people and days.
struct DynamicsSpread {
  double style_d_prime = 1.5;
  double tempo_sd = 0.1;
  double range_sd = 0.07;
  double set_tempo_sd = 0.05;
  double set_range_sd = 0.03;
  double repetition_tempo_sd = 0.08;
  double repetition_range_sd = 0.086;
  double rest_sd = 0.25;
  double fatigue_sd = 0.4;
  double proficiency = 0.6;
  double proficiency_sd = 0.2;
  double asymmetry_sd = 0.15;
  double form_sd = 0.4;
  double tremor_mps2 = 0.24;
  double tremor_sd = 0.64;
  double tremor_hz = 7.3;
  double tremor_hz_sd = 0.8;
  double load_tremor = 9;
  double load_tremor_sd = 0.4;
  double posture_deg = 4;
  double setup_deg = 8;
  double settle_deg = 2;
  double pace_sd = 0.08;
  double cadence_sd = 0.05;
  double arm_swing_sd = 0.45;
  double gait_size_sd = 0.28;
  void describe(OptionVisitor& v);
};

struct PlacementSpread {
  double watch_on_dominant_share = 0.1;
  double strap_rotation_sd_deg = 12;
  double slip_deg = 2;
  double creep_deg = 1.5;
  double pocket_sd_deg = 15;
  void describe(OptionVisitor& v);
};

// Unit to unit.
struct HardwareSpread {
  double rate_sd_ppm = 0;
  double noise_sd = 0.1;
  double bias_sd = 0.2;
  void describe(OptionVisitor& v);
};

struct PopulationOptions {
  BodySpread body;
  DynamicsSpread dynamics;
  PlacementSpread placement;
  HardwareSpread hardware;
  void describe(OptionVisitor& v);
};

// rho of d', see above.
double style_share_of(double d_prime);

class Population {
 public:
  explicit Population(PopulationOptions options = {}) : options_(options) {}
  // The person of this stream ("person/7") on the day of this session: depends on nothing but the
  // stream's key and the number.
  PersonOptions draw(const RandomStream& stream, std::int64_t session = 0) const;

 private:
  PopulationOptions options_;
};

}  // namespace gauntlet::sim
