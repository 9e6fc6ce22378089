#include "reports/metrics/sets.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

namespace {

// More pairs first, then less lag.
struct Score {
  std::uint32_t pairs = 0;
  std::int64_t lag_ns = 0;
  bool better_than(const Score& o) const {
    return pairs != o.pairs ? pairs > o.pairs : lag_ns < o.lag_ns;
  }
};

bool may_match(HostTime completed, HostTime shown) {
  return shown >= completed - kShownEarly && shown <= completed + kShownLate;
}

std::int64_t distance_ns(HostTime a, HostTime b) { return std::llabs((a - b).count()); }

// The set that a repetition shown at `at` belongs to: the last one that had begun.
MatchedSet* set_under_way(std::vector<MatchedSet>& sets, HostTime at) {
  auto it = std::upper_bound(sets.begin(), sets.end(), at, [](HostTime t, const MatchedSet& s) {
    return t < s.begin - kShownEarly;
  });
  if (it == sets.begin()) return nullptr;
  --it;
  return at <= it->end + kShownLate ? &*it : nullptr;
}

void announce(MatchedSets& out, HostTime at) {
  for (MatchedSet& s : out.sets) {
    if (at < s.begin - kAnnouncedEarly || at > s.end) continue;
    if (!s.announced || at < *s.announced) s.announced = at;
    return;
  }
  ++out.spoofed_sets;
}

void set_lag_quantiles(std::string_view prefix, std::vector<double>& lags, std::string_view why_not,
                       MetricValues& out) {
  const std::string name(prefix);
  for (const auto& [suffix, p] : {std::pair{".p50", 0.5}, std::pair{".p95", 0.95}}) {
    if (lags.empty()) {
      out.set_missing(name + suffix, why_not);
    } else {
      out.set(name + suffix, quantile_in_place(lags, p), lags.size());
    }
  }
}

void measure_display(const MatchedSets& matched, MetricValues& out) {
  std::vector<double> lags;
  std::uint64_t done = 0;
  for (const MatchedSet& s : matched.sets) {
    done += s.completed.size();
    for (const MatchedRepetition& m : s.matches) lags.push_back(m.lag_ms);
  }
  const std::string_view none = "no repetition was matched";
  for (const auto& [name, limit_ms] :
       {std::pair{"lag.within_100ms", 100.0}, std::pair{"lag.within_250ms", 250.0},
        std::pair{"lag.within_750ms", 750.0}}) {
    const auto within = std::count_if(lags.begin(), lags.end(),
                                      [limit = limit_ms](double lag) { return lag <= limit; });
    out.set_share(name, static_cast<std::uint64_t>(within), lags.size(), none);
  }
  out.set_share("reps.matched_share", lags.size(), done, "no repetition was done");
  set_lag_quantiles("lag.display_ms", lags, none, out);
}

void measure_detection(const MatchedSets& matched, MetricValues& out) {
  std::vector<double> lags;
  for (const MatchedSet& s : matched.sets) {
    if (s.announced) lags.push_back(to_ms(*s.announced - s.begin));
  }
  out.set_share("sets.detected_share", lags.size(), matched.sets.size(), "no set was done");
  out.set_count("sets.spoofed", matched.spoofed_sets);
  set_lag_quantiles("lag.detection_ms", lags, "no set was detected", out);
}

void measure_counts(const MatchedSets& matched, MetricValues& out) {
  std::uint64_t exact = 0, within1 = 0, error = 0;
  std::uint64_t n = 0;
  for (const MatchedSet& s : matched.sets) {
    // A recorded set, of which nobody wrote down when each repetition was done.
    if (s.completed.empty()) continue;
    ++n;
    const auto difference =
        static_cast<std::int64_t>(s.shown.size()) - static_cast<std::int64_t>(s.completed.size());
    const auto off = static_cast<std::uint64_t>(std::llabs(difference));
    exact += off == 0;
    within1 += off <= 1;
    error += off;
  }
  out.set_share("reps.exact", exact, n, "no set was done");
  out.set_share("reps.within1", within1, n, "no set was done");
  out.set_share("reps.mae", error, n, "no set was done");
  out.set_count("reps.spoofed", matched.spoofed.size());
  out.set_share("reps.spoofed_share", matched.spoofed.size(), matched.shown,
                "no repetition was shown");
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> match_in_order(
    const std::vector<HostTime>& completed, const std::vector<HostTime>& shown) {
  const std::size_t rows = completed.size(), columns = shown.size();
  // best[i][j]: of the first i completed and the first j shown.
  std::vector<std::vector<Score>> best(rows + 1, std::vector<Score>(columns + 1));
  const auto paired = [&](std::size_t i, std::size_t j) {
    const Score& before = best[i - 1][j - 1];
    return Score{before.pairs + 1, before.lag_ns + distance_ns(completed[i - 1], shown[j - 1])};
  };
  for (std::size_t i = 1; i <= rows; ++i) {
    for (std::size_t j = 1; j <= columns; ++j) {
      Score score = best[i - 1][j];
      if (best[i][j - 1].better_than(score)) score = best[i][j - 1];
      if (may_match(completed[i - 1], shown[j - 1]) && paired(i, j).better_than(score)) {
        score = paired(i, j);
      }
      best[i][j] = score;
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = rows, j = columns; i > 0 && j > 0;) {
    if (!best[i][j].better_than(best[i - 1][j])) {
      --i;
    } else if (!best[i][j].better_than(best[i][j - 1])) {
      --j;
    } else {
      out.emplace_back(--i, --j);
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

MatchedSets match_sets(const RunRecord& record) {
  MatchedSets out;
  const TrueHostClock& clock = record.truth.host_clock;
  for (const TrueSet& t : record.truth.sets) {
    MatchedSet s;
    s.truth = &t;
    s.begin = clock.to_host(t.begin);
    s.end = clock.to_host(t.end);
    for (const WorldTime r : t.repetitions) s.completed.push_back(clock.to_host(r));
    out.sets.push_back(std::move(s));
  }
  std::sort(out.sets.begin(), out.sets.end(), [](const MatchedSet& a, const MatchedSet& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  for (const Shown& e : record.events.shown) {
    if (e.kind == Shown::Kind::set_started) announce(out, e.at);
    if (e.kind != Shown::Kind::repetition) continue;
    ++out.shown;
    MatchedSet* s = set_under_way(out.sets, e.at);
    (s ? s->shown : out.spoofed).push_back(e.at);
  }
  for (MatchedSet& s : out.sets) {
    std::sort(s.shown.begin(), s.shown.end());
    for (const auto& [i, j] : match_in_order(s.completed, s.shown)) {
      s.matches.push_back({i, s.shown[j], to_ms(s.shown[j] - s.completed[i])});
    }
  }
  return out;
}

void measure_sets(const MatchedSets& matched, MetricValues& out) {
  measure_detection(matched, out);
  measure_display(matched, out);
  measure_counts(matched, out);
}

}  // namespace gauntlet::reports
