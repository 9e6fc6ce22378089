#include "core/learn/evaluation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::learn {
namespace {

double mean_f1(const Evaluation& e, std::size_t first_class) {
  double sum = 0;
  std::size_t occurring = 0;
  for (std::size_t c = first_class; c < e.classes; ++c) {
    std::uint64_t true_of = 0;
    std::uint64_t called = 0;
    for (std::size_t o = 0; o < e.classes; ++o) {
      true_of += e.confusion[c * e.classes + o];
      called += e.confusion[o * e.classes + c];
    }
    if (true_of + called == 0) continue;
    ++occurring;
    sum += 2.0 * static_cast<double>(e.confusion[c * e.classes + c]) /
           static_cast<double>(true_of + called);
  }
  return occurring > 0 ? sum / static_cast<double>(occurring) : 0;
}

}  // namespace

Evaluation evaluate(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> answers,
                    std::size_t classes, std::span<const std::uint32_t> groups) {
  CHECK(truth.size() == answers.size(), truth.size(), answers.size());
  CHECK(groups.empty() || groups.size() == truth.size(), groups.size());
  Evaluation e;
  e.classes = classes;
  e.windows = truth.size();
  e.confusion.assign(classes * classes, 0);
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> by_group;  // right, all
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    ++e.confusion[truth[i] * classes + answers[i]];
    const bool hit = truth[i] == answers[i];
    right += hit ? 1 : 0;
    if (groups.empty()) continue;
    auto& [group_right, group_all] = by_group[groups[i]];
    group_right += hit ? 1 : 0;
    ++group_all;
  }
  if (e.windows == 0) return e;
  e.accuracy = static_cast<double>(right) / static_cast<double>(e.windows);
  e.macro_f1 = mean_f1(e, 0);
  e.macro_f1_no_null = mean_f1(e, 1);
  e.worst_group_accuracy = e.accuracy;
  for (const auto& [group, counts] : by_group) {
    e.worst_group_accuracy =
        std::min(e.worst_group_accuracy,
                 static_cast<double>(counts.first) / static_cast<double>(counts.second));
  }
  return e;
}

}  // namespace gauntlet::learn
