// Two classifiers one after the other: whether there is an exercise at all, and only then which.
// The probability of an exercise is the product. Where no class is called so (`null_class`), or
// none but one is left, a single classifier does it all.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/learn/classifier.h"

namespace gauntlet::learn {

class StagedClassifier final : public WindowClassifier {
 public:
  using Make = std::function<std::unique_ptr<WindowClassifier>()>;
  StagedClassifier(Make make, std::string null_class = "no exercise");
  // From a model file.
  StagedClassifier(const WindowShape& shape, ByteReader& r, std::size_t depth);
  void fit(const Dataset& data, std::span<const std::uint32_t> rows) override;
  // Asks the second only where an exercise is likelier than none.
  void probabilities(std::span<const float> window, std::span<float> out) override;
  // Shares of the windows asked about so far.
  double reached_second() const;
  std::unique_ptr<WindowClassifier> clone() const override;
  bool write(ByteWriter& w) const override;

 private:
  Make make_;
  std::string null_class_;
  std::unique_ptr<WindowClassifier> gate_, which_;
  std::size_t null_ = 0;
  std::vector<float> first_, second_;
  std::vector<float> prior_;  // of each exercise, where the second is not asked
  std::uint64_t asked_ = 0, asked_second_ = 0;
};

}  // namespace gauntlet::learn
