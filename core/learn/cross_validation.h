// What a classifier is worth on people it has never seen: every fold is left out once, a fresh
// classifier trained on the others (features, their scale and every chosen constant included) and
// asked about the windows left out.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/learn/classifier.h"
#include "core/learn/evaluation.h"

namespace gauntlet::learn {

struct HeldOut {
  std::vector<float> probabilities;    // size() x classes
  std::vector<std::uint32_t> answers;  // the likeliest class
  Evaluation evaluation;
};

// work(round) for every round, `threads` at once; `progress` is told the share done, one call at a
// time.
void for_each_fold(std::uint32_t count, unsigned threads,
                   const std::function<void(std::uint32_t)>& work,
                   const std::function<void(double)>& progress = {});

// make() gives a classifier per round. `threads` rounds run at once; the result does not depend on
// it. `progress` is told the share done, one call at a time.
HeldOut cross_validate(const Dataset& data, const Folds& folds,
                       const std::function<std::unique_ptr<WindowClassifier>()>& make,
                       unsigned threads = 1, const std::function<void(double)>& progress = {});

// What a classifier, trained, answers about these rows against their labels.
Evaluation ask_about(WindowClassifier& classifier, const Dataset& data,
                     std::span<const std::uint32_t> rows);

// The likeliest class of each window.
std::vector<std::uint32_t> likeliest(std::span<const float> probabilities, std::size_t classes);

// How often which class follows which from one window of a recording to the next, learned on `rows`
// (add-one smoothing), and used to weigh each window's probabilities by those before it (causal:
// the forward pass of a hidden Markov model whose emissions are posterior over prior).
class ClassOrder {
 public:
  ClassOrder(const Dataset& data, std::span<const std::uint32_t> rows);
  // In place, over the successive windows of one recording: n x classes.
  void apply(std::span<float> probabilities) const;

 private:
  std::size_t classes_;
  std::vector<double> prior_, next_;  // next_[from * classes + to]
};
// The same for all held-out windows: for each fold the order is learned on the other folds. Only
// for folds that keep recordings whole.
HeldOut with_class_order(const Dataset& data, const Folds& folds, const HeldOut& held_out);

// Calibrated (calibration.h): each round's probabilities to the power that makes the labels of the
// other rounds likeliest. The answers stay.
void calibrate_held_out(const Dataset& data, const Folds& folds, HeldOut& held_out);

}  // namespace gauntlet::learn
