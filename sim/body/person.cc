#include "sim/body/person.h"

#include <algorithm>
#include <cmath>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

void BodyOptions::describe(OptionVisitor& v) {
  v.number("height_m", height_m, {1.2, 2.3}, "m", "stature; limb lengths follow from it",
           "Winter, Biomechanics and Motor Control of Human Movement, 4.1");
  v.number("weight_kg", weight_kg, {30, 250}, "kg", "body mass",
           "body-mass index of 24, at 1.75 m");
  v.number("age_years", age_years, {10, 100}, "years", "age", "proposal");
  v.choice("sex", sex, {{"female", Sex::female}, {"male", Sex::male}}, "sex");
  v.choice("hand", hand, {{"left", Side::left}, {"right", Side::right}}, "dominant hand");
}

void DynamicsOptions::describe(OptionVisitor& v) {
  v.number("tempo", tempo, {0.3, 3}, "1", "speed relative to the exercise table", "neutral");
  v.number("range", range, {0.3, 1.3}, "1", "range of motion relative to the exercise table",
           "neutral");
  v.number("set_tempo_sd", set_tempo_sd, {0, 0.5}, "1",
           "sd between sets of the logarithm of a repetition's duration", "proposal");
  v.number("set_range_sd", set_range_sd, {0, 0.3}, "1",
           "relative sd between sets of the range of motion", "proposal");
  v.number("tempo_variation", tempo_variation, {0, 0.5}, "1",
           "sd of the logarithm of a repetition's duration", "fit: recorded gym sets");
  v.number("range_variation", range_variation, {0, 0.3}, "1",
           "relative sd of a repetition's range of motion", "fit: recorded gym sets");
  v.number("fatigue", fatigue, {0, 2}, "1",
           "relative lengthening from a set's first repetition to its last",
           "fit: recorded gym sets");
  v.number("rest", rest, {0.1, 10}, "1", "length of rests, relative to the plan's", "neutral");
  v.number("pace", pace, {0.3, 2}, "1", "walking speed, relative to the height's", "neutral");
  v.number("cadence", cadence, {0.5, 2}, "1", "steps a second, relative to the pace's", "neutral");
  v.number("arm_swing", arm_swing, {0, 3}, "1", "swing of the arms in walking, relative",
           "neutral");
  v.number("gait_size", gait_size, {0, 3}, "1", "rise and sway of the pelvis, relative", "neutral");
  v.number("proficiency", proficiency, {0, 1}, "1",
           "1: steady and without errors; form errors below scale with 1 less this", "proposal");
  v.number("asymmetry", asymmetry, {-1, 1}, "1",
           "logarithm of the way back's duration over the way out's, beyond the table's",
           "proposal");
  v.number("partial", partial, {0, 1}, "1", "probability of a repetition of part of the range",
           "proposal");
  v.number("pause", pause, {0, 1}, "1", "probability of a stop on the way out", "proposal");
  v.number("bounce", bounce, {0, 1}, "1", "probability of a second try at the far end", "proposal");
  v.number("swing_deg", swing_deg, {0, 30}, "deg", "help by the trunk, where it is free",
           "proposal");
  v.number("drift_deg", drift_deg, {0, 30}, "deg", "drift of the upper arm in a repetition",
           "proposal");
  v.number("load_tremor", load_tremor, {0, 50}, "1",
           "tremor when lifting a light weight, relative to a usual relaxed wrist",
           "recorded gym sets: 0.7 to 2 m/s2 at 8 to 20 Hz");
  v.number("tremor_mps2", tremor_mps2, {0, 3}, "m/s2", "rms tremor at the relaxed wrist",
           "fit: quietest second of people seated, 4 to 15 Hz, sp-sw-har");
  v.number("tremor_hz", tremor_hz, {3, 15}, "Hz", "centre of the tremor's spectrum",
           "fit: as tremor_mps2");
  v.number("sway_deg", sway_deg, {0, 5}, "deg", "rms slow wandering of the joints", "proposal");
  v.number("posture_deg", posture_deg, {0, 20}, "deg", "sd of personal offsets of joint angles",
           "proposal");
  v.number("setup_deg", setup_deg, {0, 30}, "deg",
           "sd of each joint angle from one setup of an exercise to the next: seat, grip, handle",
           "recorded gym sets: mean directions of an exercise on two days, 2 to 20 deg apart");
  v.number("settle_deg", settle_deg, {0, 20}, "deg",
           "sd of each joint angle where a repetition begins",
           "recorded gym sets: mean directions of windows of a set");
  v.integer("style", style, {0, 9e15}, "1", "names the person's own habits, for ever",
            "the scenario's choice");
  v.integer("day", day, {0, 9e15}, "1", "names what is different on this day",
            "the scenario's choice");
  v.number("style_share", style_share, {0, 1}, "1",
           "share of the variance of personal offsets that comes again on other days",
           "half: d' of 1.4");
}

