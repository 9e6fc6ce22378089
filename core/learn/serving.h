// What a phone asks of a classifier of windows, whichever it is: a model read from a file
// (model.h), or one just trained (classifier.h) inside an evaluation.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/learn/classifier.h"
#include "core/learn/features.h"

namespace gauntlet::learn {

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

class Serving {
 public:
  virtual ~Serving() = default;
  virtual double rate_hz() const = 0;
  virtual std::size_t length() const = 0;    // rows of a window
  virtual std::size_t channels() const = 0;  // of a row
  // The first is "", no exercise (NULL).
  virtual const std::vector<std::string>& classes() const = 0;
  // `window` is length() rows of channels() values: x, y, z of the accelerometer in m/s2, then,
  // with six channels, of the gyroscope in rad/s. scratch.probabilities holds one per class
  // afterwards.
  virtual Prediction classify(const float* window, ClassifyScratch& scratch) const = 0;
};

// A trained classifier as it would be served. `null_class` is the data's name for no exercise; the
// data may lack it. One thread at a time.
std::unique_ptr<Serving> serve(std::unique_ptr<WindowClassifier> trained, const Dataset& data,
                               const std::string& null_class);

}  // namespace gauntlet::learn
