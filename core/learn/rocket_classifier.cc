#include <cstring>
#include <optional>
#include <utility>

#include "core/learn/classifier_kinds.h"
#include "core/learn/minirocket.h"
#include "core/learn/plain_features.h"
#include "core/learn/ridge.h"
#include "core/learn/sliding_minirocket.h"

namespace gauntlet::learn {
namespace {

class RocketRidge final : public WindowClassifier {
 public:
  explicit RocketRidge(const ClassifierOptions& o) : options_(o) {}
  RocketRidge(const WindowShape& shape, ByteReader& r)
      : channels_(shape.channels), rate_hz_(shape.rate_hz) {
    auto trained = std::make_shared<Trained>();
    trained->rocket = read_minirocket(shape.length, shape.channels, r);
    trained->rocket.padded = r.number<std::uint8_t>() != 0;
    values_.resize(trained->rocket.features() + plain_feature_count(channels_));
    trained->ridge = read_ridge(values_.size(), shape.classes, r);
    trained_ = std::move(trained);
  }

  void fit(const Dataset& data, Rows rows) override {
    std::vector<float> windows;
    channels_ = data.channels;
    seen_ = data.seen;
    rate_hz_ = data.rate_hz;
    for (const std::uint32_t i : rows) {
      const auto w = own(data.window(i));
      windows.insert(windows.end(), w.begin(), w.end());
    }
    auto trained = std::make_shared<Trained>();
    trained->rocket = fit_minirocket(windows, data.length, own_channels(),
                                     static_cast<std::size_t>(options_.features), seed_of(options_),
                                     options_.padded);
    sliding_.reset();
    last_.clear();
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
    if (seen_ > 1) return false;  // a model file's windows have no neighbours
    w.number(ClassifierKind::minirocket);
    write_minirocket(trained_->rocket, w);
    w.number(static_cast<std::uint8_t>(trained_->rocket.padded ? 1 : 0));
    write_ridge(trained_->ridge, w);
    return true;
  }

 private:
  struct Trained {
    MiniRocket rocket;
    RidgeFit ridge;
  };
  std::uint32_t own_channels() const { return channels_ / seen_; }
  // Of windows that are seen with their neighbours MiniRocket takes the one itself; plain features
  // are of all.
  std::span<const float> own(std::span<const float> window) {
    if (seen_ == 1) return window;
    own_.clear();
    for (std::size_t at = 0; at < window.size(); at += channels_) {
      const auto row = window.subspan(at, own_channels());
      own_.insert(own_.end(), row.begin(), row.end());
    }
    return own_;
  }
  // Rows from the start of the last window to the start of this one; 0: they share nothing, or too
  // little to be worth it. Shared rows are the same bytes.
  std::size_t rows_on(std::span<const float> window) const {
    if (last_.size() != window.size()) return 0;
    const std::size_t length = window.size() / own_channels();
    for (std::size_t rows = 1; rows <= length / 10; ++rows) {
      const auto shared = std::span<const float>(last_).subspan(rows * own_channels());
      if (std::memcmp(shared.data(), window.data(), shared.size_bytes()) == 0) return rows;
    }
    return 0;
  }

  void rocket_features(std::span<const float> window) {
    const MiniRocket& rocket = trained_->rocket;
    const std::size_t rows = rocket.padded ? 0 : rows_on(window);
    if (rows == 0) {
      sliding_.reset();
      transform(rocket, window.data(), scratch_, values_.data());
    } else if (sliding_ && sliding_->hop() == rows) {
      sliding_->advance(window.data() + window.size() - rows * own_channels(), values_.data());
    } else {
      sliding_.emplace(rocket, rows);
      sliding_->start(window.data(), values_.data());
    }
    if (!rocket.padded) last_.assign(window.begin(), window.end());
  }

  void extract_all(std::span<const float> window) {
    rocket_features(own(window));
    plain_features(window, channels_, rate_hz_,
                   std::span(values_).subspan(trained_->rocket.features()));
  }
  ClassifierOptions options_;
  std::uint32_t channels_ = 0, seen_ = 1;
  double rate_hz_ = 0;
  std::shared_ptr<const Trained> trained_;
  MiniRocketScratch scratch_;
  std::optional<SlidingMiniRocket> sliding_;  // without padding: while windows overlap
  std::vector<float> last_, own_;
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
