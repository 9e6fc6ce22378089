// From labelled windows of people to a model and an honest estimate of what it is worth on others.
//
//   Trainer trainer(options, 50, 100, 3);
//   trainer.add(window, "biceps-curl", person);   // "" for no exercise
//   Training t = trainer.train();                 // t.model, t.held_out
//
// The held-out figures come from leaving whole groups (people) out of the classifier; biases of the
// features and their scale see all windows, labels do not enter there. The same windows in the same
// order give the same model, byte for byte, whatever the number of threads.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/learn/evaluation.h"
#include "core/learn/model.h"

namespace gauntlet::learn {

struct TrainerOptions {
  std::int64_t features = 756;
  bool statistics = true;
  bool two_stage = false;
  std::int64_t folds = 5;
  double balance = 0.5;
  std::int64_t seed = 1;
  std::int64_t threads = 1;
  void describe(OptionVisitor& v);
};

struct Training {
  Model model;
  Evaluation held_out;          // windows == 0 with fewer than two groups
  std::vector<double> lambdas;  // chosen, one per head
};

class Trainer {
 public:
  Trainer(TrainerOptions options, double rate_hz, std::uint32_t length, std::uint32_t channels);

  // length x channels values.
  void add(std::span<const float> window, std::string_view label, std::uint32_t group);
  std::size_t size() const { return labels_.size(); }

  // Windows are in place and enough classes occur (NULL and at least one exercise), or why not.
  Result<Training> train(std::map<std::string, std::string> provenance = {}) const;

 private:
  struct Sets;
  TrainerOptions options_;
  double rate_hz_;
  std::uint32_t length_, channels_;
  std::vector<float> windows_;
  std::vector<std::string> labels_;
  std::vector<std::uint32_t> groups_;
};

}  // namespace gauntlet::learn
