#include "campaign/detection.h"

#include <algorithm>
#include <set>

#include "reports/statistics/paired.h"

namespace gauntlet::campaign {
namespace {

using reports::DetectorScores;

constexpr std::size_t kThresholds = 96;
constexpr std::uint32_t kResamples = 400;

// Of one person: how many windows score above each threshold.
struct Exceedance {
  std::vector<double> above;
  double n = 0;
};

Exceedance exceedance(const std::vector<double>& scores, const std::vector<double>& thresholds) {
  std::vector<double> sorted = scores;
  std::sort(sorted.begin(), sorted.end());
  Exceedance e{{}, static_cast<double>(sorted.size())};
  for (const double t : thresholds) {
    const auto at = std::upper_bound(sorted.begin(), sorted.end(), t);
    e.above.push_back(static_cast<double>(sorted.end() - at));
  }
  return e;
}

// From the highest to below the lowest, as many in the clean tail as in its body.
std::vector<double> thresholds_of(std::vector<double> clean, std::vector<double> attacked) {
  std::set<double, std::greater<>> out;
  const auto add = [&out](std::vector<double>& x, bool tail) {
    constexpr std::size_t kThird = kThresholds / 3;
    for (std::size_t k = 0; k < kThird; ++k) {
      const double p = static_cast<double>(k) / static_cast<double>(kThird - 1);
      const double rest = 1 - p;
      out.insert(reports::quantile_in_place(x, tail ? 1 - rest * rest * rest * rest : p));
    }
  };
  add(clean, false);
  add(clean, true);
  add(attacked, false);
  out.insert(std::min(*std::min_element(clean.begin(), clean.end()),
                      *std::min_element(attacked.begin(), attacked.end())) -
             1);
  return {out.begin(), out.end()};
}

// Hits against false alarms of the people drawn, threshold by threshold.
class Curve {
 public:
  Curve(const std::vector<Exceedance>& attacked, const std::vector<Exceedance>& clean,
        std::span<const std::size_t> drawn) {
    const std::size_t n = attacked.front().above.size();
    std::vector<double> hit(n), wrong(n);
    double hits = 0, wrongs = 0;
    for (const std::size_t person : drawn) {
      hits += attacked[person].n;
      wrongs += clean[person].n;
      for (std::size_t k = 0; k < n; ++k) {
        hit[k] += attacked[person].above[k];
        wrong[k] += clean[person].above[k];
      }
    }
    for (std::size_t k = 0; k < n; ++k) {
      hits_.push_back(hits > 0 ? hit[k] / hits : 0);
      wrong_.push_back(wrongs > 0 ? wrong[k] / wrongs : 0);
    }
  }
  // Straight between thresholds: what is equal counts half.
  double area() const {
    double sum = 0, x = 0, y = 0;
    for (std::size_t k = 0; k < hits_.size(); ++k) {
      sum += (wrong_[k] - x) * 0.5 * (hits_[k] + y);
      x = wrong_[k];
      y = hits_[k];
    }
    return sum;
  }
  double hits_at(double false_alarms) const {
    double best = 0;
    for (std::size_t k = 0; k < hits_.size(); ++k) {
      if (wrong_[k] <= false_alarms) best = std::max(best, hits_[k]);
    }
    return best;
  }

