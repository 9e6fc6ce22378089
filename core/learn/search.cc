#include "core/learn/search.h"

#include <algorithm>

#include "core/learn/classifier_kinds.h"
#include "core/learn/cross_validation.h"

namespace gauntlet::learn {
namespace {

constexpr std::int64_t kReduced = 32;

double worth(const ClassifierOptions& o, const Dataset& data, const LeftOut& split) {
  const auto classifier = make_classifier(o);
  classifier->fit(data, split.inside);
  return ask_about(*classifier, data, split.outside).macro_f1;
}

}  // namespace

std::vector<ClassifierOptions> candidates_of(const ClassifierOptions& given) {
  ClassifierOptions first = given;
  first.searched = false;
  std::vector<ClassifierOptions> out{first};
  const auto vary = [&](auto field, auto... values) {
    for (const auto v : {values...}) {
      out.push_back(first);
      out.back().*field = v;
    }
  };
  bool reducible = first.reduced == 0;
  switch (first.kind) {
    case ClassifierKind::knn:
      vary(&ClassifierOptions::neighbours, std::max<std::int64_t>(1, first.neighbours / 3),
           std::min<std::int64_t>(1000, 3 * first.neighbours));
      break;
    case ClassifierKind::svm:
    case ClassifierKind::libsvm:
      vary(&ClassifierOptions::penalty, first.penalty / 10, first.penalty * 10);
      break;
    case ClassifierKind::rbf:
      vary(&ClassifierOptions::kernel_width, first.kernel_width / 3, first.kernel_width * 3);
      break;
    case ClassifierKind::boosted:
    case ClassifierKind::xgboost:
      vary(&ClassifierOptions::rounds, std::max<std::int64_t>(1, first.rounds / 2),
           std::min<std::int64_t>(10000, 3 * first.rounds));
      reducible = false;
      break;
    case ClassifierKind::ridge:
      break;  // its own penalty is chosen in any case
    default:
      reducible = false;
  }
  if (reducible) vary(&ClassifierOptions::reduced, kReduced);
  return out;
}

void SearchedClassifier::fit(const Dataset& data, std::span<const std::uint32_t> rows) {
  const auto candidates = candidates_of(options_);
  options_ = candidates.front();
  const LeftOut split = leave_out(data, rows);
  if (candidates.size() > 1 && split.possible()) {
    double best = -1;
    for (const ClassifierOptions& o : candidates) {
      const double w = worth(o, data, split);
      if (w <= best) continue;
      best = w;
      options_ = o;
    }
  }
  made_ = make_classifier(options_);
  made_->fit(data, rows);
}

}  // namespace gauntlet::learn
