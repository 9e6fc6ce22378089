// Ridge regression on +1 / -1 targets, one per class (one against all), in closed form:
//
//   (X^T W X + lambda I) B = X^T W Y,
//
// X standardised features and a constant (the constant is not penalised), W class weights scaled to
// sum to the number of rows. lambda is chosen by the macro-F1 on left-out groups, then the softmax
// temperature by the likelihood of the left-out scores. Everything is summed in one order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/learn/byte_stream.h"

namespace gauntlet::learn {

// n rows of `features` float values each; labels below `classes`. Rows with use == 0 are only
// scored, never trained on. fold says in which round a row is left out.
struct RidgeProblem {
  std::span<const float> rows;
  std::size_t features = 0;
  std::span<const std::uint32_t> labels;
  std::size_t classes = 0;
  std::span<const std::uint32_t> folds;
  std::size_t fold_count = 0;  // below 2: nothing is left out, lambdas[0] is taken
  std::span<const std::uint8_t> use;
};

struct RidgeOptions {
  std::vector<double> lambdas{1, 10, 100, 1000, 10000};
  double balance = 0.5;  // a row's weight is (rows / rows of its class) to this power
  unsigned threads = 1;
};

// score[c] = bias[c] + sum over f of weights[f * classes + c] * feature[f], raw features.
struct RidgeFit {
  std::vector<float> weights;
  std::vector<float> bias;
  float inverse_temperature = 1;
  double lambda = 0;
  // Held out: rows x classes, every row scored by the fit that left its fold out. Empty without
  // folds.
  std::vector<float> held_out;
};

RidgeFit fit_ridge(const RidgeProblem& problem, const RidgeOptions& options);

// Softmax of the scores of one row of raw features, with the fitted temperature.
void answer(const RidgeFit& fit, std::span<const float> row, std::span<float> out);

// Weights, bias and temperature in a model file; of use only if the reader says that it is ok.
void write_ridge(const RidgeFit& fit, ByteWriter& w);
RidgeFit read_ridge(std::size_t features, std::size_t classes, ByteReader& r);

// The inverse temperature b in [0.01, 100] that makes softmax(b * scores) likeliest; rows with
// use == 0 are left out.
float fit_inverse_temperature(std::span<const float> scores, std::size_t classes,
                              std::span<const std::uint32_t> labels,
                              std::span<const std::uint8_t> use);

// In place: softmax(inverse_temperature * scores).
void softmax(std::span<float> scores, float inverse_temperature);

}  // namespace gauntlet::learn
