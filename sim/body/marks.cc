#include "sim/body/marks.h"

#include <algorithm>

#include "sim/body/exercises.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

void LabelErrorOptions::describe(OptionVisitor& v) {
  v.number("forgotten", forgotten, {0, 1}, "1", "probability that a tap is forgotten", "proposal");
  v.number("early_start", early_start, {0, 1}, "1", "probability of a start tapped too early",
           "proposal");
  v.number("late_start", late_start, {0, 1}, "1", "probability of a start tapped too late",
           "proposal");
  v.number("early_end", early_end, {0, 1}, "1", "probability of an end tapped too early",
           "proposal");
  v.number("late_end", late_end, {0, 1}, "1", "probability of an end tapped too late", "proposal");
  v.number("early_s", early_s, {0, 120}, "s", "how early, mean", "proposal");
  v.number("late_s", late_s, {0, 120}, "s", "how late, mean", "proposal");
  v.number("delay_s", delay_s, {0, 10}, "s", "delay of a right tap, mean", "proposal");
  v.number("wrong_exercise", wrong_exercise, {0, 1}, "1",
           "probability that another exercise of the same muscles is named", "proposal");
  v.number("wrong_count", wrong_count, {0, 1}, "1",
           "probability that another number of repetitions is typed", "proposal");
  v.number("count_off", count_off, {1, 20}, "1", "by how many, mean", "proposal");
}

namespace {

// Seconds by which a tap is off, or nothing when it is forgotten. Always the same number of draws,
// so that one tap's fate does not change the next one's.
struct Tap {
  bool made;
  double off_s;
};

Tap draw_tap(const LabelErrorOptions& o, double early, double late, RandomStream& random) {
  const double u = random.uniform(), e = random.exponential(1);
  if (u < o.forgotten) return {false, 0};
  if (u < o.forgotten + early) return {true, -o.early_s * e};
  if (u < o.forgotten + early + late) return {true, o.late_s * e};
  return {true, o.delay_s * e};
}

// Another one of the same muscles, if there is one.
std::string other_exercise(const std::string& name, RandomStream& random) {
  const std::uint64_t pick = random.bits();
  const Exercise* right = find_exercise(name);
  std::vector<std::string_view> others;
  for (const Exercise& e : exercises()) {
    if (right && e.group == right->group && e.name != name) others.push_back(e.name);
  }
  return others.empty() ? name : std::string(others[pick % others.size()]);
}

std::int64_t typed_count(const LabelErrorOptions& o, std::int64_t right, RandomStream& random) {
  const bool wrong = random.chance(o.wrong_count), more = random.chance(0.5);
  // Geometric: the whole part of an exponential.
  const double beyond = o.count_off - 1;
  const double mean = beyond > 0 ? 1 / portable::log(1 + 1 / beyond) : 0;
  const auto off = 1 + static_cast<std::int64_t>(mean * random.exponential(1));
  if (!wrong) return right;
  return more || right <= off ? right + off : right - off;
}

}  // namespace

std::vector<TimedMark> user_marks(const Script& script, const LabelErrorOptions& options,
                                  const RandomStream& stream) {
  RandomStream random = stream;
  std::vector<TimedMark> marks;
  const auto add = [&](const Tap& tap, TimedMark mark) {
    if (!tap.made) return;
    mark.at = std::clamp(mark.at + from_seconds(tap.off_s), script.begin(), script.end());
    const auto later = std::upper_bound(marks.begin(), marks.end(), mark.at,
                                        [](WorldTime t, const TimedMark& m) { return t < m.at; });
    marks.insert(later, std::move(mark));
  };
  for (const TrueSet& s : script.sets()) {
    const bool wrong = random.chance(options.wrong_exercise);
    const std::string other = other_exercise(s.exercise, random);
    const std::string& named = wrong ? other : s.exercise;
    const auto count =
        typed_count(options, static_cast<std::int64_t>(s.repetitions.size()), random);
    add(draw_tap(options, options.early_start, options.late_start, random),
        {s.begin, UserMark::Kind::set_start, named, 0});
    add(draw_tap(options, options.early_end, options.late_end, random),
        {s.end, UserMark::Kind::set_end, named, count});
  }
  marks.insert(marks.begin(), {script.begin(), UserMark::Kind::session_start, {}, 0});
  marks.push_back({script.end(), UserMark::Kind::session_end, {}, 0});
  return marks;
}

}  // namespace gauntlet::sim