void PlacementOptions::describe(OptionVisitor& v) {
  v.choice("wrist", wrist, {{"left", Side::left}, {"right", Side::right}}, "where the watch is");
  v.number("strap_rotation_deg", strap_rotation_deg, {-180, 180}, "deg",
           "rotation of the watch about the forearm", "neutral");
  v.number("slip_deg", slip_deg, {0, 30}, "deg", "sd of the strap's slip between sets", "proposal");
  v.number("creep_deg", creep_deg, {0, 30}, "deg",
           "sd of the strap's slip within a set of ten repetitions", "proposal");
  v.choice("pocket", pocket, {{"left", Side::left}, {"right", Side::right}}, "which pocket");
  v.number("pocket_roll_deg", pocket_roll_deg, {-180, 180}, "deg",
           "rotation of the phone about its screen's normal", "proposal");
  v.number("pocket_pitch_deg", pocket_pitch_deg, {-180, 180}, "deg", "about its short side",
           "proposal");
  v.number("pocket_yaw_deg", pocket_yaw_deg, {-180, 180}, "deg", "about its long side", "proposal");
}

void HardwareOptions::describe(OptionVisitor& v) {
  v.number("rate_ppm", rate_ppm, {-50000, 50000}, "ppm", "added to every sensor's oscillator",
           "neutral");
  v.number("noise", noise, {0, 10}, "1", "white noise, relative to the preset's", "neutral");
  v.number("bias", bias, {0, 10}, "1", "sd of the turn-on bias, relative to the preset's",
           "neutral");
}

void PersonOptions::describe(OptionVisitor& v) {
  v.table("body", body, "who");
  v.table("dynamics", dynamics, "how this person moves");
  v.table("placement", placement, "where the devices are worn");
  v.table("hardware", hardware, "how this person's devices differ from others of their kind");
}

double style_share_of(double d_prime) { return d_prime * d_prime / (2 + d_prime * d_prime); }

namespace {

// A person's traits on a day, one after another, in standard deviations.
class Traits {
 public:
  Traits(const RandomStream& person, std::int64_t session, double share)
      : style_(person.child("style")),
        day_(person.child("day/" + std::to_string(session))),
        lasting_(std::sqrt(share)),
        passing_(std::sqrt(1 - share)) {}
  double next() {
    const double lasting = style_.normal(), passing = day_.normal();
    return lasting_ * lasting + passing_ * passing;
  }
  double factor(double log_sd) { return portable::exp(log_sd * next()); }

