#include "core/learn/classifier.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/learn/boosted.h"
#include "core/learn/classic.h"
#include "core/learn/cross_validation.h"
#include "core/learn/minirocket.h"
#include "core/learn/plain_features.h"
#include "core/learn/ridge.h"
#include "core/learn/staged.h"
#include "core/learn/train_network.h"

namespace gauntlet::learn {
namespace {

using Rows = std::span<const std::uint32_t>;

constexpr std::array<std::string_view, 11> kNames{"minirocket", "cnn", "lstm",   "mlp",
                                                  "knn",        "svm", "forest", "ensemble",
                                                  "ridge",      "rbf", "boosted"};
constexpr std::uint32_t kInnerFolds = 3;

std::uint64_t seed_of(const ClassifierOptions& o) { return static_cast<std::uint64_t>(o.seed); }

// Inner folds keep groups whole, as the outer ones do.
std::vector<std::uint32_t> inner_folds(const Dataset& data, Rows rows) {
  std::vector<std::uint32_t> groups;
  for (const std::uint32_t i : rows) groups.push_back(data.group[i]);
  std::vector<std::uint32_t> sorted = groups;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (std::uint32_t& g : groups) {
    g = static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), g) -
                                   sorted.begin()) %
        kInnerFolds;
  }
  return groups;
}

std::vector<std::uint32_t> labels_of(const Dataset& data, Rows rows) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t i : rows) out.push_back(data.label[i]);
  return out;
}

class RocketRidge final : public WindowClassifier {
 public:
  explicit RocketRidge(const ClassifierOptions& o) : options_(o) {}

  void fit(const Dataset& data, Rows rows) override {
    std::vector<float> windows;
    for (const std::uint32_t i : rows) {
      const auto w = data.window(i);
      windows.insert(windows.end(), w.begin(), w.end());
    }
    channels_ = data.channels;
    rate_hz_ = data.rate_hz;
    rocket_ = fit_minirocket(windows, data.length, data.channels,
                             static_cast<std::size_t>(options_.features), seed_of(options_));
    const std::size_t size = rocket_.features() + plain_feature_count(channels_);
    values_.resize(size);
    std::vector<float> values;
    for (const std::uint32_t i : rows) {
      extract_all(data.window(i));
      values.insert(values.end(), values_.begin(), values_.end());
    }
    const auto labels = labels_of(data, rows), folds = inner_folds(data, rows);
    const std::vector<std::uint8_t> use(rows.size(), 1);
    RidgeProblem p;
    p.rows = values;
    p.features = size;
    p.labels = labels;
    p.classes = data.classes.size();
    p.folds = folds;
    p.fold_count = kInnerFolds;
    p.use = use;
    RidgeOptions r;
    r.lambdas = {10, 100, 1000};
    r.balance = options_.balance;
    r.threads = static_cast<unsigned>(options_.threads);
    ridge_ = fit_ridge(p, r);
    ridge_.held_out.clear();
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    extract_all(window);
    std::copy(ridge_.bias.begin(), ridge_.bias.end(), out.begin());
    const float* w = ridge_.weights.data();
    for (const float v : values_) {
      for (float& o : out) o += v * *w++;
    }
    softmax(out, ridge_.inverse_temperature);
  }

 private:
  void extract_all(std::span<const float> window) {
    transform(rocket_, window.data(), scratch_, values_.data());
    plain_features(window, channels_, rate_hz_, std::span(values_).subspan(rocket_.features()));
  }
  ClassifierOptions options_;
  std::uint32_t channels_ = 0;
  double rate_hz_ = 0;
  MiniRocket rocket_;
  MiniRocketScratch scratch_;
  RidgeFit ridge_;
  std::vector<float> values_;
};

class TrainedNetwork final : public WindowClassifier {
 public:
  explicit TrainedNetwork(const ClassifierOptions& o) : options_(o) {}

  void fit(const Dataset& data, Rows rows) override {
    const auto classes = static_cast<std::uint32_t>(data.classes.size());
    const auto dropout = static_cast<float>(options_.dropout);
    const std::uint64_t seed = seed_of(options_);
    switch (options_.kind) {
      case ClassifierKind::cnn:
        network_ = make_cnn(data.length, data.channels, classes, dropout, seed);
        break;
      case ClassifierKind::lstm:
        network_ = make_lstm(data.length, data.channels, classes, options_.biases, dropout, seed);
        break;
      default:
        network_ = make_mlp(data.length, data.channels, classes, dropout, seed);
        break;
    }
    NetworkTraining t;
    t.epochs = static_cast<std::uint32_t>(options_.epochs);
    t.batch = static_cast<std::uint32_t>(options_.batch);
    t.learning_rate = options_.learning_rate;
    t.balance = options_.balance;
    t.seed = seed;
    t.threads = static_cast<unsigned>(options_.threads);
    train_network(network_, data, rows, t);
    prepare(network_, scratch_);
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    const auto scores = forward(network_, window.data(), scratch_);
    std::copy(scores.begin(), scores.end(), out.begin());
    softmax(out, 1);
  }

