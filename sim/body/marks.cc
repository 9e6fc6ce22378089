#include "sim/body/marks.h"

#include <algorithm>

namespace gauntlet::sim {

void LabelErrorOptions::describe(OptionVisitor& v) {
  v.number("forgotten", forgotten, {0, 1}, "1", "probability that a tap is forgotten", "proposal");
  v.number("early", early, {0, 1}, "1", "probability that a tap comes too early", "proposal");
  v.number("late", late, {0, 1}, "1", "probability that a tap comes too late", "proposal");
  v.number("early_s", early_s, {0, 120}, "s", "how early, mean", "proposal");
  v.number("late_s", late_s, {0, 120}, "s", "how late, mean", "proposal");
  v.number("delay_s", delay_s, {0, 10}, "s", "delay of a right tap, mean", "proposal");
  v.number("wrong_exercise", wrong_exercise, {0, 1}, "1",
           "probability that another exercise of the session is named", "proposal");
}

namespace {

// Seconds by which a tap is off, or nothing when it is forgotten. Always the same number of draws,
// so that one tap's fate does not change the next one's.
struct Tap {
  bool made;
  double off_s;
};

Tap draw_tap(const LabelErrorOptions& o, RandomStream& random) {
  const double u = random.uniform(), e = random.exponential(1);
  if (u < o.forgotten) return {false, 0};
  if (u < o.forgotten + o.early) return {true, -o.early_s * e};
  if (u < o.forgotten + o.early + o.late) return {true, o.late_s * e};
  return {true, o.delay_s * e};
}

}  // namespace

std::vector<TimedMark> user_marks(const Script& script, const LabelErrorOptions& options,
                                  const RandomStream& stream) {
  RandomStream random = stream;
  const auto& sets = script.sets();
  std::vector<TimedMark> marks;
  const auto add = [&](WorldTime truth, UserMark::Kind kind, const std::string& name) {
    const Tap tap = draw_tap(options, random);
    if (!tap.made) return;
    const WorldTime at = std::clamp(truth + from_seconds(tap.off_s), script.begin(), script.end());
    const auto later = std::upper_bound(marks.begin(), marks.end(), at,
                                        [](WorldTime t, const TimedMark& m) { return t < m.at; });
    marks.insert(later, {at, kind, name});
  };
  for (const TrueSet& s : sets) {
    const bool wrong = random.chance(options.wrong_exercise);
    const std::string& name = sets[random.below(sets.size())].exercise;
    const std::string& named = wrong ? name : s.exercise;
    add(s.begin, UserMark::Kind::set_start, named);
    add(s.end, UserMark::Kind::set_end, named);
  }
  marks.insert(marks.begin(), {script.begin(), UserMark::Kind::session_start, {}});
  marks.push_back({script.end(), UserMark::Kind::session_end, {}});
  return marks;
}

}  // namespace gauntlet::sim
