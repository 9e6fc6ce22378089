#include "core/learn/staged.h"

#include <algorithm>
#include <utility>

#include "core/learn/classifier_kinds.h"

namespace gauntlet::learn {

StagedClassifier::StagedClassifier(Make make, std::string null_class)
    : make_(std::move(make)), null_class_(std::move(null_class)) {}

StagedClassifier::StagedClassifier(const WindowShape& shape, ByteReader& r, std::size_t depth)
    : null_(r.number<std::uint32_t>()), first_(2), second_(shape.classes) {
  r.array(prior_, shape.classes);
  const bool two = r.number<std::uint8_t>() != 0;
  r.require(!two || null_ < shape.classes, "no exercise is no class");
  WindowShape either = shape;
  either.classes = 2;
  if (two) gate_ = read_classifier(either, r, depth);
  which_ = read_classifier(shape, r, depth);
}

std::unique_ptr<WindowClassifier> StagedClassifier::clone() const {
  auto copy = std::make_unique<StagedClassifier>(make_, null_class_);
  if (gate_) copy->gate_ = gate_->clone();
  copy->which_ = which_->clone();
  copy->null_ = null_;
  copy->first_ = first_;
  copy->second_ = second_;
  copy->prior_ = prior_;
  return copy;
}

bool StagedClassifier::write(ByteWriter& w) const {
  w.number(kStagedNode);
  w.number(static_cast<std::uint32_t>(null_));
  w.array(prior_);
  w.number(static_cast<std::uint8_t>(gate_ ? 1 : 0));
  return (!gate_ || gate_->write(w)) && which_->write(w);
}

std::vector<const Network*> StagedClassifier::networks() const {
  std::vector<const Network*> out = gate_ ? gate_->networks() : std::vector<const Network*>{};
  const auto more = which_->networks();
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

void StagedClassifier::fit(const Dataset& data, std::span<const std::uint32_t> rows) {
  const auto at = std::ranges::find(data.classes, null_class_);
  null_ = static_cast<std::size_t>(at - data.classes.begin());
  gate_.reset();
  which_ = make_();
  std::vector<std::uint32_t> exercise;
  prior_.assign(data.classes.size(), 0.0F);
  for (const std::uint32_t i : rows) {
    if (data.label[i] == null_) continue;
    exercise.push_back(i);
    prior_[data.label[i]] += 1;
  }
  const auto kinds = std::ranges::count_if(prior_, [](float n) { return n > 0; });
  if (kinds < 2 || exercise.size() == rows.size()) return which_->fit(data, rows);
  for (float& p : prior_) p /= static_cast<float>(exercise.size());
  Dataset either = data;
  either.row_label.clear();
  either.classes = {null_class_, "exercise"};
  for (std::uint32_t& l : either.label) l = l == null_ ? 0 : 1;
  gate_ = make_();
  gate_->fit(either, rows);
  which_->fit(data, exercise);
  first_.resize(2);
  second_.resize(data.classes.size());
}

void StagedClassifier::probabilities(std::span<const float> window, std::span<float> out) {
  ++asked_;
  if (!gate_) {
    ++asked_second_;
    return which_->probabilities(window, out);
  }
  gate_->probabilities(window, first_);
  std::ranges::copy(prior_, second_.begin());
  if (first_[1] > first_[0]) {
    ++asked_second_;
    which_->probabilities(window, second_);
  }
  // The second may still see a chance of none: that is for the gate alone to say.
  second_[null_] = 0;
  float total = 0;
  for (const float p : second_) total += p;
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c] = c == null_ ? first_[0] : total > 0 ? first_[1] * second_[c] / total : 0;
  }
  if (total <= 0) out[null_] = 1;
}

double StagedClassifier::reached_second() const {
  return asked_ > 0 ? static_cast<double>(asked_second_) / static_cast<double>(asked_) : 0;
}

}  // namespace gauntlet::learn
