#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/learn/boosted.h"
#include "core/learn/classic.h"
#include "core/learn/classifier_kinds.h"
#include "core/learn/peer_methods.h"
#include "core/learn/plain_features.h"
#include "core/learn/principal_components.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

using Folds = std::span<const std::uint32_t>;

// Plain features, scaled by the training rows, then one of the methods below. What was learned is
// shared by copies.
template <class Method>
class Plain final : public WindowClassifier {
 public:
  Plain(const ClassifierOptions& o, const Method& method)
      : kind_(o.kind), keep_(static_cast<std::size_t>(o.reduced)), method_(method) {}
  Plain(ClassifierKind kind, const WindowShape& shape, ByteReader& r)
      : kind_(kind),
        channels_(shape.channels),
        rate_hz_(shape.rate_hz),
        scale_(r, plain_feature_count(channels_)),
        components_(r, plain_feature_count(channels_)),
        row_(plain_feature_count(channels_)),
        reduced_(components_.kept()),
        method_(r, reduced_.empty() ? row_.size() : reduced_.size(), shape.classes) {}

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
    std::size_t width = n;
    components_ = {};
    if (keep_ > 0) {
      components_ = PrincipalComponents(values, n, keep_);
      width = components_.kept();
      std::vector<float> fewer(rows.size() * width);
      for (std::size_t k = 0; k < rows.size(); ++k) {
        components_.apply(std::span(values).subspan(k * n, n),
                          std::span(fewer).subspan(k * width, width));
      }
      values = std::move(fewer);
    }
    const auto labels = labels_of(data, rows), folds = inner_folds(data, rows);
    method_.fit({values, width, labels, data.classes.size()}, folds);
    row_.resize(n);
    reduced_.resize(components_.kept());
  }
  void probabilities(std::span<const float> window, std::span<float> out) override {
    plain_features(window, channels_, rate_hz_, row_);
    scale_.apply(row_);
    if (reduced_.empty()) return method_.answer(row_, out);
    components_.apply(row_, reduced_);
    method_.answer(reduced_, out);
  }
  std::unique_ptr<WindowClassifier> clone() const override {
    return std::make_unique<Plain>(*this);
  }
  bool write(ByteWriter& w) const override {
    if constexpr (requires { method_.write(w); }) {
      w.number(kind_);
      scale_.write(w);
      components_.write(w);
      method_.write(w);
      return true;
    }
    return false;
  }

 private:
  ClassifierKind kind_;
  std::uint32_t channels_ = 0;
  double rate_hz_ = 0;
  std::size_t keep_ = 0;
  FeatureScale scale_;
  PrincipalComponents components_;
  std::vector<float> row_, reduced_;
  Method method_;
};

class Neighbours {
 public:
  explicit Neighbours(const ClassifierOptions& o) : k_(static_cast<std::size_t>(o.neighbours)) {}
  Neighbours(ByteReader& r, std::size_t features, std::size_t classes)
      : made_(std::make_shared<NearestNeighbours>(r, features, classes)) {}
  void fit(const FeatureRows& rows, Folds) {
    made_ = std::make_shared<NearestNeighbours>(rows, k_);
  }
  void answer(std::span<const float> row, std::span<float> out) { made_->probabilities(row, out); }
  void write(ByteWriter& w) const { made_->write(w); }

 private:
  std::size_t k_ = 1;
  std::shared_ptr<const NearestNeighbours> made_;
};

class Forest {
 public:
  explicit Forest(const ClassifierOptions& o) : options_(o) {}
  Forest(ByteReader& r, std::size_t features, std::size_t classes)
      : made_(std::make_shared<RandomForest>(r, features, classes)) {}
  void fit(const FeatureRows& rows, Folds) {
    made_ =
        std::make_shared<RandomForest>(rows, static_cast<std::size_t>(options_.trees), 2,
                                       seed_of(options_), static_cast<unsigned>(options_.threads));
  }
  void answer(std::span<const float> row, std::span<float> out) { made_->probabilities(row, out); }
  void write(ByteWriter& w) const { made_->write(w); }

 private:
  ClassifierOptions options_;
  std::shared_ptr<const RandomForest> made_;
};

class Ridge {
 public:
  explicit Ridge(const ClassifierOptions& o) : options_(o) {}
  Ridge(ByteReader& r, std::size_t features, std::size_t classes)
      : fit_(std::make_shared<RidgeFit>(read_ridge(features, classes, r))) {}
  void fit(const FeatureRows& rows, Folds folds) {
    const std::vector<std::uint8_t> use(rows.size(), 1);
    RidgeOptions r;
    r.lambdas = {10, 100, 1000};
    r.balance = options_.balance;
    r.threads = static_cast<unsigned>(options_.threads);
    RidgeFit fit = fit_ridge(
        {rows.values, rows.features, rows.labels, rows.classes, folds, kInnerFolds, use}, r);
    fit.held_out.clear();
    fit_ = std::make_shared<RidgeFit>(std::move(fit));
  }
  void answer(std::span<const float> row, std::span<float> out) { learn::answer(*fit_, row, out); }
  void write(ByteWriter& w) const { write_ridge(*fit_, w); }

 private:
  ClassifierOptions options_;
  std::shared_ptr<const RidgeFit> fit_;
};

