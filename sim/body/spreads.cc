// What the spreads of a population are. "Fit:" names the statistic of a recording that each is.
#include "sim/body/person.h"

namespace gauntlet::sim {

void BodySpread::describe(OptionVisitor& v) {
  v.number("female_share", female_share, {0, 1}, "1", "share of women", "half of all people");
  v.number("left_handed_share", left_handed_share, {0, 1}, "1", "share of left-handers",
           "Papadatou-Pastou et al. 2020: 10.6 %");
  v.number("height_female_m", height_female_m, {1.3, 2}, "m", "mean height of women",
           "Jelenkovic et al. 2016, Europe");
  v.number("height_male_m", height_male_m, {1.3, 2.1}, "m", "mean height of men",
           "Jelenkovic et al. 2016, Europe");
  v.number("height_sd_m", height_sd_m, {0, 0.2}, "m", "sd of height",
           "Jelenkovic et al. 2016, Europe");
  v.number("bmi", bmi, {16, 45}, "kg/m2", "mean body-mass index", "proposal");
  v.number("bmi_sd", bmi_sd, {0, 10}, "kg/m2", "sd of the body-mass index", "proposal");
  v.number("age_min_years", age_min_years, {10, 100}, "years", "youngest", "proposal");
  v.number("age_max_years", age_max_years, {10, 100}, "years", "oldest", "proposal");
}

void DynamicsSpread::describe(OptionVisitor& v) {
  v.number(
      "style_d_prime", style_d_prime, {0, 100}, "1",
      "how far apart two people are in a trait, rms, in day-to-day sds. Fit: sqrt(2) times the "
      "sd between people over the sd between days of one",
      "with ten traits 4.7, an equal error rate of 1 %: of smartwatch gait across days 0.69 %");
  v.number("tempo_sd", tempo_sd, {0, 1}, "1",
           "Fit: sd between sessions of the logarithm of a repetition's duration, by exercise",
           "fit: parts of the up-and-go course, 18 people of sp-sw-har");
  v.number("range_sd", range_sd, {0, 0.3}, "1",
           "Fit: relative sd between sessions of the turn of the forearm, by exercise", "proposal");
  v.number("set_tempo_sd", set_tempo_sd, {0, 0.5}, "1",
           "Fit: the same between the sets of a session", "proposal");
  v.number("set_range_sd", set_range_sd, {0, 0.3}, "1",
           "Fit: the same between the sets of a session", "proposal");
  v.number("repetition_tempo_sd", repetition_tempo_sd, {0, 0.5}, "1",
           "Fit: sd of the logarithm of durations within a set, its trend taken away",
           "fit: recorded gym sets");
  v.number("repetition_range_sd", repetition_range_sd, {0, 0.3}, "1",
           "Fit: relative sd of ranges within a set, its trend taken away",
           "fit: recorded gym sets");
  v.number("rest_sd", rest_sd, {0, 1}, "1",
           "Fit: sd between sessions of the logarithm of the median rest", "proposal");
  v.number("fatigue_sd", fatigue_sd, {0, 1}, "1",
           "Fit: sd of the logarithm of the slowing from first to last repetition", "proposal");
  v.number("proficiency", proficiency, {0, 1}, "1", "mean; form errors scale with 1 less it",
           "proposal");
  v.number("proficiency_sd", proficiency_sd, {0, 0.5}, "1", "sd between people", "proposal");
  v.number("asymmetry_sd", asymmetry_sd, {0, 1}, "1",
           "Fit: sd of the logarithm of lowering over lifting time", "proposal");
  v.number("form_sd", form_sd, {0, 1.5}, "1",
           "sd of the logarithm of trunk swing and of the upper arm's drift", "proposal");
  v.number("tremor_mps2", tremor_mps2, {0, 3}, "m/s2",
           "median. Fit: rms of the relaxed wrist about tremor_hz, noise taken away",
           "fit: quietest second of people seated, 4 to 15 Hz, 18 people of sp-sw-har");
  v.number("tremor_sd", tremor_sd, {0, 1.5}, "1", "sd of its logarithm", "fit: as tremor_mps2");
  v.number("tremor_hz", tremor_hz, {3, 15}, "Hz", "mean. Fit: centre of the spectrum, 4 to 15 Hz",
           "fit: as tremor_mps2");
  v.number("tremor_hz_sd", tremor_hz_sd, {0, 3}, "Hz", "sd of the centre", "proposal");
  v.number("load_tremor", load_tremor, {0, 50}, "1",
           "Fit: rms at 8 to 20 Hz in sets over that of a usual relaxed wrist",
           "recorded gym sets: 0.7 to 2 m/s2 at 8 to 20 Hz");
  v.number("load_tremor_sd", load_tremor_sd, {0, 1.5}, "1", "sd of its logarithm",
           "recorded gym sessions: 0.7 to 2 m/s2 at 8 to 20 Hz");
  v.number(
      "posture_deg", posture_deg, {0, 20}, "deg",
      "sd of the offset of each joint. Fit: sd between sessions of the mean direction of a set",
      "proposal");
  v.number("setup_deg", setup_deg, {0, 30}, "deg",
           "sd of each joint angle from one setup of an exercise to the next",
           "recorded gym sets: mean directions of an exercise on two days");
  v.number("settle_deg", settle_deg, {0, 20}, "deg",
           "sd of each joint angle where a repetition begins",
           "recorded gym sets: mean directions of windows of a set");
  v.number("pace_sd", pace_sd, {0, 0.5}, "1", "sd of the logarithm of walking speed", "proposal");
  v.number("cadence_sd", cadence_sd, {0, 0.5}, "1",
           "Fit: sd of the logarithm of cadence, height taken away", "proposal");
  v.number("arm_swing_sd", arm_swing_sd, {0, 1}, "1",
           "Fit: sd of the logarithm of the wrist's rms angular rate in walking", "proposal");
  v.number("gait_size_sd", gait_size_sd, {0, 1}, "1",
           "Fit: sd of the logarithm of the pocket's rms acceleration in walking", "proposal");
}

void PlacementSpread::describe(OptionVisitor& v) {
  v.number("watch_on_dominant_share", watch_on_dominant_share, {0, 1}, "1",
           "share of people who wear the watch on the hand they write with", "proposal");
  v.number("strap_rotation_sd_deg", strap_rotation_sd_deg, {0, 90}, "deg",
           "sd between sessions of the strap's rotation", "proposal");
  v.number("slip_deg", slip_deg, {0, 30}, "deg", "sd of its slip between sets", "proposal");
  v.number("creep_deg", creep_deg, {0, 30}, "deg", "sd of its slip within a set of ten",
           "proposal");
  v.number("pocket_sd_deg", pocket_sd_deg, {0, 90}, "deg", "sd of each angle of the phone",
           "proposal");
}

void HardwareSpread::describe(OptionVisitor& v) {
  v.number("rate_sd_ppm", rate_sd_ppm, {0, 20000}, "ppm",
           "sd of sensor rates between units; presets of one recorded unit keep 0",
           "parts unlike each other: 20,000 (cut at 50,000)");
  v.number("noise_sd", noise_sd, {0, 1}, "1", "sd of the logarithm of white noise", "proposal");
  v.number("bias_sd", bias_sd, {0, 1}, "1", "sd of the logarithm of the turn-on bias's sd",
           "proposal");
}

void PopulationOptions::describe(OptionVisitor& v) {
  v.table("body", body, "who there is");
  v.table("dynamics", dynamics, "how differently people move");
  v.table("placement", placement, "how differently devices are worn");
  v.table("hardware", hardware, "how much devices of a kind differ");
}

}  // namespace gauntlet::sim
