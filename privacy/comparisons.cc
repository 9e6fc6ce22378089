#include "privacy/comparisons.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "reports/statistics/distributions.h"

namespace gauntlet::privacy {
namespace {

struct Weighted {
  double score = 0;
  std::size_t person = 0, record = 0;
  double weight = 1;
};

// Scores of both kinds, ascending, each comparison as often as its two people were drawn.
struct Pools {
  std::vector<Weighted> genuine, impostor;
  void weigh(const std::vector<double>& times) {
    for (Weighted& w : genuine) w.weight = times[w.person];
    for (Weighted& w : impostor) w.weight = times[w.person] * times[w.record];
  }
};

Pools pools_of(const Comparisons& c) {
  Pools pools;
  for (const Probe& p : c.probes) {
    CHECK(p.scores.size() == c.people && p.person < c.people, p.scores.size(), p.person);
    for (std::size_t r = 0; r < c.people; ++r) {
      (r == p.person ? pools.genuine : pools.impostor).push_back({p.scores[r], p.person, r});
    }
  }
  const auto by_score = [](const Weighted& a, const Weighted& b) { return a.score < b.score; };
  std::stable_sort(pools.genuine.begin(), pools.genuine.end(), by_score);
  std::stable_sort(pools.impostor.begin(), pools.impostor.end(), by_score);
  return pools;
}

double total(const std::vector<Weighted>& w) {
  double sum = 0;
  for (const Weighted& x : w) sum += x.weight;
  return sum;
}

struct Rates {
  double equal_error = 0, area = 0, miss = 0;
};

// One pass from the lowest threshold to the highest.
Rates rates_of(const Pools& pools, double false_match_rate) {
  const double genuine = total(pools.genuine), impostor = total(pools.impostor);
  Rates out;
  std::size_t g = 0, i = 0;
  double below_g = 0, below_i = 0;  // weight at or below the threshold
  double miss_before = 0, match_before = 1;
  bool crossed = false, strict = false;
  while (g < pools.genuine.size() || i < pools.impostor.size()) {
    double t = g < pools.genuine.size() ? pools.genuine[g].score : pools.impostor[i].score;
    if (i < pools.impostor.size()) t = std::min(t, pools.impostor[i].score);
    double at_g = 0, at_i = 0;
    for (; g < pools.genuine.size() && pools.genuine[g].score == t; ++g) {
      at_g += pools.genuine[g].weight;
    }
    for (; i < pools.impostor.size() && pools.impostor[i].score == t; ++i) {
      at_i += pools.impostor[i].weight;
    }
    out.area += at_g * (below_i + at_i / 2);
    below_g += at_g;
    below_i += at_i;
    const double miss = below_g / genuine, match = 1 - below_i / impostor;
    if (!crossed && miss >= match) {
      crossed = true;
      // Where the straight line between the two operating points has equal errors.
      const double gap_before = match_before - miss_before, gap = match - miss;
      const double share = gap_before == gap ? 0 : gap_before / (gap_before - gap);
      out.equal_error = miss_before + share * (miss - miss_before);
    }
    if (!strict && match <= false_match_rate) {
      strict = true;
      out.miss = miss;
    }
    miss_before = miss;
    match_before = match;
  }
  out.area /= genuine * impostor;
  return out;
}

// One number a person: the mean over that person's probes.
template <class PerProbe>
Estimate over_people(const Comparisons& c, const PerProbe& value_of) {
  std::vector<double> sum(c.people), count(c.people), means;
  for (const Probe& p : c.probes) {
    CHECK(p.scores.size() == c.people && p.person < c.people, p.scores.size(), p.person);
    sum[p.person] += value_of(p);
    ++count[p.person];
  }
  for (std::size_t i = 0; i < c.people; ++i) {
    if (count[i] > 0) means.push_back(sum[i] / count[i]);
  }
  return share_over_people(means);
}

// The bootstrap's standard error of the log-odds, with Student's t over people: rates near their
// end are skewed, and percentiles of them covered 92 % instead of 95.
std::optional<reports::Interval> log_odds_interval(double value,
                                                   const std::vector<double>& replicates,
                                                   std::size_t people) {
  if (replicates.size() < 2) return std::nullopt;
  const double n = static_cast<double>(people), half = 0.5 / n;
  const auto log_odds = [half](double x) { return std::log((x + half) / (1 - x + half)); };
  std::vector<double> odds;
  for (const double r : replicates) odds.push_back(log_odds(r));
  const double reach =
      reports::student_t_quantile(0.975, n - 1) * reports::estimate_mean(odds).standard_deviation;
  const auto back = [half](double y) {
    const double odds_of = std::exp(y);
    return std::clamp((odds_of * (1 + half) - half) / (1 + odds_of), 0.0, 1.0);
  };
  const double centre = log_odds(value);
  return reports::Interval{back(centre - reach), back(centre + reach)};
}

bool exactly_one_above(const Probe& p, double threshold) {
  return std::count_if(p.scores.begin(), p.scores.end(),
                       [threshold](double s) { return s > threshold; }) == 1;
}

}  // namespace

Estimate complement(const Estimate& e) {
  Estimate out{1 - e.value, {}};
  if (e.interval) out.interval = {1 - e.interval->hi, 1 - e.interval->lo};
  return out;
}

Estimate share_over_people(std::span<const double> shares) {
  const auto m = reports::estimate_mean(shares);
  Estimate out{m.mean, m.interval};
  const bool one_trial_each =
      std::all_of(shares.begin(), shares.end(), [](double s) { return s == 0 || s == 1; });
  if (m.n > 1 && one_trial_each) {
    const auto k = static_cast<std::uint64_t>(std::count(shares.begin(), shares.end(), 1.0));
    out.interval = reports::clopper_pearson_interval(k, m.n);
  } else if (out.interval) {
    out.interval->lo = std::max(0.0, out.interval->lo);
    out.interval->hi = std::min(1.0, out.interval->hi);
  }
  return out;
}

Verification verification(const Comparisons& c, const sim::RandomStream& stream,
                          double false_match_rate, int replicates) {
  CHECK(c.people >= 2 && !c.probes.empty() && replicates > 0, c.people, replicates);
  Pools pools = pools_of(c);
  const Rates all = rates_of(pools, false_match_rate);
  std::vector<double> equal_error, area, miss;
  sim::RandomStream random = stream;
  for (int r = 0; r < replicates; ++r) {
    std::vector<double> times(c.people, 0);
    for (std::size_t i = 0; i < c.people; ++i) ++times[random.below(c.people)];
    pools.weigh(times);
    // One person, drawn each time, is nobody's impostor.
    if (total(pools.genuine) == 0 || total(pools.impostor) == 0) continue;
    const Rates rates = rates_of(pools, false_match_rate);
    equal_error.push_back(rates.equal_error);
    area.push_back(rates.area);
    miss.push_back(rates.miss);
  }
  const auto between = [&](double value, const std::vector<double>& v) {
    return log_odds_interval(value, v, c.people);
  };
  Verification out;
  out.false_match_rate = false_match_rate;
  out.equal_error_rate = {all.equal_error, between(all.equal_error, equal_error)};
  out.area_under_curve = {all.area, between(all.area, area)};
  out.miss_rate = {all.miss, between(all.miss, miss)};
  return out;
}

Estimate linkability(const Comparisons& c, std::size_t candidates) {
  CHECK(candidates >= 2 && candidates <= c.people, candidates, c.people);
  return over_people(c, [&](const Probe& p) {
    const double genuine = p.scores[p.person];
    std::size_t below = 0;
    for (const double s : p.scores) below += s < genuine ? 1 : 0;
    // All of candidates - 1 impostors among those below: C(below, n) / C(people - 1, n).
    double chance = 1;
    for (std::size_t i = 0; i + 1 < candidates; ++i) {
      if (below <= i) return 0.0;
      chance *= static_cast<double>(below - i) / static_cast<double>(c.people - 1 - i);
    }
    return chance;
  });
}

Estimate singled_out(const Comparisons& c, double threshold) {
  return over_people(c,
                     [&](const Probe& p) { return exactly_one_above(p, threshold) ? 1.0 : 0.0; });
}

double best_threshold(const Comparisons& calibration) {
  // Exactly one above t: t between the largest and the second largest score of a probe. The best t
  // lies in most of these gaps.
  std::vector<std::pair<double, int>> edges;
  for (const Probe& p : calibration.probes) {
    CHECK(p.scores.size() >= 2);
    std::vector<double> s = p.scores;
    std::partial_sort(s.begin(), s.begin() + 2, s.end(), std::greater<>());
    if (s[0] == s[1]) continue;
    edges.push_back({s[1], 1});
    edges.push_back({s[0], -1});
  }
  std::sort(edges.begin(), edges.end());
  int open = 0, most = -1;
  double best = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    open += edges[i].second;
    if (open > most && edges[i + 1].first > edges[i].first) {
      most = open;
      best = (edges[i].first + edges[i + 1].first) / 2;
    }
  }
  return best;
}

double d_prime(const Comparisons& c) {
  double sum[2] = {0, 0}, squares[2] = {0, 0}, n[2] = {0, 0};
  for (const Probe& p : c.probes) {
    for (std::size_t r = 0; r < c.people; ++r) {
      const int genuine = r == p.person ? 1 : 0;
      sum[genuine] += p.scores[r];
      ++n[genuine];
    }
  }
  CHECK(n[0] > 1 && n[1] > 1, n[0], n[1]);
  const double mean[2] = {sum[0] / n[0], sum[1] / n[1]};
  for (const Probe& p : c.probes) {
    for (std::size_t r = 0; r < c.people; ++r) {
      const int genuine = r == p.person ? 1 : 0;
      const double d = p.scores[r] - mean[genuine];
      squares[genuine] += d * d;
    }
  }
  const double variance = (squares[0] / (n[0] - 1) + squares[1] / (n[1] - 1)) / 2;
  return variance > 0 ? (mean[1] - mean[0]) / std::sqrt(variance) : 0;
}

}  // namespace gauntlet::privacy
