// Standard normals of one effect, made by the block: several times as fast as one at a time, and
// how many are asked for at once changes none of them.
#pragma once

#include <array>
#include <cstddef>

#include "sim/engine/random.h"

namespace gauntlet::sim {

class Normals {
 public:
  static constexpr std::size_t kBlock = 64;
  explicit Normals(const RandomStream& stream) : stream_(stream) {}

  double next() {
    if (at_ == kBlock) {
      stream_.fill_normal(block_);
      at_ = 0;
    }
    return double{block_[at_++]};
  }
  // The next kBlock of them, for callers that count in blocks; not to be mixed with next().
  const std::array<float, kBlock>& next_block() {
    stream_.fill_normal(block_);
    return block_;
  }

 private:
  RandomStream stream_;
  std::array<float, kBlock> block_{};
  std::size_t at_ = kBlock;
};

}  // namespace gauntlet::sim