 private:
  std::vector<double> hits_, wrong_;
};

DetectorResult detector_of(const std::string& name,
                           const std::vector<const DetectorScores*>& attacked,
                           const std::vector<const DetectorScores*>& clean) {
  DetectorResult out;
  out.name = name;
  std::vector<double> all_clean, all_attacked, delays;
  for (const DetectorScores* d : clean) {
    all_clean.insert(all_clean.end(), d->clean.begin(), d->clean.end());
    out.clean_alarms += d->clean_alarms;
    out.clean_h += d->clean_s / 3600;
  }
  for (const DetectorScores* d : attacked) {
    all_attacked.insert(all_attacked.end(), d->attacked.begin(), d->attacked.end());
    out.noticed += d->noticed;
    out.attacks += d->attacks;
    if (d->noticed > 0) delays.push_back(d->delay_s / static_cast<double>(d->noticed));
  }
  const reports::Interval alarms = reports::poisson_interval(out.clean_alarms);
  out.alarms_per_h = {alarms.lo / out.clean_h, alarms.hi / out.clean_h};
  out.noticed_interval = reports::clopper_pearson_interval(out.noticed, out.attacks);
  if (!delays.empty()) out.delay_s = reports::estimate_mean(delays);
  // Nothing is noticed before it begins.
  if (out.delay_s && out.delay_s->interval) {
    out.delay_s->interval->lo = std::max(0.0, out.delay_s->interval->lo);
  }
  const std::vector<double> thresholds = thresholds_of(all_clean, all_attacked);
  std::vector<Exceedance> hits, wrongs;
  std::vector<std::size_t> everybody;
  for (std::size_t i = 0; i < std::min(attacked.size(), clean.size()); ++i) {
    hits.push_back(exceedance(attacked[i]->attacked, thresholds));
    wrongs.push_back(exceedance(clean[i]->clean, thresholds));
    everybody.push_back(i);
  }
  const auto interval = [&](const std::function<double(const Curve&)>& figure) {
    return reports::bootstrap_interval(
        everybody.size(),
        [&](std::span<const std::size_t> drawn) { return figure(Curve(hits, wrongs, drawn)); },
        0.95, kResamples);
  };
  const Curve curve(hits, wrongs, everybody);
  out.area = curve.area();
  out.area_interval = interval([](const Curve& c) { return c.area(); });
  for (const double at : kFalseAlarms) {
    out.roc.push_back(
        {at, curve.hits_at(at), interval([at](const Curve& c) { return c.hits_at(at); })});
  }
  return out;
}

}  // namespace

std::vector<DetectorResult> detectors_of(const std::vector<PersonScores>& attacked,
                                         const std::vector<PersonScores>& clean) {
  std::set<std::string> names;
  for (const PersonScores& p : attacked) {
    for (const auto& [name, d] : p) names.insert(name);
  }
  std::vector<DetectorResult> out;
  for (const std::string& name : names) {
    // People in whose run it had nothing to score are no evidence either way.
    std::vector<const DetectorScores*> hit, calm;
    for (const PersonScores& p : attacked) {
      const auto it = p.find(name);
      if (it != p.end() && !it->second.attacked.empty() && it->second.attacks > 0) {
        hit.push_back(&it->second);
      }
    }
    for (const PersonScores& p : clean) {
      const auto it = p.find(name);
      if (it != p.end() && it->second.clean_s > 0) calm.push_back(&it->second);
    }
    if (!hit.empty() && !calm.empty()) out.push_back(detector_of(name, hit, calm));
  }
  return out;
}

std::vector<StageResult> stages_of(const std::vector<reports::SeedResult>& runs) {
  std::vector<StageResult> out;
  for (const char* stage : {"sensor", "link", "intake", "guard", "classifier", "services"}) {
    StageResult s{stage, false, std::nullopt};
    double n = 0, sum = 0;
    for (const reports::SeedResult& run : runs) {
      const auto* should = run.values.find("attack.should_stop." + s.stage);
      s.should |= should && should->value && *should->value > 0;
      const auto* stopped = run.values.find("attack.stopped." + s.stage);
      if (!stopped || !stopped->value) continue;
      sum += *stopped->value;
      ++n;
    }
    if (n > 0) s.stopped = sum / n;
    if (n > 0 || s.should) out.push_back(s);
  }
  return out;
}

Result<std::vector<PersonScores>> CleanLives::of(const std::vector<Trial>& hours, Trials& trials) {
  std::string key;
  for (const Trial& t : hours) {
    key += t.scenario + "\n" + std::to_string(t.seed) + "\n";
    for (const std::string& set : t.set) key += set + "\n";
  }
  if (const auto it = known_.find(key); it != known_.end()) return it->second;
  std::vector<PersonScores> scores(hours.size());
  const auto done = trials.each_whole(hours, [&](std::size_t i, const scenarios::SeedRun& run) {
    scores[i] = reports::detector_scores(*run.record);
  });
  if (!done) return done.error();
  known_[key] = scores;
  return scores;
}

}  // namespace gauntlet::campaign
