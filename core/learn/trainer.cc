#include "core/learn/trainer.h"

#include <algorithm>
#include <thread>

#include "core/base/check.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

std::vector<float> all_features(const FeatureSet& set, std::span<const float> windows,
                                std::size_t count, std::size_t threads) {
  const std::size_t size = windows.size() / count;
  std::vector<float> out(count * set.size());
  const auto share = [&](std::size_t t) {
    FeatureScratch scratch;
    for (std::size_t i = t; i < count; i += threads) {
      extract(set, windows.data() + i * size, scratch, out.data() + i * set.size());
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t t = 1; t < threads; ++t) helpers.emplace_back(share, t);
  share(0);
  for (std::thread& h : helpers) h.join();
  return out;
}

template <class T>
std::size_t index_of(const std::vector<T>& sorted, const T& value) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) -
                                  sorted.begin());
}

template <class T>
std::vector<T> sorted_unique(std::vector<T> v) {
  std::sort(v.begin(), v.end());
  v.erase(std::unique(v.begin(), v.end()), v.end());
  return v;
}

std::size_t best(const float* p, std::size_t n) {
  return static_cast<std::size_t>(std::max_element(p, p + n) - p);
}

}  // namespace

// Labels as numbers, folds, and the results of the heads.
struct Trainer::Sets {
  std::vector<std::string> classes;
  std::vector<std::uint32_t> labels, folds;
  std::size_t fold_count = 0;
  FeatureSet features;
  std::vector<float> rows;

  RidgeFit fit(const std::vector<std::uint32_t>& targets, std::size_t outputs,
               const std::vector<std::uint8_t>& use, const TrainerOptions& o) const {
    RidgeProblem p;
    p.rows = rows;
    p.features = features.size();
    p.labels = targets;
    p.classes = outputs;
    p.folds = folds;
    p.fold_count = fold_count;
    p.use = use;
    RidgeOptions r;
    r.balance = o.balance;
    r.threads = static_cast<unsigned>(o.threads);
    return fit_ridge(p, r);
  }
};

void TrainerOptions::describe(OptionVisitor& v) {
  v.integer("features", features, {84, 20000}, "1", "MiniRocket features, in multiples of 84");
  v.flag("statistics", statistics, "six plain figures per channel beside them");
  v.flag("two_stage", two_stage, "decide exercise or not first, then which");
  v.integer("folds", folds, {2, 1000}, "1",
            "rounds of leaving people out; as many as there are people: leave one out");
  v.number("balance", balance, {0, 1}, "1",
           "0 counts windows alike, 1 counts classes alike, between them a compromise");
  v.integer("seed", seed, {0, 9e15}, "1", "of channel subsets and example windows");
  v.integer("threads", threads, {1, 64}, "1", "the result does not depend on it");
}

Trainer::Trainer(TrainerOptions options, double rate_hz, std::uint32_t length,
                 std::uint32_t channels)
    : options_(options), rate_hz_(rate_hz), length_(length), channels_(channels) {
  CHECK(options_.threads >= 1 && options_.threads <= 64, options_.threads);
}

void Trainer::add(std::span<const float> window, std::string_view label, std::uint32_t group) {
  CHECK(window.size() == static_cast<std::size_t>(length_) * channels_, window.size());
  windows_.insert(windows_.end(), window.begin(), window.end());
  labels_.emplace_back(label);
  groups_.push_back(group);
}

Result<Training> Trainer::train(std::map<std::string, std::string> provenance) const {
  Sets s;
  s.classes = sorted_unique(labels_);
  if (s.classes.size() < 2 || !s.classes.front().empty()) {
    return Error{"bad_classes", "windows of no exercise and of at least one exercise are needed"};
  }
  if (options_.two_stage && s.classes.size() < 3) {
    return Error{"bad_classes", "two stages need at least two exercises"};
  }
  const std::vector<std::uint32_t> people = sorted_unique(groups_);
  s.fold_count = std::min(people.size(), static_cast<std::size_t>(options_.folds));
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    s.labels.push_back(static_cast<std::uint32_t>(index_of(s.classes, labels_[i])));
    s.folds.push_back(static_cast<std::uint32_t>(index_of(people, groups_[i]) % s.fold_count));
  }
  s.features.statistics = options_.statistics;
  s.features.minirocket =
      fit_minirocket(windows_, length_, channels_, static_cast<std::size_t>(options_.features),
                     static_cast<std::uint64_t>(options_.seed));
  s.rows = all_features(s.features, windows_, labels_.size(),
                        static_cast<std::size_t>(options_.threads));

  const std::size_t classes = s.classes.size();
  const std::vector<std::uint8_t> everyone(labels_.size(), 1);
  std::vector<RidgeFit> fits;
  std::vector<std::uint32_t> answers(labels_.size());
  if (!options_.two_stage) {
    fits.push_back(s.fit(s.labels, classes, everyone, options_));
    for (std::size_t i = 0; i < answers.size() && s.fold_count >= 2; ++i) {
      answers[i] = static_cast<std::uint32_t>(best(fits[0].held_out.data() + i * classes, classes));
    }
  } else {
    std::vector<std::uint32_t> gate(labels_.size()), exercise(labels_.size());
    std::vector<std::uint8_t> exercising(labels_.size());
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      exercising[i] = s.labels[i] > 0 ? 1 : 0;
      gate[i] = exercising[i];
      exercise[i] = s.labels[i] > 0 ? s.labels[i] - 1 : 0;
    }
    fits.push_back(s.fit(gate, 2, everyone, options_));
    fits.push_back(s.fit(exercise, classes - 1, exercising, options_));
    for (std::size_t i = 0; i < answers.size() && s.fold_count >= 2; ++i) {
      // As Model::classify does it: the best of P(NULL) and P(exercise) P(which | exercise).
      std::span gate_scores(fits[0].held_out.data() + i * 2, 2);
      std::span which(fits[1].held_out.data() + i * (classes - 1), classes - 1);
      softmax(gate_scores, fits[0].inverse_temperature);
      softmax(which, fits[1].inverse_temperature);
      const std::size_t b = best(which.data(), which.size());
      answers[i] =
          which[b] * gate_scores[1] > gate_scores[0] ? static_cast<std::uint32_t>(b + 1) : 0;
    }
  }

  Model::Parts parts;
  parts.rate_hz = rate_hz_;
  parts.features = s.features;
  parts.classes = s.classes;
  parts.provenance = std::move(provenance);
  std::vector<double> lambdas;
  for (RidgeFit& f : fits) {
    parts.heads.push_back({std::move(f.weights), std::move(f.bias), f.inverse_temperature});
    lambdas.push_back(f.lambda);
  }
  Evaluation held_out;
  if (s.fold_count >= 2) {
    held_out = evaluate(s.labels, answers, classes, groups_);
    held_out.split = s.fold_count == people.size()
                         ? "leave-one-person-out"
                         : std::to_string(s.fold_count) + " folds of people";
  }
  return Training{Model(std::move(parts)), std::move(held_out), std::move(lambdas)};
}

}  // namespace gauntlet::learn