class Boosted {
 public:
  explicit Boosted(const ClassifierOptions& o) : options_(o) {}
  Boosted(ByteReader& r, std::size_t features, std::size_t classes)
      : made_(std::make_shared<BoostedTrees>(r, features, classes)) {}
  void fit(const FeatureRows& rows, Folds) {
    BoostedOptions b;
    b.rounds = static_cast<std::size_t>(options_.rounds);
    b.seed = seed_of(options_);
    made_ = std::make_shared<BoostedTrees>(rows, b);
  }
  void answer(std::span<const float> row, std::span<float> out) {
    made_->scores(row, out);
    softmax(out, 1);
  }
  void write(ByteWriter& w) const { made_->write(w); }

 private:
  ClassifierOptions options_;
  std::shared_ptr<const BoostedTrees> made_;
};

// Margins become probabilities by a temperature fitted on groups that the margins have not seen.
class SupportVectors {
 public:
  explicit SupportVectors(const ClassifierOptions& o) : options_(o) {}
  SupportVectors(ByteReader& r, std::size_t features, std::size_t classes) {
    inverse_temperature_ = r.number<float>();
    r.require(inverse_temperature_ > 0, "temperature is not positive");
    if (r.number<std::uint8_t>() != 0) {
      kernel_ = std::make_shared<RandomFourier>(r, features);
      mapped_.resize(kernel_->outputs());
      features = mapped_.size();
    }
    made_ = std::make_shared<LinearSvm>(r, features, classes);
  }
  void fit(const FeatureRows& rows, Folds folds) {
    if (options_.kind != ClassifierKind::rbf) return fit_linear(rows, folds);
    kernel_ = std::make_shared<RandomFourier>(
        rows.features, static_cast<std::size_t>(options_.components),
        options_.kernel_width / static_cast<double>(rows.features), seed_of(options_));
    mapped_.resize(kernel_->outputs());
    std::vector<float> values(rows.size() * kernel_->outputs());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      kernel_->apply(rows.row(i), std::span(values).subspan(i * mapped_.size(), mapped_.size()));
    }
    fit_linear({values, mapped_.size(), rows.labels, rows.classes}, folds);
  }
  void answer(std::span<const float> row, std::span<float> out) {
    if (kernel_) kernel_->apply(row, mapped_);
    made_->scores(kernel_ ? std::span<const float>(mapped_) : row, out);
    softmax(out, inverse_temperature_);
  }
  void write(ByteWriter& w) const {
    w.number(inverse_temperature_);
    w.number(static_cast<std::uint8_t>(kernel_ ? 1 : 0));
    if (kernel_) kernel_->write(w);
    made_->write(w);
  }

 private:
  void fit_linear(const FeatureRows& rows, Folds folds) {
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
    made_ = std::make_shared<LinearSvm>(make(rows));
  }
  LinearSvm make(const FeatureRows& rows) const {
    return {rows, options_.penalty, options_.balance, seed_of(options_)};
  }
  ClassifierOptions options_;
  std::shared_ptr<const RandomFourier> kernel_;  // rbf
  std::vector<float> mapped_;
  std::shared_ptr<const LinearSvm> made_;
  float inverse_temperature_ = 1;
};

}  // namespace

Classifier make_plain(const ClassifierOptions& o) {
  switch (o.kind) {
    case ClassifierKind::knn:
      return std::make_unique<Plain<Neighbours>>(o, Neighbours(o));
    case ClassifierKind::forest:
      return std::make_unique<Plain<Forest>>(o, Forest(o));
    case ClassifierKind::ridge:
      return std::make_unique<Plain<Ridge>>(o, Ridge(o));
    case ClassifierKind::boosted:
      return std::make_unique<Plain<Boosted>>(o, Boosted(o));
#ifdef GAUNTLET_WITH_XGBOOST
    case ClassifierKind::xgboost:
      return std::make_unique<Plain<XgboostTrees>>(o, XgboostTrees(o));
#endif
#ifdef GAUNTLET_WITH_LIBSVM
    case ClassifierKind::libsvm:
      return std::make_unique<Plain<LibsvmMachine>>(o, LibsvmMachine(o));
#endif
    default:
      CHECK(o.kind == ClassifierKind::svm || o.kind == ClassifierKind::rbf);
      return std::make_unique<Plain<SupportVectors>>(o, SupportVectors(o));
  }
}

bool built_in([[maybe_unused]] ClassifierKind kind) {
#ifndef GAUNTLET_WITH_XGBOOST
  if (kind == ClassifierKind::xgboost) return false;
#endif
#ifndef GAUNTLET_WITH_LIBSVM
  if (kind == ClassifierKind::libsvm) return false;
#endif
  return true;
}

Classifier read_plain(ClassifierKind kind, const WindowShape& shape, ByteReader& r) {
  if (kind >= ClassifierKind::xgboost) {
    r.fail("XGBoost's, LIBSVM's and framewise classifiers are kept in no file");
    return nullptr;
  }
  switch (kind) {
    case ClassifierKind::knn:
      return std::make_unique<Plain<Neighbours>>(kind, shape, r);
    case ClassifierKind::forest:
      return std::make_unique<Plain<Forest>>(kind, shape, r);
    case ClassifierKind::ridge:
      return std::make_unique<Plain<Ridge>>(kind, shape, r);
    case ClassifierKind::boosted:
      return std::make_unique<Plain<Boosted>>(kind, shape, r);
    default:
      return std::make_unique<Plain<SupportVectors>>(kind, shape, r);
  }
}

}  // namespace gauntlet::learn
