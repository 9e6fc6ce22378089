// Samples with the time at which each was taken, from anybody's device: what importers give.
//
// A track is one device in one session: specific force and, where there is a gyroscope, angular
// rate of the same instants, in the device's own frame and on the device's own clock, as stamped
// (nothing is resampled, filtered or filled). Shape: N x 3, one row a sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gauntlet::replay {

// Who wore it; what is not known is not there.
struct Subject {
  std::string id;
  std::optional<double> age_years;
  std::optional<double> height_m;
  std::optional<double> weight_kg;
  std::string sex;   // "female", "male" or empty
  std::string hand;  // "left", "right" or empty
};

struct SampleTrack {
  std::string session;
  std::string device;  // "watch", "phone", …
  std::string worn;    // "wrist", "pocket" or empty
  std::string source;
  std::string licence;
  Subject subject;
  // Readings are minus the specific force, as the captures' watch gives them. Writers turn them.
  bool inverted = false;
  double nominal_rate_hz = 0;         // what the device was asked for; 0: not known
  std::vector<std::int64_t> time_ns;  // device clock, never decreasing
  std::vector<float> force_mps2;      // N x 3
  std::vector<float> rate_radps;      // N x 3, or empty
  std::vector<std::string> labels;    // names, in order of appearance
  std::vector<std::uint32_t> label;   // of each row, into labels; empty: nothing is labelled

  std::size_t rows() const { return time_ns.size(); }
  bool has_rate() const { return !rate_radps.empty(); }
  double length_s() const;
  // The label of a row; empty where nothing is labelled.
  std::string_view label_at(std::size_t row) const;
  // The index of a label, added if it is new. At most 65,535 of them.
  std::uint32_t label_index(std::string_view name);
};

// What the time stamps say of a device's clock and of how its samples were delivered.
struct StepStatistics {
  std::size_t tracks = 0;
  std::size_t steps = 0;
  double length_s = 0;
  double rate_hz = 0;      // of all tracks together
  double rate_min_hz = 0;  // of single tracks
  double rate_max_hz = 0;
  double zero_share = 0;  // of steps between samples with the same time stamp
  double p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;  // of steps: the value at rank ceil(p n)
};

// Of tracks with at least two rows; others are left out.
StepStatistics step_statistics(const std::vector<const SampleTrack*>& tracks);

}  // namespace gauntlet::replay
