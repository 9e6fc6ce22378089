// A model for every subset of the sensors that somebody may wear (muvr): with four sensors,
// fifteen. Each is a classifier of its own, trained and calibrated on the channels of its subset
// alone.
//
// Sensor s is the accelerometer of device s, three channels, devices in the order of the scenario
// and the phone's own behind the wearables. A subset is a mask, bit s for sensor s; a window of a
// subset has the channels of its sensors side by side, in that order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/learn/dataset.h"
#include "core/learn/serving.h"

namespace gauntlet::learn {

// A data set without the channels of the sensors that are not in `worn`.
Dataset only_sensors(const Dataset& data, std::uint32_t worn);

class SubsetServing final : public Serving {
 public:
  static constexpr std::size_t kSensorsMax = 8;
  using Models = std::vector<std::shared_ptr<const TrainedServing>>;

  // models[k] serves the subset k + 1. CHECKs that they fit each other.
  explicit SubsetServing(Models models);
  // Errors: bad_subsets.
  static Result<void> check(const Models& models);

  const Models& models() const { return models_; }
  // Those of the model of all sensors.
  double rate_hz() const override { return models_.back()->rate_hz(); }
  std::size_t length() const override { return models_.back()->length(); }
  std::size_t channels() const override { return models_.back()->channels(); }
  const std::vector<std::string>& classes() const override { return models_.back()->classes(); }
  const Provenance& provenance() const override { return models_.back()->provenance(); }
  Prediction classify(const float* window, ClassifyScratch& scratch) const override {
    return models_.back()->classify(window, scratch);
  }
  std::size_t sensors() const override { return channels() / 3; }
  const Serving& of_worn(std::uint32_t worn) const override;

 private:
  Models models_;
};

}  // namespace gauntlet::learn
