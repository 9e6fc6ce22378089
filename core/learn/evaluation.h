// What a classifier is worth on windows it was not trained on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gauntlet::learn {

// confusion[t * classes + p] windows of class t were called p. Class 0 is NULL (no exercise).
struct Evaluation {
  std::size_t classes = 0;
  std::size_t windows = 0;
  std::vector<std::uint64_t> confusion;
  double accuracy = 0;
  double macro_f1 = 0;          // mean F1 of the classes that occur (in truth or answer)
  double macro_f1_no_null = 0;  // the same without class 0
  double worst_group_accuracy = 0;
  std::string split;  // how it was held out: every accuracy carries its split
};

// `groups` may be empty.
Evaluation evaluate(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> answers,
                    std::size_t classes, std::span<const std::uint32_t> groups);

}  // namespace gauntlet::learn
