// What the rows of the catalogue of attacks share: worlds, defences and attacks as overrides.
// Internal to the catalogue.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/options_toml.h"

namespace gauntlet::scenarios {

using Overrides = std::vector<Override>;

// A watch whose analogue low-pass does not reach up to the tone, as three quarters of the parts
// that were tested; with a gyroscope.
inline const Overrides kOpenWatch = {
    {"wearable", "[{preset = \"watch-2023\", name = \"watch\", link = {preset = \"essay-max\"}}]"},
    {"wearable[0].sensors",
     "[{preset = \"watch-accelerometer\", lowpass = false}, {preset = \"watch-gyroscope\", lowpass "
     "= false}, {preset = \"magnetometer\"}, {preset = \"heart-rate\"}]"}};
inline const Overrides kBeaconWatch = {
    {"wearable[0].sensors", "[{preset = \"pebble-accelerometer\"}, {preset = \"beacons\"}]"}};
// The mistakes of a first version: invents whatever is missing and believes every window.
inline const Overrides kWeakPipeline = {{"phone.max_filled", "1"},
                                        {"phone.signal.fill_max_ms", "10000"},
                                        {"phone.sets.min_confidence", "0"},
                                        {"phone.sets.start_votes", "1"}};
inline const Override kGuard = {"phone.guard.on", "true"};
inline const Override kAbstain = {"phone.guard.abstain", "true"};
inline const Overrides kGuarded = {kGuard, kAbstain};
inline const Overrides kTag = {{"defences.frame_tag", "true"}};

// A machine that manages a hundred requests a second; a phone that uploads every two seconds.
inline const Overrides kSlowServices = {
    {"service_time", "{request_ms = 10, login_ms = 10, refused_ms = 0.1}"},
    {"phone.upload.period_s", "2"}};
// A phone asks for a token now and then and uploads every few seconds: five times that.
inline const Overrides kQuotas = {
    {"services.quota",
     "{address = {per_s = 5, burst = 20}, subject = {per_s = 0.1, burst = 5}, "
     "token = {per_s = 5, burst = 20}}"}};
inline const Overrides kNegatives = {{"model", "scenarios/models/gym-negatives.model"}};

inline const std::string kCurl =
    "kind = \"acoustic\", knowledge = \"drift_tracking\", acoustic = {axis_x = 1, axis_z = 0}";
inline const std::string kForce = "attack.signal_bias.watch.accelerometer";

inline Overrides with(Overrides a, const Overrides& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline std::string frame(std::string_view of) {
  return "kind = \"frame\", frame = {" + std::string(of) + "}";
}
inline std::string forged(std::string_view family) {
  return "kind = \"token\", token = {requests = 100, family = \"" + std::string(family) + "\"}";
}

}  // namespace gauntlet::scenarios
