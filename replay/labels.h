// labels.txt of a muvr session, a line a recorded set:
//   N=muscle group,exercise,detail,weight kg,repetitions
// Typed on a phone in a gym, so the spelling varies; the line is kept as it stands beside a
// normalised name ("biceps-curl-happer" is biceps-curl-hammer; "lat-pulldown,angled" is
// lat-pulldown-angled). "x,x" is no exercise. Repetitions 0: not counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gauntlet::replay {

struct Label {
  std::string raw;  // behind the '='
  std::string muscle_group;
  std::string exercise;  // normalised; empty for no exercise
  std::string detail;
  double weight_kg = 0;  // -1: body weight
  std::uint32_t repetitions = 0;
};

struct Labels {
  std::map<int, Label> by_set;
  std::uint32_t bad_lines = 0;  // no number before '=', or not five fields
};

Labels parse_labels(std::string_view text);

// The known name for a known misspelling, or for an exercise whose name is completed by its detail.
std::string normalised_exercise(std::string_view exercise, std::string_view detail);

}  // namespace gauntlet::replay
