// A campaign that runs in a second: a tone on a resting wrist, with and without a low-pass.
#pragma once

#include <string>

namespace gauntlet::campaign {

inline const std::string kSmallCampaign = R"toml(
name = "small"
about = "A tone is counted."
row = "P2"
scenario = "scenarios/catalog/acoustic.toml"
set = ["plan.length_s=40", "plan.lead_in_s=40"]
success = "eventually (shown.repetitions >= 4)"
taxonomy = ["CWE-1384", "ATTACK-ICS-T0856"]

[[attack]]
kind = "acoustic"
knowledge = "drift_tracking"
start_s = 5
[attack.acoustic]
target_hz = 0.5
axis_x = 1
axis_z = 0

[effort]
path = "attack[0].acoustic.amplitude_mps2"
unit = "m/s2"
scale = "log"
min = 0.25
max = 8
levels = 3
required_share = 0.3
[[parameter]]
path = "attack[0].acoustic.target_hz"
min = 0.2
max = 0.8

[search]
points = 6
seeds = 1

[confirmation]
seeds = 8

[costs]
scenario = "scenarios/catalog/acoustic.toml"
set = ["plan.length_s=40", "plan.lead_in_s=40"]
metrics = ["link.bytes_per_s", "f1.macro"]
seeds = 2

[[variant]]
name = "open"
role = "must_break"

[[variant]]
name = "shut"
set = ["wearable[0].sensors[0].lowpass=true"]

[[variant]]
name = "quiet"
role = "no_attack"
)toml";

// The text with the first `from` replaced; whoever gets the same text back has misspelt it.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == std::string::npos ? "not there: " + from : text.replace(at, from.size(), to);
}

}  // namespace gauntlet::campaign
