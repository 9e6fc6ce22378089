#include "core/learn/search.h"

#include <algorithm>

#include "core/learn/classifier_kinds.h"
#include "core/learn/cross_validation.h"

namespace gauntlet::learn {
namespace {

constexpr std::int64_t kReduced = 32;

double worth(const ClassifierOptions& o, const Dataset& data, Rows inside, Rows outside) {
  const auto classifier = make_classifier(o);
  classifier->fit(data, inside);
  const std::size_t classes = data.classes.size();
  std::vector<float> p(outside.size() * classes);
  for (std::size_t k = 0; k < outside.size(); ++k) {
    classifier->probabilities(data.window(outside[k]), std::span(p).subspan(k * classes, classes));
  }
  return evaluate(labels_of(data, outside), likeliest(p, classes), classes, {}).macro_f1;
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
  const auto folds = inner_folds(data, rows);
  std::vector<std::uint32_t> inside, outside;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    (folds[k] == 0 ? outside : inside).push_back(rows[k]);
  }
  if (candidates.size() > 1 && !inside.empty() && !outside.empty()) {
    double best = -1;
    for (const ClassifierOptions& o : candidates) {
      const double w = worth(o, data, inside, outside);
      if (w <= best) continue;
      best = w;
      options_ = o;
    }
  }
  made_ = make_classifier(options_);
  made_->fit(data, rows);
}

}  // namespace gauntlet::learn