 private:
  RandomStream style_, day_;
  double lasting_, passing_;
};

BodyOptions draw_body(const BodySpread& o, RandomStream r) {
  BodyOptions b;
  b.sex = r.chance(o.female_share) ? Sex::female : Sex::male;
  const double mean_m = b.sex == Sex::female ? o.height_female_m : o.height_male_m;
  b.height_m = std::clamp(r.normal(mean_m, o.height_sd_m), 1.2, 2.3);
  const double bmi = std::clamp(r.normal(o.bmi, o.bmi_sd), 16.0, 45.0);
  b.weight_kg = bmi * b.height_m * b.height_m;
  b.age_years = r.uniform(o.age_min_years, o.age_max_years);
  b.hand = r.chance(o.left_handed_share) ? Side::left : Side::right;
  return b;
}

// What a person is for ever; traits are added day by day.
DynamicsOptions draw_dynamics(const DynamicsSpread& o, RandomStream r) {
  DynamicsOptions d;
  d.style_share = style_share_of(o.style_d_prime);
  d.style = static_cast<std::int64_t>(r.bits() >> 12);
  d.proficiency = std::clamp(r.normal(o.proficiency, o.proficiency_sd), 0.0, 1.0);
  d.set_tempo_sd = o.set_tempo_sd;
  d.set_range_sd = o.set_range_sd;
  constexpr double kSteadiness = 0.25;  // of the logarithm
  d.tempo_variation = o.repetition_tempo_sd * portable::exp(r.normal(0, kSteadiness));
  d.range_variation = o.repetition_range_sd * portable::exp(r.normal(0, kSteadiness));
  d.posture_deg = o.posture_deg;
  d.setup_deg = o.setup_deg;
  d.settle_deg = o.settle_deg;
  return d;
}

void add_traits(const DynamicsSpread& o, Traits& trait, DynamicsOptions& d) {
  d.tempo = std::clamp(trait.factor(o.tempo_sd), 0.3, 3.0);
  d.range = std::clamp(1 + o.range_sd * trait.next(), 0.6, 1.15);
  d.rest = std::clamp(trait.factor(o.rest_sd), 0.1, 10.0);
  d.fatigue *= trait.factor(o.fatigue_sd);
  d.asymmetry = o.asymmetry_sd * trait.next();
  d.swing_deg *= trait.factor(o.form_sd);
  d.drift_deg *= trait.factor(o.form_sd);
  d.tremor_mps2 = o.tremor_mps2 * trait.factor(o.tremor_sd);
  d.tremor_hz = std::clamp(o.tremor_hz + o.tremor_hz_sd * trait.next(), 5.0, 12.0);
  d.pace = std::clamp(trait.factor(o.pace_sd), 0.5, 1.6);
  d.cadence = std::clamp(trait.factor(o.cadence_sd), 0.7, 1.4);
  d.arm_swing = std::min(trait.factor(o.arm_swing_sd), 3.0);
  d.gait_size = std::min(trait.factor(o.gait_size_sd), 3.0);
  d.load_tremor = std::min(o.load_tremor * trait.factor(o.load_tremor_sd), 50.0);
}

}  // namespace

PersonOptions Population::draw(const RandomStream& stream, std::int64_t session) const {
  const PopulationOptions& o = options_;
  PersonOptions p;
  p.body = draw_body(o.body, stream.child("body"));
  p.dynamics = draw_dynamics(o.dynamics, stream.child("dynamics"));
  Traits trait(stream, session, p.dynamics.style_share);
  add_traits(o.dynamics, trait, p.dynamics);
  p.dynamics.day =
      static_cast<std::int64_t>(stream.child("days/" + std::to_string(session)).bits() >> 12);

  RandomStream placement = stream.child("placement");
  PlacementOptions& w = p.placement;
  const Side other = p.body.hand == Side::right ? Side::left : Side::right;
  w.wrist = placement.chance(o.placement.watch_on_dominant_share) ? p.body.hand : other;
  w.pocket = p.body.hand;
  w.slip_deg = o.placement.slip_deg;
  w.creep_deg = o.placement.creep_deg;
  w.strap_rotation_deg = o.placement.strap_rotation_sd_deg * trait.next();
  w.pocket_roll_deg = o.placement.pocket_sd_deg * trait.next();
  w.pocket_pitch_deg = o.placement.pocket_sd_deg * trait.next();
  w.pocket_yaw_deg = 20 + o.placement.pocket_sd_deg * trait.next();

  RandomStream hardware = stream.child("hardware");
  p.hardware.rate_ppm = std::clamp(hardware.normal(0, o.hardware.rate_sd_ppm), -50000.0, 50000.0);
  p.hardware.noise = std::min(portable::exp(hardware.normal(0, o.hardware.noise_sd)), 10.0);
  p.hardware.bias = std::min(portable::exp(hardware.normal(0, o.hardware.bias_sd)), 10.0);
  return p;
}

}  // namespace gauntlet::sim
