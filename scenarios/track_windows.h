// Recorded tracks of real people cut into labelled windows: what `gauntlet evaluate` judges
// classifiers on. A track is laid on a regular grid by linear interpolation of its own time stamps;
// a window's label is the one that most of its rows carry (of equals the first), its group the
// subject, or where none is named the session (for captures the day's folder).
//
// Left out, and counted: windows of which more than `max_filled` lies in steps longer than
// `gap_ms`, windows of which less than `least_share` carries the label (0: none is), and windows of
// classes that occur in fewer than `least_groups` groups (no split by group can learn them).
//
// With neighbours, a window is seen with those of the same recording before and behind it, as
// further channels (this one first; itself again where there is none): the label stays its own, the
// answer comes so many hops later.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"
#include "core/learn/dataset.h"
#include "replay/track.h"

namespace gauntlet::scenarios {

struct WindowOptions {
  double rate_hz = 50;
  double window_s = 2;
  double hop_s = 1;
  double gap_ms = 100;
  double max_filled = 0.5;
  double least_share = 0;
  std::int64_t least_groups = 2;
  bool rotation = true;  // use the gyroscope where every track has one
  std::int64_t neighbours = 0;
  void describe(OptionVisitor& v);
};

struct TrackWindows {
  learn::Dataset data;
  std::size_t filled = 0;  // left out: too much of it lies in gaps
  std::size_t mixed = 0;   // left out: too little of it carries its label
  std::size_t rare = 0;    // left out: class in too few groups
  std::vector<std::string> rare_classes;
};

// No exercise is called "no exercise". Errors: nothing (no window, or a single group).
Result<TrackWindows> cut_tracks(const std::vector<replay::SampleTrack>& tracks,
                                const WindowOptions& options);

}  // namespace gauntlet::scenarios
