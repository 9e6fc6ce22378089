#include <algorithm>
#include <cmath>

#include "privacy/handover.h"
#include "scenarios/privacy_attacks.h"

namespace gauntlet::scenarios {
namespace {

using privacy::Segment;
using Log = TrafficLog SessionView::*;

constexpr int kArrangements = 20;
constexpr std::size_t kFewestMessages = 4;
constexpr double kPlantedSd = 6;

double median_gap(std::span<const double> at_s) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < at_s.size(); ++i) gaps.push_back(at_s[i] - at_s[i - 1]);
  return reports::quantile_in_place(gaps, 0.5);
}

// The beat is measured over the whole segment: the median says how many beats that is.
double beat_of(std::span<const double> at_s) {
  const double rough = median_gap(at_s), length = at_s.back() - at_s.front();
  return rough > 0 ? length / std::max(1.0, std::round(length / rough)) : 0;
}

Segment segment_of(std::size_t trace, std::span<const double> at_s, std::span<const double> bytes,
                   double offset_s) {
  double mean = 0, squares = 0, most = 0;
  const double n = static_cast<double>(bytes.size());
  for (const double b : bytes) {
    mean += b / n;
    most = std::max(most, b);
  }
  for (const double b : bytes) squares += (b - mean) * (b - mean) / n;
  const double beat = beat_of(at_s);
  return {trace,
          at_s.front() + offset_s,
          at_s.back() + offset_s,
          beat,
          {mean, std::sqrt(squares), most, beat}};
}

// Cuts one log at every change of the pseudonym; what would be sent in a silence is not.
void cut(const TrafficLog& log, std::size_t trace, double offset_s, const PrivacyOptions& options,
         sim::RandomStream& random, std::vector<Segment>& out) {
  double until_s = random.uniform(0, options.pseudonym_s), from_s = 0;
  std::size_t i = 0;
  while (i < log.at_s.size()) {
    while (i < log.at_s.size() && log.at_s[i] < from_s) ++i;
    const std::size_t first = i;
    while (i < log.at_s.size() && log.at_s[i] < until_s) ++i;
    if (i - first >= kFewestMessages) {
      out.push_back(segment_of(trace, std::span(log.at_s).subspan(first, i - first),
                               std::span(log.bytes).subspan(first, i - first), offset_s));
    }
    from_s = until_s + random.uniform(0, options.silent_s);
    until_s = from_s + options.pseudonym_s;
  }
}

// One session of each of these people, begun within one session's length.
std::vector<Segment> arrange(const AttackScene& scene, Log log, std::size_t first, std::size_t last,
                             bool planted, sim::RandomStream random) {
  std::vector<Segment> out;
  for (std::size_t p = first; p < last; ++p) {
    const std::size_t begin = out.size();
    const double offset_s = random.uniform(0, session_length_s(scene.options));
    const double own = kPlantedSd * random.normal();
    cut(scene.session(p, random.below(scene.each)).*log, p, offset_s, scene.options.privacy, random,
        out);
    for (std::size_t i = begin; i < out.size(); ++i) {
      const double mark = random.normal();
      if (planted) out[i].seen.push_back(own + mark);
    }
  }
  return out;
}

struct Arrangements {
  std::vector<double> traceability, joined;
  std::uint64_t changes = 0;
  void add(const privacy::Followed& f) {
    traceability.push_back(f.traceability);
    joined.push_back(1 - f.confusions_per_change);
    changes += f.changes;
  }
};

// Where every arrangement gave the same 0 or 1 nothing spreads, and what says how sure that is are
// the people.
privacy::Estimate estimate(const std::vector<double>& values, std::size_t people) {
  const auto m = reports::estimate_mean(values);
  privacy::Estimate out{m.mean, m.interval};
  if (m.standard_deviation == 0 && (m.mean == 0 || m.mean == 1)) {
    out.interval = reports::clopper_pearson_interval(m.mean == 0 ? 0 : people, people);
    return out;
  }
  if (out.interval) {
    out.interval->lo = std::max(0.0, out.interval->lo);
    out.interval->hi = std::min(1.0, out.interval->hi);
  }
  return out;
}

}  // namespace

void follow_pseudonyms(const AttackScene& scene, const AddFinding& add) {
  const PrivacyOptions& options = scene.options.privacy;
  for (const auto& [adversary, log, what] :
       {std::tuple{"A1", &SessionView::radio_log, "radio"},
        std::tuple{"A2", &SessionView::network_log, "uploads"}}) {
    const auto stream = scene.root.child(std::string("handover/") + what);
    Arrangements followed, planted, random;
    for (const bool plant : {false, true}) {
      // The attacker's own people, arranged often, so that silences and looks are learned well.
      std::vector<Segment> own;
      for (std::size_t r = 0; r < 4; ++r) {
        auto more =
            arrange(scene, log, 0, scene.known, plant, stream.child("own/" + std::to_string(r)));
        for (Segment& s : more) s.trace += r * scene.known;
        own.insert(own.end(), more.begin(), more.end());
      }
      std::vector<std::size_t> traces;
      for (const Segment& s : own) traces.push_back(s.trace);
      std::sort(traces.begin(), traces.end());
      traces.erase(std::unique(traces.begin(), traces.end()), traces.end());
      if (traces.size() < 2 || own.size() < 2 * traces.size()) return;  // nothing ever changes
      const privacy::PseudonymObserver observer(own);
      for (int r = 0; r < kArrangements; ++r) {
        const auto name = std::to_string(r);
        const auto segments =
            arrange(scene, log, scene.known, scene.all(), plant, stream.child(name));
        // The last message before a change may be a beat old, and the first after it a beat late.
        double reach_s = options.silent_s;
        for (const Segment& s : segments)
          reach_s = std::max(reach_s, options.silent_s + 3 * s.beat_s);
        const auto next = observer.join(segments, reach_s);
        (plant ? planted : followed).add(judge_following(segments, next));
        if (plant) continue;
        random.add(judge_following(
            segments,
            privacy::joined_at_random(segments, reach_s, stream.child("random/" + name))));
      }
    }
    Finding f{adversary, "M6"};
    f.what = std::string("stays of which 90 % are followed across pseudonyms, ") + what +
             " (confusions per change " +
             reports::to_text(1 - estimate(followed.joined, scene.people()).value) +
             ", by chance " + reports::to_text(1 - estimate(random.joined, scene.people()).value) +
             ")";
    f.id = std::string("M6 ") + adversary;
    f.unit = "share";
    f.measured = estimate(followed.traceability, scene.people());
    f.n = followed.traceability.size() * scene.people();
    f.baseline = estimate(random.traceability, scene.people()).value;
    f.baseline_of = "random assignment";
    f.planted = estimate(planted.traceability, scene.people());
    f.remedy = "longer silences (silent_s); after each, a new phase of the messages' beat";
    add(f);
    f.what = std::string("changes of a pseudonym seen through, ") + what;
    f.id += " changes";
    f.measured = estimate(followed.joined, scene.people());
    f.n = followed.changes;
    f.baseline = estimate(random.joined, scene.people()).value;
    f.planted = estimate(planted.joined, scene.people());
    add(f);
  }
}

}  // namespace gauntlet::scenarios