 private:
  ClassifierOptions options_;
  Network network_;
  NetworkScratch scratch_;
};

// Plain features, scaled by the training rows, then one of the classic three.
class PlainClassifier : public WindowClassifier {
 public:
  void fit(const Dataset& data, Rows rows) override {
    channels_ = data.channels;
    rate_hz_ = data.rate_hz;
    const std::size_t n = plain_feature_count(channels_);
    std::vector<float> values(rows.size() * n);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      plain_features(data.window(rows[k]), channels_, rate_hz_,
                     std::span(values).subspan(k * n, n));
    }
    scale_ = FeatureScale(values, n);
    for (std::size_t k = 0; k < rows.size(); ++k) scale_.apply(std::span(values).subspan(k * n, n));
    const auto labels = labels_of(data, rows), folds = inner_folds(data, rows);
    fit_rows({values, n, labels, data.classes.size()}, folds);
    row_.resize(n);
  }
  void probabilities(std::span<const float> window, std::span<float> out) override {
    plain_features(window, channels_, rate_hz_, row_);
    scale_.apply(row_);
    answer(row_, out);
  }

 protected:
  virtual void fit_rows(const FeatureRows& rows, std::span<const std::uint32_t> folds) = 0;
  virtual void answer(std::span<const float> row, std::span<float> out) const = 0;

 private:
  std::uint32_t channels_ = 0;
  double rate_hz_ = 0;
  FeatureScale scale_;
  std::vector<float> row_;
};

class Neighbours final : public PlainClassifier {
 public:
  explicit Neighbours(const ClassifierOptions& o) : k_(static_cast<std::size_t>(o.neighbours)) {}

 private:
  void fit_rows(const FeatureRows& rows, std::span<const std::uint32_t>) override {
    made_ = std::make_unique<NearestNeighbours>(rows, k_);
  }
  void answer(std::span<const float> row, std::span<float> out) const override {
    made_->probabilities(row, out);
  }
  std::size_t k_;
  std::unique_ptr<NearestNeighbours> made_;
};

class Forest final : public PlainClassifier {
 public:
  explicit Forest(const ClassifierOptions& o) : options_(o) {}

 private:
  void fit_rows(const FeatureRows& rows, std::span<const std::uint32_t>) override {
    made_ =
        std::make_unique<RandomForest>(rows, static_cast<std::size_t>(options_.trees), 2,
                                       seed_of(options_), static_cast<unsigned>(options_.threads));
  }
  void answer(std::span<const float> row, std::span<float> out) const override {
    made_->probabilities(row, out);
  }
  ClassifierOptions options_;
  std::unique_ptr<RandomForest> made_;
};

class Ridge final : public PlainClassifier {
 public:
  explicit Ridge(const ClassifierOptions& o) : options_(o) {}

 private:
  void fit_rows(const FeatureRows& rows, std::span<const std::uint32_t> folds) override {
    const std::vector<std::uint8_t> use(rows.size(), 1);
    RidgeOptions r;
    r.lambdas = {10, 100, 1000};
    r.balance = options_.balance;
    r.threads = static_cast<unsigned>(options_.threads);
    fit_ = fit_ridge(
        {rows.values, rows.features, rows.labels, rows.classes, folds, kInnerFolds, use}, r);
    fit_.held_out.clear();
  }
  void answer(std::span<const float> row, std::span<float> out) const override {
    std::copy(fit_.bias.begin(), fit_.bias.end(), out.begin());
    const float* w = fit_.weights.data();
    for (const float v : row) {
      for (float& o : out) o += v * *w++;
    }
    softmax(out, fit_.inverse_temperature);
  }
  ClassifierOptions options_;
  RidgeFit fit_;
};

class Boosted final : public PlainClassifier {
 public:
  explicit Boosted(const ClassifierOptions& o) : options_(o) {}

