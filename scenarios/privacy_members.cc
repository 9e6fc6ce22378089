#include <algorithm>
#include <cmath>
#include <limits>

#include "privacy/attributes.h"
#include "privacy/membership.h"
#include "privacy/residual_risk.h"
#include "reports/statistics/paired.h"
#include "scenarios/privacy_attacks.h"

namespace gauntlet::scenarios {
namespace {

using privacy::Attributed;
using privacy::Estimate;
using privacy::RowSums;

// Windows of people as rows of ridge regression, scaled by the attacker's own people.
class Rows {
 public:
  explicit Rows(const AttackScene& scene) : scene_(scene) {
    for (std::size_t p = 0; p < scene.known; ++p) {
      for (std::size_t s = 0; s < scene.each; ++s) {
        for (const StoredWindow& w : scene.session(p, s).windows) note(w);
      }
    }
    CHECK(count_ > 1, count_);
    for (std::size_t f = 0; f < mean_.size(); ++f) {
      mean_[f] /= count_;
      sd_[f] = std::sqrt(std::max(0.0, sd_[f] / count_ - mean_[f] * mean_[f]));
    }
  }
  std::size_t features() const { return mean_.size(); }
  std::vector<double> scaled(const StoredWindow& w) const {
    std::vector<double> row;
    for (std::size_t f = 0; f < mean_.size(); ++f) {
      row.push_back(sd_[f] > 0 ? (static_cast<double>(w.seen[f]) - mean_[f]) / sd_[f] : 0);
    }
    return row;
  }
  RowSums none() const { return RowSums(features(), kDoings); }
  RowSums of(std::size_t person, std::size_t from, std::size_t to) const {
    RowSums sums = none();
    for (std::size_t s = from; s < to; ++s) {
      for (const StoredWindow& w : scene_.session(person, s).windows) {
        sums.add(scaled(w), static_cast<std::size_t>(w.doing));
      }
    }
    return sums;
  }
  RowSums enrolled(std::size_t person) const { return of(person, 0, scene_.each - 1); }
  RowSums probe(std::size_t person) const { return of(person, scene_.each - 1, scene_.each); }

