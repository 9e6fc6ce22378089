// What a phone asks of a classifier of windows, whichever it is: the small model that ships
// (model.h), or any other (classifier.h), just trained inside an evaluation or read from a file
// (model_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
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
  std::vector<float> answer;
  std::unique_ptr<WindowClassifier> own;  // a clone for this thread
};

struct Prediction {
  std::size_t index = 0;  // into classes
  float confidence = 0;   // its probability
};

using Provenance = std::map<std::string, std::string>;

class Serving {
 public:
  virtual ~Serving() = default;
  virtual double rate_hz() const = 0;
  virtual std::size_t length() const = 0;    // rows of a window
  virtual std::size_t channels() const = 0;  // of a row
  // The first is "", no exercise (NULL).
  virtual const std::vector<std::string>& classes() const = 0;
  virtual const Provenance& provenance() const = 0;
  // `window` is length() rows of channels() values: x, y, z of the accelerometer in m/s2, then,
  // with six channels, of the gyroscope in rad/s. scratch.probabilities holds one per class
  // afterwards. A scratch is of one Serving and one thread.
  virtual Prediction classify(const float* window, ClassifyScratch& scratch) const = 0;
  // Of a model for every subset of worn sensors (subset_serving.h): how many sensors. 0: of one
  // device, all of whose channels it wants.
  virtual std::size_t sensors() const { return 0; }
  // What serves the sensors of the mask `worn`, of which there is one at least.
  virtual const Serving& of_worn(std::uint32_t /*worn*/) const { return *this; }
};

// A trained classifier as it is served. Several threads may ask it, with a scratch each.
class TrainedServing final : public Serving {
 public:
  struct Parts {
    double rate_hz = 50;
    std::uint32_t length = 0, channels = 0;
    std::vector<std::string> classes;  // of the classifier
    std::string null_class;            // which of them is no exercise; they may lack it
    float power = 1;                   // calibration (calibration.h)
    Provenance provenance;
  };
  // CHECKs that the parts fit what is possible.
  TrainedServing(std::unique_ptr<WindowClassifier> trained, Parts parts);
  // Errors: bad_window, bad_classes, bad_calibration.
  static Result<void> check(const Parts& parts);

  const Parts& parts() const { return parts_; }
  const WindowClassifier& classifier() const { return *trained_; }
  double rate_hz() const override { return parts_.rate_hz; }
  std::size_t length() const override { return parts_.length; }
  std::size_t channels() const override { return parts_.channels; }
  const std::vector<std::string>& classes() const override { return classes_; }
  const Provenance& provenance() const override { return parts_.provenance; }
  Prediction classify(const float* window, ClassifyScratch& scratch) const override;

 private:
  std::unique_ptr<const WindowClassifier> trained_;
  Parts parts_;
  std::vector<std::string> classes_;
  std::vector<std::size_t> to_served_;  // of each of the classifier's classes
};

// `null_class` is the data's name for no exercise.
std::unique_ptr<TrainedServing> serve(std::unique_ptr<WindowClassifier> trained,
                                      const Dataset& data, const std::string& null_class,
                                      float power = 1, Provenance provenance = {});

}  // namespace gauntlet::learn