 private:
  void fit_rows(const FeatureRows& rows, std::span<const std::uint32_t>) override {
    BoostedOptions b;
    b.rounds = static_cast<std::size_t>(options_.rounds);
    b.seed = seed_of(options_);
    made_ = std::make_unique<BoostedTrees>(rows, b);
  }
  void answer(std::span<const float> row, std::span<float> out) const override {
    made_->scores(row, out);
    softmax(out, 1);
  }
  ClassifierOptions options_;
  std::unique_ptr<BoostedTrees> made_;
};

class SupportVectors final : public PlainClassifier {
 public:
  explicit SupportVectors(const ClassifierOptions& o) : options_(o) {}

 private:
  // Margins become probabilities by a temperature fitted on groups that the margins have not seen.
  void fit_rows(const FeatureRows& rows, std::span<const std::uint32_t> folds) override {
    if (options_.kind != ClassifierKind::rbf) return fit_linear(rows, folds);
    kernel_.emplace(rows.features, static_cast<std::size_t>(options_.components),
                    options_.kernel_width / static_cast<double>(rows.features), seed_of(options_));
    mapped_.resize(kernel_->outputs());
    std::vector<float> values(rows.size() * kernel_->outputs());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      kernel_->apply(rows.row(i), std::span(values).subspan(i * mapped_.size(), mapped_.size()));
    }
    fit_linear({values, mapped_.size(), rows.labels, rows.classes}, folds);
  }
  void fit_linear(const FeatureRows& rows, std::span<const std::uint32_t> folds) {
    std::vector<float> values, held_out;
    std::vector<std::uint32_t> labels, held_labels;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = rows.row(i);
      if (folds[i] != 0) values.insert(values.end(), row.begin(), row.end());
      if (folds[i] != 0) labels.push_back(rows.labels[i]);
    }
    if (!labels.empty() && labels.size() < rows.size()) {
      const LinearSvm partial = make({values, rows.features, labels, rows.classes});
      std::vector<float> score(rows.classes);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (folds[i] != 0) continue;
        partial.scores(rows.row(i), score);
        held_out.insert(held_out.end(), score.begin(), score.end());
        held_labels.push_back(rows.labels[i]);
      }
      const std::vector<std::uint8_t> use(held_labels.size(), 1);
      inverse_temperature_ = fit_inverse_temperature(held_out, rows.classes, held_labels, use);
    }
    made_ = std::make_unique<LinearSvm>(make(rows));
  }
  LinearSvm make(const FeatureRows& rows) const {
    return {rows, options_.penalty, options_.balance, seed_of(options_)};
  }
  void answer(std::span<const float> row, std::span<float> out) const override {
    if (kernel_) kernel_->apply(row, mapped_);
    made_->scores(kernel_ ? std::span<const float>(mapped_) : row, out);
    softmax(out, inverse_temperature_);
  }
  ClassifierOptions options_;
  std::optional<RandomFourier> kernel_;  // rbf
  mutable std::vector<float> mapped_;
  std::unique_ptr<LinearSvm> made_;
  float inverse_temperature_ = 1;
};

class Ensemble final : public WindowClassifier {
 public:
  explicit Ensemble(const ClassifierOptions& o) : options_(o) {}

  void fit(const Dataset& data, Rows rows) override {
    members_.clear();
    const auto folds = inner_folds(data, rows);
    std::vector<std::uint32_t> inside, outside;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      (folds[k] == 0 ? outside : inside).push_back(rows[k]);
    }
    for (const std::string& name : options_.members) {
      ClassifierOptions o = options_;
      o.kind = classifier_named(name).value();
      CHECK(o.kind != ClassifierKind::ensemble);
      Member m{make_classifier(o), 1};
      if (!inside.empty() && !outside.empty())
        m.weight = worth(*m.classifier, data, inside, outside);
      m.classifier->fit(data, rows);
      members_.push_back(std::move(m));
    }
    one_.resize(data.classes.size());
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    std::fill(out.begin(), out.end(), 0.0F);
    float total = 0;
    for (Member& m : members_) {
      m.classifier->probabilities(window, one_);
      for (std::size_t c = 0; c < out.size(); ++c) out[c] += m.weight * one_[c];
      total += m.weight;
    }
    for (float& p : out) p /= total;
  }

 private:
  struct Member {
    std::unique_ptr<WindowClassifier> classifier;
    float weight;
  };
  // Macro-F1 on groups left out, squared: the better ones lead.
  static float worth(WindowClassifier& classifier, const Dataset& data, Rows inside, Rows outside) {
    classifier.fit(data, inside);
    std::vector<float> p(outside.size() * data.classes.size());
    for (std::size_t k = 0; k < outside.size(); ++k) {
      classifier.probabilities(data.window(outside[k]),
                               std::span(p).subspan(k * data.classes.size(), data.classes.size()));
    }
    const auto truth = labels_of(data, outside);
    const double f1 =
        evaluate(truth, likeliest(p, data.classes.size()), data.classes.size(), {}).macro_f1;
    return static_cast<float>(std::max(f1 * f1, 1e-3));
  }
  ClassifierOptions options_;
  std::vector<Member> members_;
  std::vector<float> one_;
};

}  // namespace

void ClassifierOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind,
           {{"minirocket", ClassifierKind::minirocket},
            {"cnn", ClassifierKind::cnn},
            {"lstm", ClassifierKind::lstm},
            {"mlp", ClassifierKind::mlp},
            {"knn", ClassifierKind::knn},
            {"svm", ClassifierKind::svm},
            {"forest", ClassifierKind::forest},
            {"ensemble", ClassifierKind::ensemble},
            {"ridge", ClassifierKind::ridge},
            {"rbf", ClassifierKind::rbf},
            {"boosted", ClassifierKind::boosted}},
           "how windows are classified");
  v.integer("features", features, {84, 20000}, "1", "MiniRocket features, in multiples of 84");
  v.number("balance", balance, {0, 1}, "1",
           "0 counts windows alike, 1 counts classes alike, between them a compromise");
  v.integer("epochs", epochs, {1, 10000}, "1", "networks: passes over the windows");
  v.integer("batch", batch, {1, 4096}, "1", "networks: windows a step");
  v.number("learning_rate", learning_rate, {1e-6, 1}, "1", "networks: Adam's, falls to 0",
           "Kingma, Ba, ICLR 2015");
  v.number("dropout", dropout, {0, 0.9}, "1", "networks: share silenced before dense layers");
  v.integer("neighbours", neighbours, {1, 1000}, "1", "knn: how many vote");
  v.number("penalty", penalty, {1e-9, 1e3}, "1", "svm: of the weights' square");
  v.integer("trees", trees, {1, 10000}, "1", "forest: how many");
  v.integer("rounds", rounds, {1, 10000}, "1", "boosted: trees of each class");
  v.number("kernel_width", kernel_width, {1e-4, 1e4}, "1", "rbf: gamma times features");
  v.integer("components", components, {8, 10000}, "1", "rbf: random Fourier features");
  v.flag("biases", biases,
         "lstm: with biases (67,271 weights at 3 channels and 7 classes) or without");
  v.integer("stages", stages, {1, 2}, "1", "2: whether there is an exercise first, then which");
  v.strings("members", members, "ensemble: which vote");
  v.integer("seed", seed, {0, 9e15}, "1", "of every draw in training");
  v.integer("threads", threads, {1, 64}, "1", "the result does not depend on it");
}

std::span<const std::string_view> classifier_names() { return kNames; }

Result<ClassifierKind> classifier_named(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at != kNames.end()) return static_cast<ClassifierKind>(at - kNames.begin());
  std::string known;
  for (const std::string_view n : kNames) known += (known.empty() ? "" : ", ") + std::string(n);
  return Error{"bad_classifier",
               "pipeline '" + std::string(name) + "': " + known + " are possible"};
}

std::unique_ptr<WindowClassifier> make_classifier(const ClassifierOptions& options) {
  if (options.stages == 2) {
    ClassifierOptions one = options;
    one.stages = 1;
    return std::make_unique<StagedClassifier>([one] { return make_classifier(one); });
  }
  switch (options.kind) {
    case ClassifierKind::minirocket:
      return std::make_unique<RocketRidge>(options);
    case ClassifierKind::cnn:
    case ClassifierKind::lstm:
    case ClassifierKind::mlp:
      return std::make_unique<TrainedNetwork>(options);
    case ClassifierKind::knn:
      return std::make_unique<Neighbours>(options);
    case ClassifierKind::svm:
    case ClassifierKind::rbf:
      return std::make_unique<SupportVectors>(options);
    case ClassifierKind::forest:
      return std::make_unique<Forest>(options);
    case ClassifierKind::ridge:
      return std::make_unique<Ridge>(options);
    case ClassifierKind::boosted:
      return std::make_unique<Boosted>(options);
    case ClassifierKind::ensemble:
      return std::make_unique<Ensemble>(options);
  }
  CHECK(false);
}

}  // namespace gauntlet::learn