 private:
  void note(const StoredWindow& w) {
    mean_.resize(w.seen.size());
    sd_.resize(w.seen.size());
    for (std::size_t f = 0; f < w.seen.size(); ++f) {
      const double x = static_cast<double>(w.seen[f]);
      mean_[f] += x;
      sd_[f] += x * x;
    }
    ++count_;
  }
  const AttackScene& scene_;
  std::vector<double> mean_, sd_;
  double count_ = 0;
};

constexpr std::size_t kShadows = 200, kCalibration = 1000, kAttacked = 1000;

// A person's canary: one row far outside of everything, its label by a coin.
RowSums canary(const Rows& rows, sim::RandomStream random) {
  constexpr double kFar = 30;
  std::vector<double> row(rows.features());
  double squares = 0;
  for (double& x : row) {
    x = random.normal();
    squares += x * x;
  }
  for (double& x : row) x *= kFar / std::sqrt(squares);
  RowSums sums = rows.none();
  sums.add(row, random.below(kDoings));
  return sums;
}

privacy::Membership attack(const AttackScene& scene, const Rows& rows, bool planted) {
  std::vector<RowSums> people, asked;
  const auto stream = scene.root.child("members");
  for (std::size_t p = 0; p < scene.all(); ++p) {
    people.push_back(rows.enrolled(p));
    asked.push_back(people.back());
    if (!planted) continue;
    asked.back() = canary(rows, stream.child("canary/" + std::to_string(p)));
    people.back().add(asked.back());
  }
  return privacy::attack_members(
      privacy::train_on_halves(people, asked, kShadows + kCalibration + kAttacked,
                               scene.options.privacy.model_penalty, stream),
      {kShadows, kCalibration});
}

Estimate lower_bound(double epsilon) {
  return {epsilon, reports::Interval{epsilon, std::numeric_limits<double>::infinity()}};
}

struct Attribute {
  const char* name;
  std::function<bool(const sim::PersonOptions&)> above;
};

std::vector<Attribute> attributes(const AttackScene& scene) {
  std::vector<double> ages, skills;
  for (std::size_t p = 0; p < scene.known; ++p) {
    ages.push_back(scene.run.who[p].body.age_years);
    skills.push_back(scene.run.who[p].dynamics.proficiency);
  }
  const double age = reports::quantile_in_place(ages, 0.5);
  const double skill = reports::quantile_in_place(skills, 0.5);
  return {{"sex", [](const auto& p) { return p.body.sex == sim::Sex::female; }},
          {"age", [age](const auto& p) { return p.body.age_years > age; }},
          {"proficiency", [skill](const auto& p) { return p.dynamics.proficiency > skill; }}};
}

std::vector<double> mean_stored(const AttackScene& scene, std::size_t person) {
  std::vector<double> mean(scene.session(person, 0).stored.size());
  for (std::size_t s = 0; s < scene.each; ++s) {
    for (std::size_t f = 0; f < mean.size(); ++f) {
      mean[f] += scene.session(person, s).stored[f] / static_cast<double>(scene.each);
    }
  }
  return mean;
}

// Parameters of a model of the person's cluster: of those people in it who are on this side of the
// line between the attacker's own and the others.
std::vector<double> cluster_model(const AttackScene& scene, const std::vector<RowSums>& people,
                                  std::size_t person) {
  const bool own = person < scene.known;
  RowSums sums = people[person].nothing();
  for (std::size_t p = own ? 0 : scene.known; p < (own ? scene.known : scene.all()); ++p) {
    if (scene.run.cluster[p] == scene.run.cluster[person]) sums.add(people[p]);
  }
  return sums.fit(scene.options.privacy.model_penalty);
}

privacy::Share guessed_right(const std::vector<Attributed>& everybody, std::size_t known,
                             bool use_seen) {
  const auto all = std::span(everybody);
  const privacy::AttributeGuesser guesser(all.first(known), use_seen);
  privacy::Share out;
  for (const Attributed& a : all.subspan(known)) {
    out.k += guesser.guess(a.cluster, a.seen) == a.value ? 1 : 0;
    ++out.n;
  }
  return out;
}

Estimate shown(const privacy::ResidualRisk& r) {
  return {r.risk, reports::Interval{std::max(-1.0, r.interval.lo), r.interval.hi}};
}

// Largest score wins; a tie is broken by a coin.
double chance_of_own(const std::vector<double>& scores, std::size_t own) {
  const double most = *std::max_element(scores.begin(), scores.end());
  const auto alike = std::count(scores.begin(), scores.end(), most);
  return scores[own] == most ? 1 / static_cast<double>(alike) : 0;
}

// How far the scores of the known people are to be trusted as likelihoods: the factor under which
// their own records are likeliest.
double trust_in(const privacy::Comparisons& known) {
  double best = 1, most = -std::numeric_limits<double>::infinity();
  for (const double factor :
       {1. / 256, 1. / 128, 1. / 64, 1. / 32, 1. / 16, 1. / 8, 1. / 4, .5, 1.}) {
    double nats = 0;
    for (const privacy::Probe& p : known.probes) {
      const double top = *std::max_element(p.scores.begin(), p.scores.end());
      double sum = 0;
      for (const double s : p.scores) sum += std::exp(factor * (s - top));
      nats += factor * (p.scores[p.person] - top) - std::log(sum);
    }
    if (nats > most) {
      most = nats;
      best = factor;
    }
  }
  return best;
}

}  // namespace

void find_members(const AttackScene& scene, const AddFinding& add) {
  const Rows rows(scene);
  const auto m = attack(scene, rows, false), planted = attack(scene, rows, true);
  const auto row = [&](const char* id, const std::string& what, const char* unit,
                       const Estimate& measured, const Estimate& control, std::uint64_t n,
                       double baseline, const char* of) {
    Finding f{"A5", "M9", what, unit, measured, n, baseline, of, control};
    f.id = id;
    f.remedy = "a larger penalty (model_penalty), more people, or noise in training";
    add(f);
  };
  using reports::to_text;
  row("M9", "advantage in telling who is in a model's training set", "share", m.advantage,
      planted.advantage, m.attacked, 0, "chance");
  row("M9 at 1e-2",
      "members found at a false-positive rate of 0.01 (it was " + to_text(m.false_at_1e2) + ")",
      "share", m.hits_at_1e2, planted.hits_at_1e2, m.members, 1e-2, "false-positive rate");
  row("M9 at 1e-3",
      "members found at a false-positive rate of 0.001 (it was " + to_text(m.false_at_1e3) + ")",
      "share", m.hits_at_1e3, planted.hits_at_1e3, m.members, 1e-3, "false-positive rate");
  row("M9 epsilon",
      "epsilon of one training run, people as canaries (" + std::to_string(m.audit.right) +
          " right of " + std::to_string(m.audit.guesses) + " guesses)",
      "nat", lower_bound(m.epsilon), lower_bound(planted.epsilon),
      static_cast<std::uint64_t>(m.audit.canaries), 0, "none refuted");
}

void infer_attributes(const AttackScene& scene, const AddFinding& add) {
  const Rows rows(scene);
  std::vector<RowSums> people;
  for (std::size_t p = 0; p < scene.all(); ++p) people.push_back(rows.of(p, 0, scene.each));
  for (const bool model : {false, true}) {
    std::vector<std::vector<double>> seen;
    for (std::size_t p = 0; p < scene.all(); ++p) {
      seen.push_back(model ? cluster_model(scene, people, p) : mean_stored(scene, p));
    }
    for (const Attribute& attribute : attributes(scene)) {
      std::vector<Attributed> everybody, planted;
      for (std::size_t p = 0; p < scene.all(); ++p) {
        const std::size_t value = attribute.above(scene.run.who[p]) ? 1 : 0;
        everybody.push_back({scene.run.cluster[p], value, seen[p]});
        sim::RandomStream random =
            scene.root.child(std::string("planted/") + attribute.name + std::to_string(p));
        planted.push_back(
            {scene.run.cluster[p], value, {6 * static_cast<double>(value) + random.normal()}});
      }
      const auto control = guessed_right(everybody, scene.known, false);
      const auto right = guessed_right(everybody, scene.known, true);
      Finding f{model ? "A5" : "A3", "M10"};
      f.what = std::string(attribute.name) + ", from " +
               (model ? "the parameters of the cluster's model" : "cluster and stored rows") +
               " (right " + std::to_string(right.k) + " of " + std::to_string(right.n) +
               ", by the cluster " + std::to_string(control.k) + ")";
      f.id = std::string("M10 ") + f.adversary + " " + attribute.name;
      f.unit = "residual risk";
      f.measured = shown(privacy::residual_risk(right, control));
      f.n = right.n;
      f.baseline_of = "cluster only";
      f.planted = shown(privacy::residual_risk(guessed_right(planted, scene.known, true), control));
      f.remedy = control.k == control.n ? "the cluster alone tells it: fewer and larger clusters"
                                        : "noise, or features instead of rows";
      add(f);
    }
  }
}

Estimate collude(const AttackScene& scene, const privacy::Comparisons& stored,
                 const privacy::Comparisons& calibration, const AddFinding& add) {
  constexpr std::size_t kModels = 100;
  const Rows rows(scene);
  std::vector<RowSums> enrolled, probes;
  for (std::size_t p = 0; p < scene.all(); ++p) {
    enrolled.push_back(rows.enrolled(p));
    probes.push_back(rows.probe(p));
  }
  const auto t =
      privacy::train_on_halves(enrolled, probes, kShadows + kModels,
                               scene.options.privacy.model_penalty, scene.root.child("collude"));
  // Loss of each new session under the shadows, whoever was in them; and how far, in its sds, being
  // in lowers it, from the attacker's own people.
  std::vector<double> mean(t.people), sd(t.people);
  double apart = 0;
  for (std::size_t p = 0; p < t.people; ++p) {
    double squares = 0, in = 0, out = 0, n_in = 0;
    for (std::size_t m = 0; m < kShadows; ++m) mean[p] += t.figure[m * t.people + p] / kShadows;
    for (std::size_t m = 0; m < kShadows; ++m) {
      const double x = t.figure[m * t.people + p];
      squares += (x - mean[p]) * (x - mean[p]);
      (t.members[m * t.people + p] ? in : out) += x;
      n_in += t.members[m * t.people + p];
    }
    sd[p] = std::sqrt(squares / (kShadows - 1));
    if (p < scene.known && sd[p] > 0 && n_in > 0 && n_in < kShadows) {
      apart += (out / (kShadows - n_in) - in / n_in) / sd[p] / static_cast<double>(scene.known);
    }
  }
  const double trust = trust_in(calibration);
  const std::size_t people = scene.people();
  std::vector<double> by_ingest, by_model(people), by_both(people), by_planted(people);
  for (std::size_t p = 0; p < people; ++p) {
    std::vector<double> scores = stored.probes[p].scores;
    CHECK(stored.probes[p].person == p, p);
    by_ingest.push_back(chance_of_own(scores, p));
    for (std::size_t m = kShadows; m < kShadows + kModels; ++m) {
      const std::size_t row = m * t.people + scene.known, self = scene.known + p;
      const double off = sd[self] > 0 ? apart * (mean[self] - t.figure[row + p]) / sd[self] : 0;
      const double certain = t.members[row + p] ? 1e3 : -1e3;
      std::vector<double> alone(people), fused(people), planted(people);
      for (std::size_t r = 0; r < people; ++r) {
        const double side = t.members[row + r] ? 0.5 : -0.5;
        alone[r] = side * off;
        fused[r] = trust * scores[r] + alone[r];
        planted[r] = trust * scores[r] + side * certain;
      }
      by_model[p] += chance_of_own(alone, p) / kModels;
      by_both[p] += chance_of_own(fused, p) / kModels;
      by_planted[p] += chance_of_own(planted, p) / kModels;
    }
  }
  const auto both = privacy::share_over_people(by_both);
  const double ingest = privacy::share_over_people(by_ingest).value;
  const double model = privacy::share_over_people(by_model).value;
  const auto& better = ingest >= model ? by_ingest : by_model;
  const auto increment = [&](const std::vector<double>& fused) {
    std::vector<double> more;
    for (std::size_t p = 0; p < people; ++p) more.push_back(fused[p] - better[p]);
    return Estimate{reports::estimate_mean(more).mean, reports::bootstrap_mean_interval(more)};
  };
  Finding f{"A6", "M11"};
  f.what = "more sessions linked by ingest and model together (both " +
           reports::to_text(both.value) + ", ingest " + reports::to_text(ingest) + ", model " +
           reports::to_text(model) + ")";
  f.id = "M11";
  f.unit = "share";
  f.measured = increment(by_both);
  f.n = people;
  f.baseline_of = "the better alone";
  f.planted = increment(by_planted);
  f.remedy = "ingest must not know whose records train a model; a larger penalty";
  add(f);
  return both;
}

Estimate usefulness(const AttackScene& scene) {
  const Rows rows(scene);
  RowSums sums = rows.none();
  for (std::size_t p = 0; p < scene.known; ++p) sums.add(rows.of(p, 0, scene.each));
  const auto weights = sums.fit(scene.options.privacy.model_penalty);
  // Of each person: done, called and both, class by class.
  std::vector<std::vector<double>> counts;
  for (std::size_t p = scene.known; p < scene.all(); ++p) {
    auto& c = counts.emplace_back(3 * kDoings);
    for (std::size_t s = 0; s < scene.each; ++s) {
      for (const StoredWindow& w : scene.session(p, s).windows) {
        auto row = rows.scaled(w);
        row.push_back(1);
        std::vector<double> scores(kDoings);
        for (std::size_t f = 0; f < row.size(); ++f) {
          for (std::size_t k = 0; k < kDoings; ++k) scores[k] += row[f] * weights[f * kDoings + k];
        }
        const auto called = static_cast<std::size_t>(
            std::max_element(scores.begin(), scores.end()) - scores.begin());
        const auto done = static_cast<std::size_t>(w.doing);
        ++c[done];
        ++c[kDoings + called];
        if (called == done) ++c[2 * kDoings + done];
      }
    }
  }
  const auto macro_f1 = [&counts](std::span<const std::size_t> people) {
    double f1 = 0, present = 0;
    for (std::size_t k = 0; k < kDoings; ++k) {
      double done = 0, called = 0, right = 0;
      for (const std::size_t p : people) {
        done += counts[p][k];
        called += counts[p][kDoings + k];
        right += counts[p][2 * kDoings + k];
      }
      if (done == 0) continue;
      ++present;
      f1 += 2 * right / (done + called);
    }
    return present > 0 ? f1 / present : 0;
  };
  std::vector<std::size_t> everybody;
  for (std::size_t p = 0; p < counts.size(); ++p) everybody.push_back(p);
  return {macro_f1(everybody), reports::bootstrap_interval(counts.size(), macro_f1)};
}

}  // namespace gauntlet::scenarios
