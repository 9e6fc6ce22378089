// The models that a system has made for somebody, judged again and again: the last n are evaluated
// anew on the newest labelled data by accuracy, precision, recall and F1 (the mean of the four
// decides), the ten best stay, and the next one to be trained is a random mutation of one of those.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/learn/classifier.h"
#include "core/learn/draws.h"
#include "core/learn/evaluation.h"

namespace gauntlet::learn {

struct PoolScore {
  double accuracy = 0, precision = 0, recall = 0, f1 = 0;  // macro, of the classes that occur
  double mean() const { return (accuracy + precision + recall + f1) / 4; }
};
PoolScore pool_score(const Evaluation& evaluation);

class ModelPool {
 public:
  static constexpr std::size_t kBest = 10;
  struct Entry {
    std::uint64_t id = 0;  // 1, 2, …: in the order in which they were added
    ClassifierOptions options;
    PoolScore score;
  };
  explicit ModelPool(std::uint64_t seed) : draws_(seed) {}

  // Returns its id.
  std::uint64_t add(const ClassifierOptions& options, const PoolScore& score);
  // Scores the last n (by id) again, whether among the best or not, then keeps the ten best (of
  // equals the newer, which has seen more) and forgets the others.
  void evaluate_again(std::size_t n, const std::function<PoolScore(const Entry&)>& judge);
  // Best first.
  std::vector<Entry> best() const;
  // One of the best with one thing changed: seed, epochs, learning rate, dropout, balance or size.
  // Without any: `otherwise`.
  ClassifierOptions next(const ClassifierOptions& otherwise);

 private:
  std::vector<Entry> entries_;  // by id
  std::uint64_t last_id_ = 0;
  Draws draws_;
};

}  // namespace gauntlet::learn
