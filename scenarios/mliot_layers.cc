#include "scenarios/mliot_layers.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "core/learn/device_selection.h"
#include "reports/statistics/paired.h"
#include "sim/engine/random.h"

namespace gauntlet::scenarios {
namespace {

using Answers = std::vector<std::uint32_t>;

// On a machine of speed 1 (the nearest one), a window of 2 s: in the order of what each does.
double cost_ms(const std::string& member) {
  constexpr std::array<std::pair<const char*, double>, 7> kCosts{{{"ridge", 2},
                                                                  {"svm", 2},
                                                                  {"boosted", 6},
                                                                  {"mlp", 10},
                                                                  {"forest", 15},
                                                                  {"rbf", 20},
                                                                  {"knn", 50}}};
  const auto at = std::ranges::find(kCosts, member, [](const auto& c) { return c.first; });
  return at == kCosts.end() ? 10 : at->second;
}

double accuracy_of(const learn::Dataset& d, const Answers& answers) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < d.size(); ++i) right += answers[i] == d.label[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(d.size());
}

std::optional<reports::Interval> interval_of(const learn::Dataset& d, const Answers& answers) {
  std::vector<double> right(d.groups.size()), all(d.groups.size());
  for (std::size_t i = 0; i < d.size(); ++i) {
    right[d.group[i]] += answers[i] == d.label[i] ? 1 : 0;
    all[d.group[i]] += 1;
  }
  return reports::bootstrap_interval(d.groups.size(), [&](auto drawn) {
    double r = 0, n = 0;
    for (const std::size_t g : drawn) {
      r += right[g];
      n += all[g];
    }
    return r / n;
  });
}

LayerRow row_of(const learn::Dataset& d, std::string layer, const Answers& answers) {
  LayerRow row;
  row.layer = std::move(layer);
  row.accuracy = accuracy_of(d, answers);
  row.interval = interval_of(d, answers);
  return row;
}

struct Member {
  std::string name;
  learn::HeldOut held_out;
  // Squared macro-F1 on the windows of the other rounds, by round: as an ensemble weighs its
  // members.
  std::vector<double> weight;
};

double worth(const learn::Dataset& d, const learn::Folds& folds, const Member& m,
             std::uint32_t without) {
  std::vector<std::uint32_t> truth, answers;
  for (std::size_t i = 0; i < d.size(); ++i) {
    if (folds.fold[i] == without) continue;
    truth.push_back(d.label[i]);
    answers.push_back(m.held_out.answers[i]);
  }
  const double f1 = learn::evaluate(truth, answers, d.classes.size(), {}).macro_f1;
  return std::max(f1 * f1, 1e-3);
}

Answers vote(const learn::Dataset& d, const learn::Folds& folds, const std::vector<Member>& members,
             std::span<const std::size_t> admitted) {
  const std::size_t classes = d.classes.size();
  std::vector<float> p(d.size() * classes);
  for (std::size_t i = 0; i < d.size(); ++i) {
    for (const std::size_t m : admitted) {
      const auto weight = static_cast<float>(members[m].weight[folds.fold[i]]);
      for (std::size_t c = 0; c < classes; ++c) {
        p[i * classes + c] += weight * members[m].held_out.probabilities[i * classes + c];
      }
    }
  }
  return learn::likeliest(p, classes);
}

learn::ClassifierOptions one_of(const learn::ClassifierOptions& ensemble, const std::string& name) {
  learn::ClassifierOptions o = ensemble;
  o.kind = learn::classifier_named(name).value();
  o.stages = 1;
  return o;
}

void judge_machines(const learn::Dataset& d, const learn::Folds& folds,
                    const std::vector<Member>& members, std::vector<LayerRow>& rows) {
  std::vector<learn::ServedModel> served;
  for (const Member& m : members) {
    double mean = 0;
    for (const double w : m.weight) mean += w / static_cast<double>(m.weight.size());
    served.push_back({m.name, cost_ms(m.name), mean});
  }
  const learn::DeviceSelection selection(learn::published_machines(), served);
  constexpr double kBestEffort = std::numeric_limits<double>::infinity();
  for (const double threshold_ms : {kBestEffort, 105.0, 65.0, 30.0, 15.0, 8.0, 4.0}) {
    const std::string layer =
        threshold_ms == kBestEffort
            ? "best effort"
            : "within " + std::to_string(static_cast<int>(threshold_ms)) + " ms";
    const auto chosen = selection.select(threshold_ms);
    if (!chosen) {
      rows.push_back({layer, "", {}, std::nullopt, 0, std::nullopt});
      continue;
    }
    LayerRow row = row_of(d, layer, vote(d, folds, members, chosen->models));
    row.machine = selection.machines()[chosen->machine].name;
    for (const std::size_t m : chosen->models) row.models.push_back(members[m].name);
    row.latency_ms = chosen->latency_ms;
    rows.push_back(std::move(row));
  }
}

// The windows of one round in their order, each answered and perhaps corrected.
void correct(const learn::Dataset& d, const learn::Folds& folds, std::uint32_t fold,
             const learn::ClassifierOptions& ensemble, const LayerOptions& o, Answers& answers) {
  std::vector<learn::FeedbackEnsemble::Make> make;
  for (const std::string& name : ensemble.members) {
    learn::ClassifierOptions member = one_of(ensemble, name);
    member.searched = false;  // trained again and again: with what it was given
    make.emplace_back([member] { return learn::make_classifier(member); });
  }
  learn::FeedbackEnsemble asked(std::move(make), o.feedback);
  std::vector<std::uint32_t> others;
  for (std::uint32_t i = 0; i < d.size(); ++i) {
    if (folds.fold[i] != fold) others.push_back(i);
  }
  asked.fit(d, others);
  sim::RandomStream random(static_cast<std::uint64_t>(o.seed), "feedback/" + std::to_string(fold));
  std::vector<float> p(d.classes.size());
  for (std::size_t i = 0; i < d.size(); ++i) {
    if (folds.fold[i] != fold) continue;
    asked.probabilities(d.window(i), p);
    answers[i] = learn::likeliest(p, p.size())[0];
    if (answers[i] != d.label[i] && random.chance(o.corrected)) {
      asked.correct(d.window(i), d.label[i]);
    }
  }
}

}  // namespace

