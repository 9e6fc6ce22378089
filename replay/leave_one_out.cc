#include "replay/leave_one_out.h"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <set>
#include <utility>

#include "replay/replay_text.h"

namespace gauntlet::replay {
namespace {

constexpr std::int64_t kLooks[] = {1, 3, 5, 8, 12};
constexpr double kDrops[] = {0.0125, 0.025, 0.05, 0.1, 0.25, 0.5};

std::vector<CounterChoice> grid() {
  std::vector<CounterChoice> out;
  for (const std::int64_t looks : kLooks) {
    for (const double drop : kDrops) out.push_back({looks, drop});
  }
  return out;
}

RepetitionScore score_of(std::span<const CountedSet> sets, const std::string& session, bool in_it,
                         std::size_t choice) {
  RepetitionScore score;
  for (const CountedSet& s : sets) {
    if ((s.session == session) == in_it) score.add(s.labelled, s.counted[choice]);
  }
  return score;
}

bool better(const RepetitionScore& a, const RepetitionScore& b) {
  return std::pair(a.within1, a.exact) > std::pair(b.within1, b.exact);
}

void print_row(const char* name, std::span<const CountedSet> sets,
               std::span<const CounterChoice> choices, std::ostream& out) {
  RepetitionScore all;
  for (const LeftOutSession& s : leave_one_session_out(sets)) {
    const CounterChoice& c = choices[s.choice];
    char text[128];
    std::snprintf(text, sizeof text,
                  "    %-20.60s least_looks %2lld confirm_drop %.4f: %llu of %llu\n",
                  s.session.c_str(), static_cast<long long>(c.least_looks), c.confirm_drop,
                  static_cast<unsigned long long>(s.score.within1),
                  static_cast<unsigned long long>(s.score.sets));
    out << text;
    all.sets += s.score.sets;
    all.exact += s.score.exact;
    all.within1 += s.score.within1;
    all.absolute_error += s.score.absolute_error;
  }
  print_score(name, all, out);
}

}  // namespace

std::vector<LeftOutSession> leave_one_session_out(std::span<const CountedSet> sets) {
  std::set<std::string> sessions;
  for (const CountedSet& s : sets) sessions.insert(s.session);
  std::vector<LeftOutSession> out;
  if (sessions.size() < 2) return out;
  for (const std::string& session : sessions) {
    std::size_t best = 0;
    RepetitionScore most = score_of(sets, session, false, 0);
    for (std::size_t k = 1; k < sets.front().counted.size(); ++k) {
      const RepetitionScore score = score_of(sets, session, false, k);
      if (!better(score, most)) continue;
      best = k;
      most = score;
    }
    out.push_back({session, best, score_of(sets, session, true, best)});
  }
  return out;
}

void print_left_out(const Collection& collection, ReplayOptions options, std::ostream& out) {
  options.finder = RepetitionFinder::running;
  const std::vector<CounterChoice> choices = grid();
  std::vector<CountedSet> clean, certain;
  for (std::size_t k = 0; k < choices.size(); ++k) {
    options.repetitions.least_looks = choices[k].least_looks;
    options.repetitions.confirm_drop = choices[k].confirm_drop;
    std::size_t n = 0, m = 0;
    for (const FileReport& f : make_report(collection, options).files) {
      if (!is_scored(f) || !is_clean(f)) continue;
      const auto count = [&f, k](std::vector<CountedSet>& sets, std::size_t& at) {
        if (k == 0) sets.push_back({f.session, f.wrist_repetitions, {}});
        sets[at++].counted.push_back(f.counted_repetitions);
      };
      count(clean, n);
      if (f.doubt == LabelDoubt::none) count(certain, m);
    }
  }
  out << "Leave one session out, as they run: chosen on the other sessions, within one of\n";
  print_row("all with < 2 % of packets lost", clean, choices, out);
  print_row("  whose label can be right", certain, choices, out);
}

}  // namespace gauntlet::replay
