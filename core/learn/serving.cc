#include "core/learn/serving.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/learn/calibration.h"

namespace gauntlet::learn {

Result<void> TrainedServing::check(const Parts& p) {
  if (!(p.rate_hz > 0 && p.rate_hz <= 10000)) {
    return Error{"bad_window", "a rate of " + std::to_string(p.rate_hz) + " Hz"};
  }
  if (p.length < 9 || p.length > 65535 || p.channels < 3 || p.channels > 24 ||
      p.channels % 3 != 0) {
    return Error{"bad_window", "windows of " + std::to_string(p.length) + " x " +
                                   std::to_string(p.channels) + ", 9 to 65535 x 3, 6, ... 24"};
  }
  if (p.classes.empty() || p.classes.size() > 65535) {
    return Error{"bad_classes", std::to_string(p.classes.size()) + " classes, 1 to 65535"};
  }
  if (!(p.power >= 0.01F && p.power <= 100)) {
    return Error{"bad_calibration", "a power of " + std::to_string(p.power) + ", 0.01 to 100"};
  }
  return {};
}

TrainedServing::TrainedServing(std::unique_ptr<WindowClassifier> trained, Parts parts)
    : trained_(std::move(trained)), parts_(std::move(parts)), classes_{""} {
  const Result<void> fits = check(parts_);
  CHECK(fits.ok(), fits.ok() ? std::string{} : fits.error().message);
  for (const std::string& name : parts_.classes) {
    to_served_.push_back(name == parts_.null_class ? 0 : classes_.size());
    if (name != parts_.null_class) classes_.push_back(name);
  }
}

Prediction TrainedServing::classify(const float* window, ClassifyScratch& scratch) const {
  if (!scratch.own) scratch.own = trained_->clone();
  scratch.answer.resize(to_served_.size());
  scratch.own->probabilities({window, length() * channels()}, scratch.answer);
  calibrate(scratch.answer, parts_.power);
  auto& p = scratch.probabilities;
  p.assign(classes_.size(), 0.0F);
  for (std::size_t c = 0; c < scratch.answer.size(); ++c) p[to_served_[c]] = scratch.answer[c];
  const auto best = std::max_element(p.begin(), p.end());
  return {static_cast<std::size_t>(best - p.begin()), *best};
}

std::unique_ptr<TrainedServing> serve(std::unique_ptr<WindowClassifier> trained,
                                      const Dataset& data, const std::string& null_class,
                                      float power, Provenance provenance) {
  TrainedServing::Parts parts{data.rate_hz, data.length, data.channels,        data.classes,
                              null_class,   power,       std::move(provenance)};
  return std::make_unique<TrainedServing>(std::move(trained), std::move(parts));
}

}  // namespace gauntlet::learn