void LayerOptions::describe(OptionVisitor& v) {
  v.flag("judged", judged, "also judge the choice of machines and corrective feedback");
  v.number("corrected", corrected, {0, 1}, "1", "chance that a wrong answer is corrected");
  v.table("feedback", feedback, "how corrections are learned from");
  v.integer("seed", seed, {0, 9e15}, "", "of the corrections");
}

std::vector<LayerRow> judge_layers(const learn::Dataset& d, const learn::Folds& folds,
                                   const learn::ClassifierOptions& ensemble, const LayerOptions& o,
                                   unsigned threads, const std::function<void(double)>& progress) {
  std::vector<Member> members;
  const double parts = static_cast<double>(2 * ensemble.members.size());
  for (const std::string& name : ensemble.members) {
    const double done = static_cast<double>(members.size()) / parts;
    Member m{name,
             learn::cross_validate(
                 d, folds, [&] { return learn::make_classifier(one_of(ensemble, name)); }, threads,
                 [&](double share) {
                   if (progress) progress(done + share / parts);
                 }),
             {}};
    for (std::uint32_t f = 0; f < folds.count; ++f) m.weight.push_back(worth(d, folds, m, f));
    members.push_back(std::move(m));
  }
  std::vector<LayerRow> rows;
  for (const Member& m : members) {
    rows.push_back(row_of(d, "alone", m.held_out.answers));
    rows.back().models = {m.name};
  }
  judge_machines(d, folds, members, rows);
  Answers answers(d.size());
  learn::for_each_fold(
      folds.count, threads,
      [&](std::uint32_t fold) { correct(d, folds, fold, ensemble, o, answers); },
      [&](double share) {
        if (progress) progress(0.5 + share / 2);
      });
  rows.push_back(row_of(d, "all, equal votes, corrected", answers));
  rows.back().models = ensemble.members;
  return rows;
}

}  // namespace gauntlet::scenarios
