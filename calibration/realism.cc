#include "calibration/realism.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "calibration/classify.h"
#include "calibration/text.h"

namespace gauntlet::calibration {
namespace {

constexpr std::size_t kTelling = 6;
// Simulated people to learn from, for each recorded person or session: sessions are few.
constexpr std::size_t kTrainPeople = 3, kTrainSessions = 8;

void add(const std::string& what, const std::string& group, const Discrimination& d, Section& out) {
  if (!d.interval) {
    out.findings.push_back({what,
                            0,
                            "1",
                            std::nullopt,
                            d.recorded,
                            {},
                            Verdict::informs,
                            "too few windows that both have"});
    return;
  }
  std::string telling;
  for (std::size_t i = 0; i < std::min(kTelling, d.features.size()); ++i) {
    const TellingFeature& f = d.features[i];
    telling += (i == 0 ? "" : "; ") + f.name + " (" + fixed(f.area, 2) + " alone: recorded " +
               number(f.recorded, 3) + ", simulated " + number(f.simulated, 3) + ")";
  }
  out.findings.push_back({what + ", area under the curve", d.area, "1", d.interval, d.groups,
                          "at most " + fixed(kAreaGoal, 2),
                          d.area <= kAreaGoal ? Verdict::holds : Verdict::falls_short,
                          std::to_string(d.recorded) + " windows of each kind, held out by " +
                              group + ". What gives it away: " + telling});
  out.findings.push_back({what + ", by the named features alone",
                          d.area_named,
                          "1",
                          d.interval_named,
                          d.groups,
                          {},
                          Verdict::informs,
                          {}});
}

void add(const std::string& what, const Transfer& t, const std::string& note, Section& out) {
  std::string each;
  for (const auto& [name, f1] : t.f1) {
    each += (each.empty() ? "" : ", ") + (name.empty() ? std::string("none") : name) + " " +
            fixed(f1, 2);
  }
  out.findings.push_back({what,
                          t.macro_f1,
                          "1",
                          t.interval,
                          t.groups,
                          {},
                          Verdict::informs,
                          note + "accuracy " + fixed(t.accuracy, 3) + ", " +
                              std::to_string(t.windows) + " windows; F1: " + each});
}

// Labels of which two groups or more have ten windows: what others can teach.
std::set<std::string> in_two_groups(const Windows& windows) {
  std::map<std::string, std::map<std::uint32_t, std::size_t>> counts;
  for (std::size_t i = 0; i < windows.size(); ++i) ++counts[windows.labels[i]][windows.groups[i]];
  std::set<std::string> out;
  for (const auto& [label, groups] : counts) {
    const auto enough =
        std::count_if(groups.begin(), groups.end(), [](const auto& g) { return g.second >= 10; });
    if (enough >= 2) out.insert(label);
  }
  return out;
}

void compare(const std::string& what, const Windows& simulated, const Windows& recorded,
             const std::string& split, Section& out) {
  if (recorded.size() < 50 || simulated.size() < 50) return;
  const Transfer real = leave_one_group_out(recorded);
  const Transfer made = transfer(simulated, recorded);
  add(what + ", macro-F1 trained on recorded others", real, split + "; ", out);
  add(what + ", macro-F1 trained on simulation only", made,
      std::to_string(simulated.size()) + " simulated windows; ", out);
  const Gap gap = gap_between(real, made);
  out.findings.push_back({what + ", gap",
                          gap.macro_f1,
                          "1",
                          gap.interval,
                          real.groups,
                          "at most " + fixed(kGapGoal, 2),
                          gap.macro_f1 <= kGapGoal ? Verdict::holds : Verdict::falls_short,
                          {}});
}

}  // namespace

std::vector<Section> prove_realism(const std::vector<replay::SampleTrack>& gym,
                                   const std::vector<replay::SampleTrack>& people,
                                   std::uint64_t seed,
                                   const std::function<void(double)>& progress) {
  Section looks{"Looks real",
                "A classifier told to separate recorded from simulated windows of 2 s "
                "(accelerometer of the watch), on sessions or people it has not seen.",
                {}};
  Section useful{"Is useful",
                 "Trained on simulated people only and tested on recorded ones, against trained on "
                 "recorded others. Intervals: sessions or people drawn with replacement.",
                 {}};
  const auto part = [&](double from, double to) {
    return [&progress, from, to](double share) {
      if (progress) progress(from + share * (to - from));
    };
  };
  if (!gym.empty()) {
    const auto shared = shared_exercises(gym);
    const Windows recorded = gym_windows(gym);
    add("gym, exercises that both have", "session",
        discriminate(only(recorded, shared),
                     only(simulated_gym_windows(gym, 1, seed, part(0, 0.15)), shared)),
        looks);
    const Windows simulated = simulated_gym_windows(gym, kTrainSessions, seed + 1, part(0.15, 0.5));
    const auto known = in_two_groups(recorded);
    add("gym, macro-F1 trained on recorded others, every label of two sessions or more",
        leave_one_group_out(only(recorded, known)), "leave one session out; ", useful);
    std::set<std::string> both{""};
    std::set_intersection(known.begin(), known.end(), shared.begin(), shared.end(),
                          std::inserter(both, both.end()));
    compare("gym, the " + std::to_string(both.size()) + " of them that the world has",
            only(simulated, both), only(recorded, both), "leave one session out", useful);
  }
  if (!people.empty()) {
    const Windows recorded = people_windows(people);
    const Windows simulated = simulated_people_windows(people, 1, seed, part(0.5, 0.6));
    for (const char* label : {"WALKING", "SEATED"}) {
      add(std::string("sp-sw-har, ") + label, "person",
          discriminate(only(recorded, {label}), only(simulated, {label})), looks);
    }
    compare("sp-sw-har, watch",
            simulated_people_windows(people, kTrainPeople, seed + 1, part(0.6, 0.8)), recorded,
            "leave one person out", useful);
  }
  if (progress) progress(1);
  return {looks, useful};
}

}  // namespace gauntlet::calibration
