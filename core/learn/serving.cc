#include "core/learn/serving.h"

#include <algorithm>
#include <utility>

namespace gauntlet::learn {
namespace {

class Trained final : public Serving {
 public:
  Trained(std::unique_ptr<WindowClassifier> trained, const Dataset& data,
          const std::string& null_class)
      : trained_(std::move(trained)),
        rate_hz_(data.rate_hz),
        length_(data.length),
        channels_(data.channels),
        classes_{""} {
    for (const std::string& name : data.classes) {
      to_served_.push_back(name == null_class ? 0 : classes_.size());
      if (name != null_class) classes_.push_back(name);
    }
    answer_.resize(data.classes.size());
  }
  double rate_hz() const override { return rate_hz_; }
  std::size_t length() const override { return length_; }
  std::size_t channels() const override { return channels_; }
  const std::vector<std::string>& classes() const override { return classes_; }
  Prediction classify(const float* window, ClassifyScratch& scratch) const override {
    trained_->probabilities({window, length_ * channels_}, answer_);
    auto& p = scratch.probabilities;
    p.assign(classes_.size(), 0.0F);
    for (std::size_t c = 0; c < answer_.size(); ++c) p[to_served_[c]] = answer_[c];
    const auto best = std::max_element(p.begin(), p.end());
    return {static_cast<std::size_t>(best - p.begin()), *best};
  }

 private:
  std::unique_ptr<WindowClassifier> trained_;
  double rate_hz_;
  std::size_t length_, channels_;
  std::vector<std::string> classes_;
  std::vector<std::size_t> to_served_;  // of each of the data's classes
  mutable std::vector<float> answer_;
};

}  // namespace

std::unique_ptr<Serving> serve(std::unique_ptr<WindowClassifier> trained, const Dataset& data,
                               const std::string& null_class) {
  return std::make_unique<Trained>(std::move(trained), data, null_class);
}

}  // namespace gauntlet::learn
