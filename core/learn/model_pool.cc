#include "core/learn/model_pool.h"

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet::learn {
PoolScore pool_score(const Evaluation& e) {
  PoolScore s;
  s.accuracy = e.accuracy;
  s.f1 = e.macro_f1;
  double predicted = 0, occurring = 0;
  for (std::size_t c = 0; c < e.classes; ++c) {
    double true_of = 0, called = 0;
    for (std::size_t o = 0; o < e.classes; ++o) {
      true_of += static_cast<double>(e.confusion[c * e.classes + o]);
      called += static_cast<double>(e.confusion[o * e.classes + c]);
    }
    const auto right = static_cast<double>(e.confusion[c * e.classes + c]);
    if (called > 0) s.precision += right / called;
    if (true_of > 0) s.recall += right / true_of;
    predicted += called > 0 ? 1 : 0;
    occurring += true_of > 0 ? 1 : 0;
  }
  if (predicted > 0) s.precision /= predicted;
  if (occurring > 0) s.recall /= occurring;
  return s;
}

std::uint64_t ModelPool::add(const ClassifierOptions& options, const PoolScore& score) {
  entries_.push_back({++last_id_, options, score});
  return last_id_;
}

std::vector<ModelPool::Entry> ModelPool::best() const {
  std::vector<Entry> sorted = entries_;
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return a.score.mean() != b.score.mean() ? a.score.mean() > b.score.mean() : a.id > b.id;
  });
  if (sorted.size() > kBest) sorted.resize(kBest);
  return sorted;
}

void ModelPool::evaluate_again(std::size_t n, const std::function<PoolScore(const Entry&)>& judge) {
  for (Entry& e : entries_) {
    if (e.id + n > last_id_) e.score = judge(e);
  }
  entries_ = best();
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.id < b.id; });
}

ClassifierOptions ModelPool::next(const ClassifierOptions& otherwise) {
  if (entries_.empty()) return otherwise;
  const auto parents = best();
  ClassifierOptions o = parents[draws_.below(parents.size())].options;
  const double factor = 0.5 + 1.5 * draws_.uniform();
  const auto scaled = [factor](std::int64_t x) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(x) * factor));
  };
  o.seed = static_cast<std::int64_t>(draws_.bits() >> 12);
  switch (draws_.below(6)) {
    case 0:
      break;  // another seed is a change, too
    case 1:
      o.epochs = scaled(o.epochs);
      break;
    case 2:
      o.learning_rate *= factor;
      break;
    case 3:
      o.dropout = std::min(0.9, o.dropout * factor);
      break;
    case 4:
      o.balance = std::min(1.0, o.balance * factor);
      break;
    default:
      o.features = std::clamp<std::int64_t>(scaled(o.features), 84, 20000);
      o.trees = scaled(o.trees);
      break;
  }
  return o;
}

}  // namespace gauntlet::learn
