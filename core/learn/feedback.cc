#include "core/learn/feedback.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/check.h"
#include "core/learn/cross_validation.h"

namespace gauntlet::learn {

void FeedbackOptions::describe(OptionVisitor& v) {
  v.number("loss", loss, {0, 0.99}, "1", "share of its weight that a wrong member loses");
  v.number("share", share, {0, 1}, "1", "of all weight that each correction deals out anew");
  v.integer("retrain_after", retrain_after, {1, 1e6}, "1", "corrections until it trains again");
  v.integer("corrections_max", corrections_max, {1, 1e6}, "1", "remembered; the oldest go");
}

FeedbackEnsemble::FeedbackEnsemble(std::vector<Make> members, const FeedbackOptions& options)
    : make_(std::move(members)),
      options_(options),
      weights_(make_.size(), 1 / static_cast<double>(make_.size())) {
  CHECK(!make_.empty());
}

void FeedbackEnsemble::fit(const Dataset& data, std::span<const std::uint32_t> rows) {
  data_ = {};
  data_.name = data.name;
  data_.rate_hz = data.rate_hz;
  data_.length = data.length;
  data_.channels = data.channels;
  data_.classes = data.classes;
  data_.groups = data.groups;
  for (const std::uint32_t i : rows) {
    data_.add(data.window(i), data.classes[data.label[i]], data.groups[data.group[i]],
              data.recording[i]);
  }
  data_.groups.emplace_back("corrected");
  given_ = rows.size();
  stale_ = true;
  one_.resize(data.classes.size());
}

std::unique_ptr<WindowClassifier> FeedbackEnsemble::clone() const {
  auto copy = std::make_unique<FeedbackEnsemble>(make_, options_);
  copy->data_ = data_;
  copy->given_ = given_;
  copy->stale_ = stale_;
  copy->since_training_ = since_training_;
  copy->trainings_ = trainings_;
  for (const auto& m : members_) copy->members_.push_back(m->clone());
  copy->weights_ = weights_;
  copy->one_ = one_;
  return copy;
}

void FeedbackEnsemble::train_if_stale() {
  if (!stale_) return;
  std::vector<std::uint32_t> rows(data_.size());
  std::iota(rows.begin(), rows.end(), 0U);
  members_.clear();
  for (const Make& make : make_) {
    members_.push_back(make());
    members_.back()->fit(data_, rows);
  }
  stale_ = false;
  since_training_ = 0;
  ++trainings_;
}

void FeedbackEnsemble::probabilities(std::span<const float> window, std::span<float> out) {
  train_if_stale();
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::size_t m = 0; m < members_.size(); ++m) {
    members_[m]->probabilities(window, one_);
    for (std::size_t c = 0; c < out.size(); ++c)
      out[c] += static_cast<float>(weights_[m]) * one_[c];
  }
}

void FeedbackEnsemble::reweigh(std::span<const float> window, std::uint32_t label) {
  double total = 0;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    members_[m]->probabilities(window, one_);
    if (likeliest(one_, one_.size())[0] != label) weights_[m] *= 1 - options_.loss;
    total += weights_[m];
  }
  const double dealt = options_.share / static_cast<double>(weights_.size());
  for (double& w : weights_) w = (1 - options_.share) * w / total + dealt;
}

void FeedbackEnsemble::correct(std::span<const float> window, std::uint32_t label) {
  CHECK(label < data_.classes.size(), label);
  reweigh(window, label);
  const auto most = given_ + static_cast<std::size_t>(options_.corrections_max);
  if (data_.size() >= most) {
    const auto at = [this](auto& v, std::size_t each) {
      const auto first = v.begin() + static_cast<std::ptrdiff_t>(given_ * each);
      v.erase(first, first + static_cast<std::ptrdiff_t>(each));
    };
    at(data_.values, data_.window_size());
    at(data_.label, 1);
    at(data_.group, 1);
    at(data_.recording, 1);
  }
  const std::uint32_t recording = data_.recording.empty() ? 0 : data_.recording.back() + 1;
  data_.add(window, data_.classes[label], data_.groups.back(), recording);
  stale_ = stale_ || ++since_training_ >= options_.retrain_after;
}

}  // namespace gauntlet::learn
