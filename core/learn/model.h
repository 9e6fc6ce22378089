// A trained classifier of windows: what a phone carries. Immutable once made; classify() may be
// called from several threads with a scratch each.
//
// classes[0] is always "", no exercise (NULL). One stage: one head over all classes. Two stages:
// the first head is {NULL, exercise}, the second one the exercises; the probability of an exercise
// is the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/learn/features.h"
#include "core/learn/serving.h"

namespace gauntlet::learn {

// score[c] = bias[c] + sum over f of weights[f * outputs + c] * feature[f], then softmax.
struct Head {
  std::vector<float> weights;
  std::vector<float> bias;  // one per output
  float inverse_temperature = 1;
};

class Model final : public Serving {
 public:
  struct Parts {
    double rate_hz = 50;
    FeatureSet features;
    std::vector<std::string> classes;
    std::vector<Head> heads;  // one or two
    Provenance provenance;
  };
  // CHECKs that the parts fit together.
  explicit Model(Parts parts);

  // Whether parts fit together, and why not: what loading a file asks before it makes a model.
  static Result<void> check(const Parts& parts);

  const Parts& parts() const { return parts_; }
  double rate_hz() const override { return parts_.rate_hz; }
  std::size_t length() const override { return parts_.features.minirocket.length; }
  std::size_t channels() const override { return parts_.features.minirocket.channels; }
  const std::vector<std::string>& classes() const override { return parts_.classes; }
  const Provenance& provenance() const override { return parts_.provenance; }

  Prediction classify(const float* window, ClassifyScratch& scratch) const override;

 private:
  Parts parts_;
};

}  // namespace gauntlet::learn
