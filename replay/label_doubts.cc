#include "replay/label_doubts.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace gauntlet::replay {
namespace {

struct Doubt {
  std::string_view session;
  int first, last;  // numbers of recordings
  LabelDoubt why;
};

constexpr LabelDoubt kMoved = LabelDoubt::moved, kMiscounted = LabelDoubt::miscounted;
constexpr std::array kDoubts{
    Doubt{"jan-back-01-06", 9, 22, kMoved},        Doubt{"jan-arms-24-05", 1, 1, kMiscounted},
    Doubt{"jan-arms-24-05", 3, 3, kMiscounted},    Doubt{"jan-arms-24-05", 9, 9, kMiscounted},
    Doubt{"jan-arms-24-05", 41, 41, kMiscounted},  Doubt{"jan-back-22-05", 6, 6, kMiscounted},
    Doubt{"jan-back-22-05", 9, 9, kMiscounted},    Doubt{"jan-chest-25-05", 5, 5, kMiscounted},
    Doubt{"jan-chest-25-05", 18, 18, kMiscounted}, Doubt{"jan-chest-25-05", 25, 25, kMiscounted},
    Doubt{"jan-core-30-05", 4, 4, kMiscounted},    Doubt{"jan-core-30-05", 10, 11, kMiscounted},
    Doubt{"jan-core-30-05", 18, 19, kMiscounted},  Doubt{"jan-core-30-05", 24, 24, kMiscounted},
    Doubt{"jan-core-30-05", 34, 34, kMiscounted},  Doubt{"jan-core-30-05", 36, 38, kMiscounted},
};

}  // namespace

LabelDoubt label_doubt(std::string_view session, std::string_view recording) {
  int number = 0;
  const char* const begin = recording.data();
  const char* const end = begin + recording.size();
  if (std::from_chars(begin, end, number).ptr != end) return LabelDoubt::none;
  const auto it = std::ranges::find_if(kDoubts, [&](const Doubt& d) {
    return d.session == session && d.first <= number && number <= d.last;
  });
  return it == kDoubts.end() ? LabelDoubt::none : it->why;
}

std::uint32_t repetitions_at_wrist(const Label& label) {
  const bool alternating = label.exercise.starts_with("alt-");
  return alternating ? (label.repetitions + 1) / 2 : label.repetitions;
}

}  // namespace gauntlet::replay
