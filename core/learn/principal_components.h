// The directions in which feature vectors vary most (Pearson 1901; Hotelling 1933): fewer features,
// not correlated with each other on the rows that they were found on. By Jacobi's rotations of the
// covariance in double precision, plain loops: the same everywhere. Of each direction the sign is
// such that its largest entry (of equals the first) is positive.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/learn/byte_stream.h"

namespace gauntlet::learn {

class PrincipalComponents {
 public:
  PrincipalComponents() = default;
  // `rows`: n x features, of mean 0 (plain_features.h scales them so). Keeps no more than there
  // are.
  PrincipalComponents(std::span<const float> rows, std::size_t features, std::size_t kept);
  PrincipalComponents(ByteReader& r, std::size_t features);
  void write(ByteWriter& w) const;
  std::size_t kept() const { return kept_; }  // 0: none were asked for
  // kept() values.
  void apply(std::span<const float> row, std::span<float> out) const;
  std::span<const float> directions() const { return directions_; }  // kept x features

 private:
  std::size_t features_ = 0, kept_ = 0;
  std::vector<float> directions_;
};

}  // namespace gauntlet::learn
