// Every defence against who does not know it and who does.
#include "scenarios/attack_catalog.h"
#include "scenarios/attack_worlds.h"

namespace gauntlet::scenarios {
namespace {

constexpr std::string_view kSpoofed = "reps.spoofed";

std::string curl(std::string_view more) {
  return "kind = \"acoustic\", knowledge = \"drift_tracking\", acoustic = {axis_x = 1, axis_z = 0" +
         std::string(more) + "}";
}
std::string tone(std::string_view more) {
  return "kind = \"acoustic\", knowledge = \"drift_tracking\", acoustic = {clip_high_mps2 = "
         "4, " +
         std::string(more) + "}";
}
std::string cradle(std::string_view more) {
  return "kind = \"pendulum\", pendulum = {" + std::string(more) + "}";
}

// One detector of the guard alone, that abstains.
Overrides guard_by(std::string_view detector) {
  Overrides out = kGuarded;
  for (const char* other : {"bias_mps2", "noise_share", "regular", "rotation", "clock_ppm",
                            "delay_ms", "field_ut", "alone"}) {
    if (other != detector) out.push_back({std::string("phone.guard.") + other, "0"});
  }
  return out;
}

// Force along x that turns with a gravity which turns about y: d(force)/dt = g * rate. What the
// gyroscope is made to read is a quarter of a cycle ahead, so that the two agree.
const std::string kBothSensors =
    curl(", amplitude_mps2 = 5") +
    "}, {device = \"watch\", start_s = 300, stop_s = 600, kind = \"acoustic\", sensor = "
    "\"gyroscope\", knowledge = \"drift_tracking\", acoustic = {control = \"output\", "
    "amplitude_mps2 = 1.6, axis_x = 0, axis_y = 1, axis_z = 0, phase_deg = 90}";

std::vector<AdaptiveRow> sensor_rows() {
  return {
      {"random sampling, mean of 64",
       with(kOpenWatch,
            {{"defences.sampling", "random_average"}, {"defences.sampling_count", "64"}}),
       curl(""), curl(", control = \"dual_tone\", amplitude_mps2 = 20, curvature_per_mps2 = 0.03"),
       "mixes two tones in the amplifier, before any sampling", kSpoofed, ""},
      {"readings out of phase", with(kOpenWatch, {{"defences.sampling", "out_of_phase"}}), curl(""),
       curl(", frequency_hz = 6000"), "plays twice the resonance, where the pair agrees again",
       kSpoofed, ""},
      {"mean of 16", with(kOpenWatch, {{"defences.sampling", "random_average"}}), curl(""),
       curl(", amplitude_mps2 = 15"), "plays three times as loud", kSpoofed,
       "what a mean at random instants leaves is noise, and louder noise has no period either"},
      {"saturation flag", with(kOpenWatch, {{"defences.saturation_flag", "true"}}),
       tone("control = \"tone\", frequency_hz = 3007, amplitude_mps2 = 20"),
       tone("control = \"output\", target_hz = 0, phase_deg = 90, amplitude_mps2 = 3.9"),
       "stays just below the rails and aliases to all but a constant",
       "attack.signal_rms.watch.accelerometer", ""},
      {"dark slots", with(kOpenWatch, {{"defences.dark_slots", "true"}}),
       "kind = \"light\", sensor = \"heart_rate\", light = {intensity = 0.1}",
       "kind = \"light\", sensor = \"heart_rate\", light = {intensity = 0.1, follows_slots = true}",
       "shines only while the sensor's own light does", "attack.signal_bias.watch.heart_rate", ""},
      {"damping of 30 dB", with(kOpenWatch, {{"defences.damping_db", "30"}}), curl(""),
       curl(", amplitude_mps2 = 158"), "plays 30 dB louder", kSpoofed, ""},
  };
}

std::vector<AdaptiveRow> phone_rows() {
  return {
      {"signal to noise (guard: noise)", with(kOpenWatch, guard_by("noise_share")),
       "kind = \"acoustic\", acoustic = {control = \"denial\", amplitude_mps2 = 20}", curl(""),
       "plays a coherent curl, which is no noise", kSpoofed, ""},
      {"sensors that agree (guard: rotation)", with(kOpenWatch, guard_by("rotation")), curl(""),
       kBothSensors, "drives accelerometer and gyroscope as one turning wrist would", kSpoofed, ""},
      {"bound of drift (guard: clock)", guard_by("clock_ppm"),
       frame("act = \"stamps\", ramp_ppm = 5000"), frame("act = \"stamps\", ramp_ppm = 250"),
       "runs on just below 300 ppm", "timing.error_ms.p95",
       "unnoticed, it moves samples by 75 ms in five minutes: below what counts as a success"},
      {"abstaining on gaps",
       {{"phone.max_filled", "0.5"}, {"phone.signal.fill_max_ms", "300"}},
       "kind = \"jamming\"",
       "kind = \"jamming\", jamming = {burst_s = 0.28, pause_s = 0.3}",
       "bursts shorter than what is filled",
       "samples.filled",
       "what a short burst takes the link sends again: next to nothing is missing"},
      {"trained negatives", kNegatives,
       cradle("kind = \"cradle\", radius_m = 0.3, amplitude_deg = 60"),
       cradle("kind = \"cradle\", radius_m = 2.5, amplitude_deg = 60, rocking_hz = 0.9"),
       "rocks it harder than any that it was trained with: found by search", kSpoofed, ""},
  };
}

std::vector<AdaptiveRow> protocol_rows() {
  return {
      {"frame tags", kTag, frame("act = \"inject\""),
       "kind = \"frame\", knowledge = \"none\", frame = {act = \"replay\", record_s = 295, "
       "length_s "
       "= 5}",
       "sends the newest frames again, tags and all", "samples.foreign_accepted",
       "the counter knows them; a tag is guessed once in 2^48 frames"},
      {"round trip below 10 ms",
       {{"defences.round_trip_ms", "10"}},
       frame("act = \"relay\""),
       frame("act = \"relay\", relay_ms = 4.9"),
       "relays in 4.9 ms each way",
       "samples.delivered",
       ""},
      {"beacons change every 30 s", with(kBeaconWatch, {{"defences.beacon_rotation_s", "30"}}),
       "kind = \"beacon_clone\", sensor = \"beacon\", knowledge = \"none\"",
       "kind = \"beacon_clone\", sensor = \"beacon\", knowledge = \"drift_tracking\"",
       "copies each identifier a second after it appears", "attack.signal_changed.watch.beacon",
       ""},
      {"quotas", with(kSlowServices, kQuotas),
       "kind = \"api\", api = {requests = 4000, per_s = 400, act = \"flood\", connections = 100}",
       "kind = \"api\", api = {requests = 4000, per_s = 400, act = \"token_flood\", addresses = "
       "100}",
       "comes from a hundred addresses", "attack.upload_ms.p99", ""},
  };
}

}  // namespace

const std::vector<AdaptiveRow>& adaptive_rows() {
  static const std::vector<AdaptiveRow> rows = [] {
    std::vector<AdaptiveRow> all = sensor_rows();
    for (const auto& more : {phone_rows(), protocol_rows()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return rows;
}

}  // namespace gauntlet::scenarios
