#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "core/base/check.h"
#include "core/learn/boosted.h"
#include "core/learn/classic.h"
#include "core/learn/classifier_kinds.h"
#include "core/learn/plain_features.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

constexpr double kStep_s = 0.1;
constexpr double kScales_s[] = {1.0, 2.0};  // the longest reaches a hop of 1 s past the window

// The rows of a window and, where the windows before and behind it are seen with it, of theirs: one
// stretch of the recording, a row a hop before the window's first being row -hop.
class Stretch {
 public:
  Stretch(std::span<const float> window, std::uint32_t channels, std::uint32_t seen,
          std::uint32_t hop)
      : window_(window), channels_(channels), seen_(seen), hop_(hop) {
    length_ = static_cast<std::int64_t>(window.size() / (std::size_t{channels} * seen));
    if (seen_ < 3) return;
    // A window that has no neighbour stands in its place.
    before_ = differs(1);
    behind_ = differs(2);
  }
  std::int64_t length() const { return length_; }
  // The first row that is not invented.
  std::int64_t begin() const { return before_ ? -static_cast<std::int64_t>(hop_) : 0; }
  // Beyond what is seen the outermost row stands still.
  const float* row(std::int64_t r) const {
    const auto hop = static_cast<std::int64_t>(hop_);
    r = std::clamp(r, begin(), length_ - 1 + (behind_ ? hop : 0));
    if (r < 0) return at(r + hop, 1);
    if (r >= length_) return at(r - hop, 2);
    return at(r, 0);
  }

 private:
  const float* at(std::int64_t row, std::uint32_t view) const {
    return window_.data() + (static_cast<std::size_t>(row) * seen_ + view) * channels_;
  }
  bool differs(std::uint32_t view) const {
    for (std::int64_t r = 0; r < length_; ++r) {
      if (!std::equal(at(r, 0), at(r, 0) + channels_, at(r, view))) return true;
    }
    return false;
  }
  std::span<const float> window_;
  std::uint32_t channels_, seen_, hop_;
  std::int64_t length_ = 0;
  bool before_ = false, behind_ = false;
};

class Framewise final : public WindowClassifier {
 public:
  explicit Framewise(const ClassifierOptions& o) : options_(o) {}

