#include "core/learn/cross_validation.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "core/base/check.h"
#include "core/learn/calibration.h"

namespace gauntlet::learn {
namespace {

std::vector<std::uint32_t> rows_where(const Folds& folds, std::uint32_t fold, bool inside) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < folds.fold.size(); ++i) {
    if ((folds.fold[i] == fold) == inside) rows.push_back(static_cast<std::uint32_t>(i));
  }
  return rows;
}

void judge(const Dataset& data, const Folds& folds, HeldOut& out) {
  out.answers = likeliest(out.probabilities, data.classes.size());
  out.evaluation = evaluate(data.label, out.answers, data.classes.size(), data.group);
  out.evaluation.split = folds.name;
}

}  // namespace

std::vector<std::uint32_t> likeliest(std::span<const float> probabilities, std::size_t classes) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i + classes <= probabilities.size(); i += classes) {
    const auto p = probabilities.subspan(i, classes);
    out.push_back(static_cast<std::uint32_t>(std::max_element(p.begin(), p.end()) - p.begin()));
  }
  return out;
}

Evaluation ask_about(WindowClassifier& classifier, const Dataset& data,
                     std::span<const std::uint32_t> rows) {
  const std::size_t classes = data.classes.size();
  std::vector<std::uint32_t> truth;
  std::vector<float> p(rows.size() * classes);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    truth.push_back(data.label[rows[k]]);
    classifier.probabilities(data.window(rows[k]), std::span(p).subspan(k * classes, classes));
  }
  return evaluate(truth, likeliest(p, classes), classes, {});
}

void for_each_fold(std::uint32_t count, unsigned threads,
                   const std::function<void(std::uint32_t)>& work,
                   const std::function<void(double)>& progress) {
  std::atomic<std::uint32_t> next{0};
  std::uint32_t done = 0;
  std::mutex mutex;
  const auto loop = [&] {
    for (std::uint32_t fold = next++; fold < count; fold = next++) {
      work(fold);
      const std::scoped_lock lock(mutex);
      if (progress) progress(static_cast<double>(++done) / count);
    }
  };
  std::vector<std::thread> helpers;
  for (unsigned t = 1; t < threads; ++t) helpers.emplace_back(loop);
  loop();
  for (std::thread& h : helpers) h.join();
}

HeldOut cross_validate(const Dataset& data, const Folds& folds,
                       const std::function<std::unique_ptr<WindowClassifier>()>& make,
                       unsigned threads, const std::function<void(double)>& progress) {
  CHECK(folds.fold.size() == data.size() && folds.count >= 2, folds.count);
  const std::size_t classes = data.classes.size();
  HeldOut out;
  out.probabilities.resize(data.size() * classes);
  const auto work = [&](std::uint32_t fold) {
    const auto classifier = make();
    classifier->fit(data, rows_where(folds, fold, false));
    for (const std::uint32_t i : rows_where(folds, fold, true)) {
      classifier->probabilities(data.window(i),
                                std::span(out.probabilities).subspan(i * classes, classes));
    }
  };
  for_each_fold(folds.count, threads, work, progress);
  judge(data, folds, out);
  return out;
}

ClassOrder::ClassOrder(const Dataset& data, std::span<const std::uint32_t> rows)
    : classes_(data.classes.size()), prior_(classes_, 1), next_(classes_ * classes_, 1) {
  double total = static_cast<double>(classes_);
  std::vector<double> from(classes_, static_cast<double>(classes_));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::uint32_t i = rows[k];
    prior_[data.label[i]] += 1;
    total += 1;
    const bool follows =
        k > 0 && rows[k - 1] + 1 == i && data.recording[i - 1] == data.recording[i];
    if (!follows) continue;
    next_[data.label[i - 1] * classes_ + data.label[i]] += 1;
    from[data.label[i - 1]] += 1;
  }
  for (double& p : prior_) p /= total;
  for (std::size_t f = 0; f < classes_; ++f) {
    for (std::size_t t = 0; t < classes_; ++t) next_[f * classes_ + t] /= from[f];
  }
}

void ClassOrder::apply(std::span<float> probabilities) const {
  std::vector<double> belief = prior_, moved(classes_);
  for (std::size_t at = 0; at < probabilities.size(); at += classes_) {
    double sum = 0;
    for (std::size_t t = 0; t < classes_; ++t) {
      double expected = at == 0 ? prior_[t] : 0;
      for (std::size_t f = 0; f < classes_ && at > 0; ++f) {
        expected += belief[f] * next_[f * classes_ + t];
      }
      moved[t] = expected * static_cast<double>(probabilities[at + t]) / prior_[t];
      sum += moved[t];
    }
    for (std::size_t t = 0; t < classes_; ++t) {
      belief[t] = sum > 0 ? moved[t] / sum : prior_[t];
      probabilities[at + t] = static_cast<float>(belief[t]);
    }
  }
}

HeldOut with_class_order(const Dataset& data, const Folds& folds, const HeldOut& held_out) {
  const std::size_t classes = data.classes.size();
  HeldOut out;
  out.probabilities = held_out.probabilities;
  for (std::uint32_t fold = 0; fold < folds.count; ++fold) {
    const ClassOrder order(data, rows_where(folds, fold, false));
    for (std::size_t i = 0; i < data.size();) {
      std::size_t end = i + 1;
      while (end < data.size() && data.recording[end] == data.recording[i]) ++end;
      for (std::size_t k = i; k < end; ++k) CHECK(folds.fold[k] == folds.fold[i], k);
      if (folds.fold[i] == fold) {
        order.apply(std::span(out.probabilities).subspan(i * classes, (end - i) * classes));
      }
      i = end;
    }
  }
  judge(data, folds, out);
  return out;
}

void calibrate_held_out(const Dataset& data, const Folds& folds, HeldOut& held_out) {
  const std::vector<float> before = held_out.probabilities;
  const std::size_t classes = data.classes.size();
  for (std::uint32_t fold = 0; fold < folds.count; ++fold) {
    std::vector<std::uint8_t> use(data.size());
    for (std::size_t i = 0; i < use.size(); ++i) use[i] = folds.fold[i] != fold ? 1 : 0;
    const float power = fit_power(before, classes, data.label, use);
    for (const std::uint32_t i : rows_where(folds, fold, true)) {
      calibrate(std::span(held_out.probabilities).subspan(i * classes, classes), power);
    }
  }
}

}  // namespace gauntlet::learn
