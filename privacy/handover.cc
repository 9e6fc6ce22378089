#include "privacy/handover.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/check.h"

namespace gauntlet::privacy {
namespace {

constexpr double kFollowedShare = 0.9;

std::vector<SeenSession> looks_of(std::span<const Segment> segments) {
  std::vector<SeenSession> out;
  for (const Segment& s : segments) out.push_back({s.trace, s.seen});
  return out;
}

// How far the next message is from the beat of those before, in beats, -1/2 … 1/2.
double off_beat(const Segment& before, const Segment& after) {
  const double beats = (after.begin_s - before.end_s) / before.beat_s;
  return beats - std::round(beats);
}

struct Pair {
  double score;
  std::size_t before, after;
};

bool possible(const Segment& before, const Segment& after, double silent_s_max) {
  return after.begin_s > before.end_s && after.begin_s - before.end_s <= silent_s_max;
}

template <class Score>
std::vector<std::size_t> best_first(std::span<const Segment> segments, double silent_s_max,
                                    const Score& score) {
  std::vector<Pair> pairs;
  for (std::size_t a = 0; a < segments.size(); ++a) {
    for (std::size_t b = 0; b < segments.size(); ++b) {
      if (!possible(segments[a], segments[b], silent_s_max)) continue;
      pairs.push_back({score(segments[a], segments[b]), a, b});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
    if (x.score != y.score) return x.score > y.score;
    return x.before != y.before ? x.before < y.before : x.after < y.after;
  });
  std::vector<std::size_t> next(segments.size(), segments.size());
  std::vector<bool> taken(segments.size());
  for (const Pair& p : pairs) {
    if (next[p.before] != segments.size() || taken[p.after]) continue;
    next[p.before] = p.after;
    taken[p.after] = true;
  }
  return next;
}

// Segments of each trace, in order of time.
std::map<std::size_t, std::vector<std::size_t>> traces_of(std::span<const Segment> segments) {
  std::map<std::size_t, std::vector<std::size_t>> traces;
  for (std::size_t i = 0; i < segments.size(); ++i) traces[segments[i].trace].push_back(i);
  for (auto& [trace, at] : traces) {
    std::stable_sort(at.begin(), at.end(), [&](std::size_t a, std::size_t b) {
      return segments[a].begin_s < segments[b].begin_s;
    });
  }
  return traces;
}

}  // namespace

std::vector<std::size_t> joined_at_random(std::span<const Segment> segments, double silent_s_max,
                                          sim::RandomStream random) {
  return best_first(segments, silent_s_max,
                    [&random](const Segment&, const Segment&) { return random.uniform(); });
}

PseudonymObserver::PseudonymObserver(std::span<const Segment> training)
    : looks_(looks_of(training)) {
  std::vector<double> off;
  for (const auto& [trace, at] : traces_of(training)) {
    for (std::size_t i = 0; i + 1 < at.size(); ++i) {
      const Segment& before = training[at[i]];
      if (before.beat_s > 0) off.push_back(std::abs(off_beat(before, training[at[i + 1]])));
    }
  }
  if (off.empty()) return;
  // From the median, as a lost message now and then is no reason to doubt the beat; a phase that is
  // anywhere has its median at 1/4 and an sd beyond this bound.
  const double sd = 1.4826 * reports::quantile_in_place(off, 0.5);
  constexpr double kKept = 0.25, kFinest = 1e-3;
  if (sd < kKept) beat_sd_ = std::max(sd, kFinest);
}

double PseudonymObserver::score(const Segment& before, const Segment& after) const {
  double nats = looks_.score(before.seen, 1, after.seen);
  if (beat_sd_ > 0 && before.beat_s > 0) {
    // Normal about the beat if it is the same device, anywhere between two beats if not. A message
    // late by a lost packet is no proof of another device: one in twenty may be anywhere.
    const double off = off_beat(before, after) / beat_sd_;
    const double density = std::exp(-off * off / 2) / (beat_sd_ * std::sqrt(2 * std::acos(-1.0)));
    nats += std::log(0.95 * density + 0.05);
  }
  return nats;
}

std::vector<std::size_t> PseudonymObserver::join(std::span<const Segment> segments,
                                                 double silent_s_max) const {
  return best_first(segments, silent_s_max,
                    [this](const Segment& a, const Segment& b) { return score(a, b); });
}

Followed judge_following(std::span<const Segment> segments, std::span<const std::size_t> next) {
  CHECK(next.size() == segments.size(), next.size(), segments.size());
  Followed out;
  std::uint64_t traced = 0, confused = 0;
  for (const auto& [trace, at] : traces_of(segments)) {
    ++out.traces;
    double all_s = 0, followed_s = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      all_s += segments[at[i]].end_s - segments[at[i]].begin_s;
      if (i + 1 == at.size()) continue;
      ++out.changes;
      confused += next[at[i]] != at[i + 1] ? 1 : 0;
    }
    // Joins go forward in time, so a walk along them ends.
    for (std::size_t s = at.front(); s < segments.size(); s = next[s]) {
      if (segments[s].trace == trace) followed_s += segments[s].end_s - segments[s].begin_s;
    }
    traced += followed_s >= kFollowedShare * all_s ? 1 : 0;
  }
  CHECK(out.traces > 0);
  out.traceability = static_cast<double>(traced) / static_cast<double>(out.traces);
  if (out.changes > 0) {
    out.confusions_per_change = static_cast<double>(confused) / static_cast<double>(out.changes);
  }
  return out;
}

}  // namespace gauntlet::privacy
