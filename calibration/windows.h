// Labelled two-second windows of a wrist's accelerometer, from recordings and from simulated
// people, cut by the same code: what classifiers are asked about.
//
// A window lies in one stretch without a step in time above a limit; it is resampled to
// kGridRate_hz below 0.45 of it. In the gym a window has one label and windows do not overlap; the
// course's parts are shorter than two seconds, so there a window has the label of most of it and
// they overlap by half.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "calibration/cycles.h"
#include "replay/track.h"

namespace gauntlet::calibration {

inline constexpr std::size_t kWindowRows = 100;

struct Windows {
  std::vector<float> values;  // kWindowRows x 3 each, m/s2
  std::vector<std::string> labels;
  std::vector<std::uint32_t> groups;  // session or person
  std::size_t size() const { return labels.size(); }
  void add(std::span<const std::array<float, 3>> grid, const std::string& label,
           std::uint32_t group);
  void append(const Windows& other, std::size_t index);
};

struct CutOptions {
  double max_step_s = 0.06;
  double trim_s = 0;      // left out at both ends of a labelled stretch
  bool majority = false;  // stretches reach over labels
};
void cut_windows(const replay::SampleTrack& track, std::uint32_t group, const CutOptions& options,
                 Windows& out);

// Gym captures: a group a session; the label is the exercise, empty for none. `labelled` tells
// recorded sets without a label, which are left out.
Windows gym_windows(const std::vector<replay::SampleTrack>& tracks);
// The same sessions done by simulated people, one each, wearing the recorded kind of watch: the
// exercises, sets and repetitions of the labels as far as the world knows them.
Windows simulated_gym_windows(const std::vector<replay::SampleTrack>& tracks, std::size_t people,
                              std::uint64_t seed, const std::function<void(double)>& progress);
// Exercises that both know.
std::set<std::string> shared_exercises(const std::vector<replay::SampleTrack>& tracks);

// sp-sw-har's watches: a group a person. Labels as they are.
Windows people_windows(const std::vector<replay::SampleTrack>& tracks);
// Simulated people on the same course, as many as there are recorded ones times `people_each`, with
// their bodies; labels as the recordings have them.
Windows simulated_people_windows(const std::vector<replay::SampleTrack>& tracks,
                                 std::size_t people_each, std::uint64_t seed,
                                 const std::function<void(double)>& progress);

}  // namespace gauntlet::calibration
