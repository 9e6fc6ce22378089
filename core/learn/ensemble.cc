#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/learn/classifier_kinds.h"
#include "core/learn/cross_validation.h"

namespace gauntlet::learn {
namespace {

class Ensemble final : public WindowClassifier {
 public:
  explicit Ensemble(const ClassifierOptions& o) : options_(o) {}
  Ensemble(const WindowShape& shape, ByteReader& r, std::size_t depth) : one_(shape.classes) {
    const std::size_t members = r.number<std::uint32_t>();
    r.require(members >= 1 && members <= 64, "an ensemble of 1 to 64 members is possible");
    for (std::size_t m = 0; m < members && r.ok(); ++m) {
      const float weight = r.number<float>();
      r.require(weight > 0, "a vote weighs nothing");
      members_.push_back({read_classifier(shape, r, depth), weight});
    }
  }

  void fit(const Dataset& data, Rows rows) override {
    members_.clear();
    const LeftOut split = leave_out(data, rows);
    for (const std::string& name : options_.members) {
      ClassifierOptions o = options_;
      o.kind = classifier_named(name).value();
      CHECK(o.kind != ClassifierKind::ensemble);
      Member m{make_classifier(o), 1};
      if (split.possible()) m.weight = worth(*m.classifier, data, split);
      m.classifier->fit(data, rows);
      members_.push_back(std::move(m));
    }
    one_.resize(data.classes.size());
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    std::fill(out.begin(), out.end(), 0.0F);
    float total = 0;
    for (Member& m : members_) {
      m.classifier->probabilities(window, one_);
      for (std::size_t c = 0; c < out.size(); ++c) out[c] += m.weight * one_[c];
      total += m.weight;
    }
    for (float& p : out) p /= total;
  }

  std::unique_ptr<WindowClassifier> clone() const override {
    auto copy = std::make_unique<Ensemble>(options_);
    for (const Member& m : members_) copy->members_.push_back({m.classifier->clone(), m.weight});
    copy->one_ = one_;
    return copy;
  }
  bool write(ByteWriter& w) const override {
    w.number(ClassifierKind::ensemble);
    w.number(static_cast<std::uint32_t>(members_.size()));
    return std::ranges::all_of(members_, [&w](const Member& m) {
      w.number(m.weight);
      return m.classifier->write(w);
    });
  }

 private:
  struct Member {
    std::unique_ptr<WindowClassifier> classifier;
    float weight;
  };
  // Macro-F1 on groups left out, squared: the better ones lead.
  static float worth(WindowClassifier& classifier, const Dataset& data, const LeftOut& split) {
    classifier.fit(data, split.inside);
    const double f1 = ask_about(classifier, data, split.outside).macro_f1;
    return static_cast<float>(std::max(f1 * f1, 1e-3));
  }
  ClassifierOptions options_;
  std::vector<Member> members_;
  std::vector<float> one_;
};

}  // namespace

Classifier make_ensemble(const ClassifierOptions& options) {
  return std::make_unique<Ensemble>(options);
}

Classifier read_ensemble(const WindowShape& shape, ByteReader& r, std::size_t depth) {
  return std::make_unique<Ensemble>(shape, r, depth);
}

}  // namespace gauntlet::learn
