// What somebody does next, from what they did before: a chain of habits with memory. For every
// suffix of the history, up to sixteen sets long, the chain knows how often which exercise came
// next; an exercise's score is the largest, over the suffixes, of that probability times the
// suffix's length, so that a long match outweighs any number of short ones. An exercise that never
// followed keeps a small share: a habit is no law.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace gauntlet::learn {

class HabitChain {
 public:
  static constexpr std::size_t kLongestSuffix = 16;
  explicit HabitChain(std::size_t classes) : classes_(classes) {}
  // A session's exercises in order, each below `classes`.
  void learn(std::span<const std::uint32_t> session);
  // Writes a probability a class. `history`: this session's exercises so far.
  void next(std::span<const std::uint32_t> history, std::span<float> out) const;

 private:
  struct Follow {
    std::map<std::uint32_t, std::uint32_t> count;
    std::uint32_t total = 0;
  };
  std::size_t classes_;
  std::map<std::vector<std::uint32_t>, Follow> after_;  // the empty suffix: anywhere
};

// In place: p times evidence to the power of `weight`, made to sum to 1. Evidence of 0 counts as
// 1e-4.
void weigh(std::span<float> p, std::span<const float> evidence, double weight = 1);

}  // namespace gauntlet::learn
