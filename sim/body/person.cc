#include "sim/body/person.h"

#include <algorithm>
#include <cmath>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

void BodyOptions::describe(OptionVisitor& v) {
  v.number("height_m", height_m, {1.2, 2.3}, "m", "stature; limb lengths follow from it",
           "Winter, Biomechanics and Motor Control of Human Movement, 4.1");
  v.number("weight_kg", weight_kg, {30, 250}, "kg", "body mass");
  v.number("age_years", age_years, {10, 100}, "years", "age");
  v.choice("sex", sex, {{"female", Sex::female}, {"male", Sex::male}}, "sex");
  v.choice("hand", hand, {{"left", Side::left}, {"right", Side::right}}, "dominant hand");
}

void DynamicsOptions::describe(OptionVisitor& v) {
  v.number("tempo", tempo, {0.3, 3}, "1", "speed relative to the exercise table");
  v.number("range", range, {0.3, 1.3}, "1", "range of motion relative to the exercise table");
  v.number("tempo_variation", tempo_variation, {0, 0.5}, "1",
           "sd of the logarithm of a repetition's duration", "proposal");
  v.number("range_variation", range_variation, {0, 0.3}, "1",
           "relative sd of a repetition's range of motion", "proposal");
  v.number("fatigue", fatigue, {0, 2}, "1",
           "relative lengthening from a set's first repetition to its last", "proposal");
  v.number("tremor_mps2", tremor_mps2, {0, 3}, "m/s2", "rms tremor at the relaxed wrist",
           "order of physiological tremor");
  v.number("tremor_hz", tremor_hz, {3, 15}, "Hz", "centre of the tremor's spectrum",
           "physiological tremor: 8 to 12 Hz");
  v.number("tremor_width_hz", tremor_width_hz, {0, 4}, "Hz", "half width of the tremor's spectrum");
  v.number("sway_deg", sway_deg, {0, 5}, "deg", "rms slow wandering of the joints");
  v.number("posture_deg", posture_deg, {0, 20}, "deg", "sd of personal offsets of joint angles",
           "proposal");
  v.integer("style", style, {0, 9e15}, "1", "names the set of personal offsets");
}

void PlacementOptions::describe(OptionVisitor& v) {
  v.choice("wrist", wrist, {{"left", Side::left}, {"right", Side::right}}, "where the watch is");
  v.number("strap_rotation_deg", strap_rotation_deg, {-180, 180}, "deg",
           "rotation of the watch about the forearm");
  v.number("slip_deg", slip_deg, {0, 30}, "deg", "sd of the strap's slip between sets", "proposal");
  v.choice("pocket", pocket, {{"left", Side::left}, {"right", Side::right}}, "which pocket");
  v.number("pocket_roll_deg", pocket_roll_deg, {-180, 180}, "deg",
           "rotation of the phone about its screen's normal");
  v.number("pocket_pitch_deg", pocket_pitch_deg, {-180, 180}, "deg", "about its short side");
  v.number("pocket_yaw_deg", pocket_yaw_deg, {-180, 180}, "deg", "about its long side");
}

void PersonOptions::describe(OptionVisitor& v) {
  v.table("body", body, "who");
  v.table("dynamics", dynamics, "how this person moves");
  v.table("placement", placement, "where the devices are worn");
}

void PopulationOptions::describe(OptionVisitor& v) {
  v.number("female_share", female_share, {0, 1}, "1", "share of women");
  v.number("left_handed_share", left_handed_share, {0, 1}, "1", "share of left-handers",
           "Papadatou-Pastou et al. 2020: 10.6 %");
  v.number("height_female_m", height_female_m, {1.3, 2}, "m", "mean height of women",
           "Jelenkovic et al. 2016, Europe");
  v.number("height_male_m", height_male_m, {1.3, 2.1}, "m", "mean height of men",
           "Jelenkovic et al. 2016, Europe");
  v.number("height_sd_m", height_sd_m, {0, 0.2}, "m", "sd of height");
  v.number("bmi", bmi, {16, 45}, "kg/m2", "mean body-mass index", "proposal");
  v.number("bmi_sd", bmi_sd, {0, 10}, "kg/m2", "sd of the body-mass index", "proposal");
  v.number("age_min_years", age_min_years, {10, 100}, "years", "youngest");
  v.number("age_max_years", age_max_years, {10, 100}, "years", "oldest");
  v.number("tempo_sd", tempo_sd, {0, 1}, "1", "sd of the logarithm of tempo", "proposal");
  v.number("range_sd", range_sd, {0, 0.3}, "1", "sd of the range of motion", "proposal");
  v.number("tremor_sd", tremor_sd, {0, 1.5}, "1", "sd of the logarithm of tremor", "proposal");
  v.number("strap_rotation_sd_deg", strap_rotation_sd_deg, {0, 90}, "deg",
           "sd of the strap's rotation", "proposal");
  v.number("pocket_sd_deg", pocket_sd_deg, {0, 90}, "deg", "sd of each angle of the phone",
           "proposal");
}

PersonOptions Population::draw(const RandomStream& stream) const {
  const PopulationOptions& o = options_;
  PersonOptions p;
  RandomStream body = stream.child("body");
  p.body.sex = body.chance(o.female_share) ? Sex::female : Sex::male;
  const double mean_m = p.body.sex == Sex::female ? o.height_female_m : o.height_male_m;
  p.body.height_m = std::clamp(body.normal(mean_m, o.height_sd_m), 1.2, 2.3);
  const double bmi = std::clamp(body.normal(o.bmi, o.bmi_sd), 16.0, 45.0);
  p.body.weight_kg = bmi * p.body.height_m * p.body.height_m;
  p.body.age_years = body.uniform(o.age_min_years, o.age_max_years);
  p.body.hand = body.chance(o.left_handed_share) ? Side::left : Side::right;

  RandomStream dynamics = stream.child("dynamics");
  DynamicsOptions& d = p.dynamics;
  d.tempo = std::clamp(portable::exp(dynamics.normal(0, o.tempo_sd)), 0.3, 3.0);
  d.range = std::clamp(dynamics.normal(1, o.range_sd), 0.6, 1.15);
  d.tempo_variation *= portable::exp(dynamics.normal(0, 0.25));
  d.range_variation *= portable::exp(dynamics.normal(0, 0.25));
  d.fatigue *= portable::exp(dynamics.normal(0, 0.4));
  d.tremor_mps2 *= portable::exp(dynamics.normal(0, o.tremor_sd));
  d.tremor_hz = std::clamp(dynamics.normal(d.tremor_hz, 0.8), 7.0, 12.0);
  d.style = static_cast<std::int64_t>(dynamics.bits() >> 12);

  RandomStream placement = stream.child("placement");
  PlacementOptions& w = p.placement;
  w.wrist = p.body.hand == Side::right ? Side::left : Side::right;
  w.strap_rotation_deg = placement.normal(0, o.strap_rotation_sd_deg);
  w.pocket = p.body.hand;
  w.pocket_roll_deg = placement.normal(0, o.pocket_sd_deg);
  w.pocket_pitch_deg = placement.normal(0, o.pocket_sd_deg);
  w.pocket_yaw_deg = placement.normal(20, o.pocket_sd_deg);
  return p;
}

}  // namespace gauntlet::sim
