// A trained classifier of windows: what a phone carries. Immutable once made; classify() may be
// called from several threads with a scratch each.
//
// classes[0] is always "", no exercise (NULL). One stage: one head over all classes. Two stages:
// the first head is {NULL, exercise}, the second one the exercises; the probability of an exercise
// is the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/learn/features.h"

namespace gauntlet::learn {

// score[c] = bias[c] + sum over f of weights[f * outputs + c] * feature[f], then softmax.
struct Head {
  std::vector<float> weights;
  std::vector<float> bias;  // one per output
  float inverse_temperature = 1;
};

struct ClassifyScratch {
  FeatureScratch features;
  std::vector<float> values;
  std::vector<float> gate;
  std::vector<float> probabilities;
};

struct Prediction {
  std::size_t index = 0;  // into classes
  float confidence = 0;   // its probability
};

class Model {
 public:
  struct Parts {
    double rate_hz = 50;
    FeatureSet features;
    std::vector<std::string> classes;
    std::vector<Head> heads;  // one or two
    std::map<std::string, std::string> provenance;
  };
  // CHECKs that the parts fit together.
  explicit Model(Parts parts);

  // Whether parts fit together, and why not: what loading a file asks before it makes a model.
  static Result<void> check(const Parts& parts);

  const Parts& parts() const { return parts_; }
  double rate_hz() const { return parts_.rate_hz; }
  std::size_t length() const { return parts_.features.minirocket.length; }
  std::size_t channels() const { return parts_.features.minirocket.channels; }
  const std::vector<std::string>& classes() const { return parts_.classes; }

  // `window` is length() rows of channels() values: x, y, z of the accelerometer in m/s2, then,
  // with six channels, of the gyroscope in rad/s. scratch.probabilities holds one per class
  // afterwards.
  Prediction classify(const float* window, ClassifyScratch& scratch) const;

 private:
  Parts parts_;
};

}  // namespace gauntlet::learn