  void fit(const Dataset& data, Rows rows) override {
    auto t = std::make_shared<Trained>();
    t->seen = data.seen;
    t->channels = data.channels / data.seen;
    t->hop = data.hop > 0 ? std::min(data.hop, data.length) : data.length;
    t->rate_hz = data.rate_hz;
    t->classes = data.classes.size();
    trained_ = t;
    std::vector<float> values;
    std::vector<std::uint32_t> labels;
    std::vector<double> next(t->classes * t->classes, 1);
    t->prior.assign(t->classes, 1);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const std::uint32_t i = rows[k];
      const auto follows = [&](std::uint32_t a, std::uint32_t b) {
        return a + 1 == b && data.recording[a] == data.recording[b];
      };
      // An instant that the window behind shows as well is learned there.
      const bool shared = k + 1 < rows.size() && follows(i, rows[k + 1]);
      const std::int64_t end = shared ? t->hop : data.length;
      const Stretch stretch(data.window(i), t->channels, t->seen, t->hop);
      bool first = k == 0 || !follows(rows[k - 1], i);
      for (std::int64_t r = step() / 2; r < end; r += step()) {
        const std::uint32_t label =
            data.row_label.empty() ? data.label[i]
                                   : data.row_label[i * data.length + static_cast<std::size_t>(r)];
        if (label == Dataset::kNoLabel) {
          first = true;
          continue;
        }
        append_features(stretch, r, values);
        if (!first) next[labels.back() * t->classes + label] += 1;
        t->prior[label] += 1;
        labels.push_back(label);
        first = false;
      }
    }
    normalise(t->prior, t->prior.size());
    normalise(next, t->classes);
    t->next = std::move(next);
    BoostedOptions b;
    b.rounds = static_cast<std::size_t>(options_.rounds) * 5 / 2;  // smaller steps, more of them
    b.rate = 0.15;
    b.seed = seed_of(options_);
    t->trees =
        std::make_unique<BoostedTrees>(FeatureRows{values, features(), labels, t->classes}, b);
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    const Trained& t = *trained_;
    const Stretch stretch(window, t.channels, t.seen, t.hop);
    std::vector<float> score(t.classes), row;
    evidence_.clear();
    std::int64_t first = step() / 2;
    past_ = 0;
    for (; first - step() >= stretch.begin(); first -= step()) ++past_;
    for (std::int64_t r = first; r < stretch.length(); r += step()) {
      row.clear();
      append_features(stretch, r, row);
      t.trees->scores(row, score);
      softmax(score, 1);
      // The square root: successive instants see nearly the same rows, and are no witnesses of
      // their own.
      for (std::size_t c = 0; c < t.classes; ++c) {
        evidence_.push_back(std::sqrt(static_cast<double>(score[c]) / t.prior[c]));
      }
    }
    smooth(out);
  }
  std::unique_ptr<WindowClassifier> clone() const override {
    return std::make_unique<Framewise>(*this);
  }
  bool write(ByteWriter&) const override { return false; }

 private:
  struct Trained {
    std::uint32_t channels = 0, seen = 1, hop = 0;
    double rate_hz = 50;
    std::size_t classes = 0;
    std::vector<double> prior, next;  // next[from * classes + to], a step later
    std::unique_ptr<const BoostedTrees> trees;
  };

  static void normalise(std::vector<double>& v, std::size_t width) {
    for (std::size_t at = 0; at < v.size(); at += width) {
      double sum = 0;
      for (std::size_t k = 0; k < width; ++k) sum += v[at + k];
      for (std::size_t k = 0; k < width; ++k) v[at + k] = sum > 0 ? v[at + k] / sum : 0;
    }
  }
  std::int64_t rows_of(double s) const { return std::max(1L, std::lround(s * trained_->rate_hz)); }
  std::int64_t step() const { return rows_of(kStep_s); }
  std::size_t features() const {
    return std::size(kScales_s) * plain_feature_count(trained_->channels);
  }
  void append_features(const Stretch& stretch, std::int64_t centre, std::vector<float>& to) {
    const std::size_t n = plain_feature_count(trained_->channels);
    for (const double scale_s : kScales_s) {
      const std::int64_t rows = std::max<std::int64_t>(8, rows_of(scale_s));
      seen_rows_.clear();
      for (std::int64_t r = centre - rows / 2; r < centre - rows / 2 + rows; ++r) {
        const float* x = stretch.row(r);
        seen_rows_.insert(seen_rows_.end(), x, x + trained_->channels);
      }
      to.resize(to.size() + n);
      plain_features(seen_rows_, trained_->channels, trained_->rate_hz, std::span(to).last(n));
    }
  }
  // Forward and back over the instants; the mean of what is believed of each of the window's.
  void smooth(std::span<float> out) {
    const Trained& t = *trained_;
    const std::size_t classes = t.classes, n = evidence_.size() / classes;
    std::vector<double> forward(evidence_.size()), back(classes, 1), earlier(classes);
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t c = 0; c < classes; ++c) {
        double expected = k == 0 ? t.prior[c] : 0;
        for (std::size_t f = 0; f < classes && k > 0; ++f) {
          expected += forward[(k - 1) * classes + f] * t.next[f * classes + c];
        }
        forward[k * classes + c] = expected * evidence_[k * classes + c];
      }
      scale_to_one(std::span(forward).subspan(k * classes, classes));
    }
    std::vector<double> sum(classes), both(classes);
    for (std::size_t k = n; k-- > past_;) {
      for (std::size_t c = 0; c < classes; ++c) both[c] = forward[k * classes + c] * back[c];
      scale_to_one(both);
      for (std::size_t f = 0; f < classes; ++f) {
        sum[f] += both[f];
        earlier[f] = 0;
        for (std::size_t c = 0; c < classes; ++c) {
          earlier[f] += t.next[f * classes + c] * evidence_[k * classes + c] * back[c];
        }
      }
      back = earlier;
      scale_to_one(back);
    }
    for (std::size_t c = 0; c < classes; ++c) {
      out[c] = static_cast<float>(sum[c] / static_cast<double>(n - past_));
    }
  }
  static void scale_to_one(std::span<double> p) {
    double sum = 0;
    for (const double x : p) sum += x;
    CHECK(sum > 0, sum);
    for (double& x : p) x /= sum;
  }

  ClassifierOptions options_;
  std::shared_ptr<const Trained> trained_;
  std::vector<float> seen_rows_;
  std::vector<double> evidence_;  // of each instant, classes of them
  std::size_t past_ = 0;          // instants before the window, of the one before it
};

}  // namespace

Classifier make_framewise(const ClassifierOptions& options) {
  return std::make_unique<Framewise>(options);
}

}  // namespace gauntlet::learn
