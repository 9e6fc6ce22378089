#include <algorithm>
#include <utility>

#include "core/learn/classifier_kinds.h"
#include "core/learn/minirocket.h"
#include "core/learn/plain_features.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

class RocketRidge final : public WindowClassifier {
 public:
  explicit RocketRidge(const ClassifierOptions& o) : options_(o) {}
  RocketRidge(const WindowShape& shape, ByteReader& r)
      : channels_(shape.channels), rate_hz_(shape.rate_hz) {
    auto trained = std::make_shared<Trained>();
    trained->rocket = read_minirocket(shape.length, shape.channels, r);
    values_.resize(trained->rocket.features() + plain_feature_count(channels_));
    trained->ridge = read_ridge(values_.size(), shape.classes, r);
    trained_ = std::move(trained);
  }

  void fit(const Dataset& data, Rows rows) override {
    std::vector<float> windows;
    for (const std::uint32_t i : rows) {
      const auto w = data.window(i);
      windows.insert(windows.end(), w.begin(), w.end());
    }
    channels_ = data.channels;
    rate_hz_ = data.rate_hz;
    auto trained = std::make_shared<Trained>();
    trained->rocket =
        fit_minirocket(windows, data.length, data.channels,
                       static_cast<std::size_t>(options_.features), seed_of(options_));
    trained_ = trained;
    const std::size_t size = trained->rocket.features() + plain_feature_count(channels_);
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
    trained->ridge = fit_ridge(p, r);
    trained->ridge.held_out.clear();
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    extract_all(window);
    answer(trained_->ridge, values_, out);
  }
  std::unique_ptr<WindowClassifier> clone() const override {
    return std::make_unique<RocketRidge>(*this);
  }
  bool write(ByteWriter& w) const override {
    w.number(ClassifierKind::minirocket);
    write_minirocket(trained_->rocket, w);
    write_ridge(trained_->ridge, w);
    return true;
  }

 private:
  struct Trained {
    MiniRocket rocket;
    RidgeFit ridge;
  };
  void extract_all(std::span<const float> window) {
    transform(trained_->rocket, window.data(), scratch_, values_.data());
    plain_features(window, channels_, rate_hz_,
                   std::span(values_).subspan(trained_->rocket.features()));
  }
  ClassifierOptions options_;
  std::uint32_t channels_ = 0;
  double rate_hz_ = 0;
  std::shared_ptr<const Trained> trained_;
  MiniRocketScratch scratch_;
  std::vector<float> values_;
};

}  // namespace

Classifier make_rocket(const ClassifierOptions& options) {
  return std::make_unique<RocketRidge>(options);
}

Classifier read_rocket(const WindowShape& shape, ByteReader& r) {
  return std::make_unique<RocketRidge>(shape, r);
}

}  // namespace gauntlet::learn
