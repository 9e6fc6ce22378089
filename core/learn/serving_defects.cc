#include "core/learn/serving_defects.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gauntlet::learn {
namespace {

class Defective final : public WindowClassifier {
 public:
  Defective(std::unique_ptr<WindowClassifier> inner, const ServingDefects& defects)
      : inner_(std::move(inner)), defects_(defects) {}
  void fit(const Dataset& data, std::span<const std::uint32_t> rows) override {
    channels_ = data.channels;
    length_ = data.length;
    rate_hz_ = data.rate_hz;
    inner_->fit(data, rows);
  }
  void probabilities(std::span<const float> window, std::span<float> out) override {
    window_.assign(window.begin(), window.end());
    if (defects_.serve_rate_hz > rate_hz_) faster(window);
    if (defects_.scrambled_axes) scramble();
    inner_->probabilities(window_, out);
  }
  std::unique_ptr<WindowClassifier> clone() const override {
    auto copy = std::make_unique<Defective>(inner_->clone(), defects_);
    copy->channels_ = channels_;
    copy->length_ = length_;
    copy->rate_hz_ = rate_hz_;
    return copy;
  }
  // A model file holds a classifier, not what is done to its windows.
  bool write(ByteWriter&) const override { return false; }

 private:
  // The newest part, linearly interpolated at the other rate.
  void faster(std::span<const float> window) {
    const double step = rate_hz_ / defects_.serve_rate_hz;
    for (std::size_t t = 0; t < length_; ++t) {
      const double at =
          static_cast<double>(length_ - 1) - static_cast<double>(length_ - 1 - t) * step;
      const auto left = static_cast<std::size_t>(at);
      const std::size_t right = std::min(left + 1, length_ - 1);
      const auto share = static_cast<float>(at - std::floor(at));
      for (std::size_t c = 0; c < channels_; ++c) {
        const float a = window[left * channels_ + c], b = window[right * channels_ + c];
        window_[t * channels_ + c] = a + share * (b - a);
      }
    }
  }
  void scramble() {
    const std::vector<float> rows = window_;
    for (std::size_t t = 0; t < length_; ++t) {
      for (std::size_t c = 0; c < channels_; ++c)
        window_[c * length_ + t] = rows[t * channels_ + c];
    }
  }

  std::unique_ptr<WindowClassifier> inner_;
  ServingDefects defects_;
  std::size_t channels_ = 0, length_ = 0;
  double rate_hz_ = 0;
  std::vector<float> window_;
};

}  // namespace

void ServingDefects::describe(OptionVisitor& v) {
  v.flag("scrambled_axes", scrambled_axes, "served as if all x came first, then all y, then all z");
  v.number("serve_rate_hz", serve_rate_hz, {0, 1000}, "Hz",
           "of the windows that are served; 0: that of training");
}

std::unique_ptr<WindowClassifier> serve_defective(std::unique_ptr<WindowClassifier> classifier,
                                                  const ServingDefects& defects) {
  if (!defects.any()) return classifier;
  return std::make_unique<Defective>(std::move(classifier), defects);
}

}  // namespace gauntlet::learn
