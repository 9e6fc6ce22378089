#include "privacy/person_scorer.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/check.h"

namespace gauntlet::privacy {
namespace {

struct Record {
  std::vector<double> mean;
  std::size_t sessions = 0;
};

std::map<std::size_t, Record> records_of(std::span<const SeenSession> sessions) {
  std::map<std::size_t, Record> records;
  for (const SeenSession& s : sessions) {
    Record& r = records[s.person];
    r.mean.resize(s.seen.size());
    ++r.sessions;
    for (std::size_t f = 0; f < s.seen.size(); ++f) r.mean[f] += s.seen[f];
  }
  for (auto& [person, r] : records) {
    for (double& m : r.mean) m /= static_cast<double>(r.sessions);
  }
  return records;
}

}  // namespace

PersonScorer::PersonScorer(std::span<const SeenSession> training) {
  const auto records = records_of(training);
  const double people = static_cast<double>(records.size());
  const double sessions = static_cast<double>(training.size());
  CHECK(people >= 2 && sessions > people, people, sessions);
  features_.resize(training.front().seen.size());
  for (std::size_t f = 0; f < features_.size(); ++f) {
    double mean = 0, inside = 0, outside = 0;
    for (const auto& [person, r] : records) mean += r.mean[f] / people;
    for (const SeenSession& s : training) {
      CHECK(s.seen.size() == features_.size(), s.seen.size(), features_.size());
      const double d = s.seen[f] - records.at(s.person).mean[f];
      inside += d * d;
    }
    for (const auto& [person, r] : records) {
      outside += (r.mean[f] - mean) * (r.mean[f] - mean);
    }
    // Analysis of variance: means of k sessions spread by the people's variance + within / k.
    const double within = inside / (sessions - people);
    const double between = outside / (people - 1) - within * people / sessions;
    features_[f] = {mean, std::max(0.0, between), within};
  }
}

double PersonScorer::score(std::span<const double> record, std::size_t sessions,
                           std::span<const double> probe) const {
  CHECK(record.size() == features_.size() && probe.size() == features_.size() && sessions > 0);
  double sum = 0;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const Feature& x = features_[f];
    if (x.between <= 0) continue;
    // A feature that never varies within a person is not trusted beyond the sixth digit.
    const double within = std::max(x.within, 1e-12 * x.between);
    const double noise = within / static_cast<double>(sessions);
    const double gain = x.between / (x.between + noise);
    const double other = x.between + within, same = within + gain * noise;
    const double off = probe[f] - x.mean, miss = off - gain * (record[f] - x.mean);
    sum += (std::log(other / same) + off * off / other - miss * miss / same) / 2;
  }
  return sum;
}

std::size_t PersonScorer::telling() const {
  return static_cast<std::size_t>(std::count_if(features_.begin(), features_.end(),
                                                [](const Feature& x) { return x.between > 0; }));
}

Comparisons compare(const PersonScorer& scorer, std::span<const SeenSession> enrolled,
                    std::span<const SeenSession> probes) {
  const auto records = records_of(enrolled);
  Comparisons out;
  out.people = records.size();
  for (const SeenSession& p : probes) {
    const auto own = records.find(p.person);
    CHECK(own != records.end(), p.person);
    Probe& probe = out.probes.emplace_back();
    probe.person = static_cast<std::size_t>(std::distance(records.begin(), own));
    for (const auto& [person, r] : records) {
      probe.scores.push_back(scorer.score(r.mean, r.sessions, p.seen));
    }
  }
  return out;
}

}  // namespace gauntlet::privacy
