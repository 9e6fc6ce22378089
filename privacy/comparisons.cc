#include "privacy/comparisons.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::privacy {
namespace {

struct Weighted {
  double score;
  double weight;
};

// Scores of both kinds, each comparison as often as its two people were drawn.
struct Pools {
  std::vector<Weighted> genuine, impostor;
};

Pools pools_of(const Comparisons& c, const std::vector<double>& times) {
  Pools pools;
  for (const Probe& p : c.probes) {
    CHECK(p.scores.size() == c.people && p.person < c.people, p.scores.size(), p.person);
    if (times[p.person] == 0) continue;
    for (std::size_t r = 0; r < c.people; ++r) {
      const double weight = times[p.person] * (r == p.person ? 1 : times[r]);
      if (weight == 0) continue;
      (r == p.person ? pools.genuine : pools.impostor).push_back({p.scores[r], weight});
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
  const auto m = reports::estimate_mean(means);
  Estimate out{m.mean, m.interval};
  if (m.n > 1 && (m.mean == 0 || m.mean == 1)) {
    // All alike: Student's interval would be a point, as if more people could not differ.
    out.interval = reports::clopper_pearson_interval(m.mean == 0 ? 0 : m.n, m.n);
  } else if (out.interval) {
    out.interval->lo = std::max(0.0, out.interval->lo);
    out.interval->hi = std::min(1.0, out.interval->hi);
  }
  return out;
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

Verification verification(const Comparisons& c, const sim::RandomStream& stream,
                          double false_match_rate, int replicates) {
  CHECK(c.people >= 2 && !c.probes.empty() && replicates > 0, c.people, replicates);
  const Rates all = rates_of(pools_of(c, std::vector<double>(c.people, 1)), false_match_rate);
  std::vector<double> equal_error, area, miss;
  sim::RandomStream random = stream;
  for (int r = 0; r < replicates; ++r) {
    std::vector<double> times(c.people, 0);
    for (std::size_t i = 0; i < c.people; ++i) ++times[random.below(c.people)];
    const Pools pools = pools_of(c, times);
    if (pools.genuine.empty() || pools.impostor.empty()) continue;  // one person, drawn each time
    const Rates rates = rates_of(pools, false_match_rate);
    equal_error.push_back(rates.equal_error);
    area.push_back(rates.area);
    miss.push_back(rates.miss);
  }
  const auto between = [](std::vector<double>& v) {
    return reports::Interval{reports::quantile_in_place(v, 0.025),
                             reports::quantile_in_place(v, 0.975)};
  };
  Verification out;
  out.false_match_rate = false_match_rate;
  out.equal_error_rate = {all.equal_error, between(equal_error)};
  out.area_under_curve = {all.area, between(area)};
  out.miss_rate = {all.miss, between(miss)};
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
