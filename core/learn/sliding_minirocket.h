// MiniRocket features of windows that overlap: the transform of minirocket.h, bit for bit, but what
// the previous window has worked out is not worked out again.
//
// How: a convolution value whose nine taps all lie inside the window depends on the rows alone, not
// on where the window begins. Of these, `hop` positions leave at the front and `hop` come at the
// back; how many of those that leave were above the bias was counted when they came. What is left
// are the 4 * dilation positions at either end, where the zeros of the padding move along with the
// window: with every hop each of them sees other zeros, so they are computed afresh (only the
// padded half of the pairs has them).
//
// What can be gained is therefore bounded: per padded pair 8 * dilation + hop of `length` positions
// remain, per other pair hop of length - 8 * dilation. Of 100 rows and 1,008 features a hop of 25
// leaves 48 % of the positions: no bookkeeping, however good, gets beyond 2.1 times. Counted
// instructions are 534,500 from scratch and 430,400, 340,200 and 293,700 per hop of 25, 5 and 1
// (1.2, 1.6 and 1.8 times less, baseline x86-64): the rest goes into starting many short stretches.
//
// Not thread-safe. Allocates in the constructor alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/learn/minirocket.h"

namespace gauntlet::learn {

class SlidingMiniRocket {
 public:
  // CHECKs 1 <= hop <= m.length. `m` is copied.
  SlidingMiniRocket(const MiniRocket& m, std::size_t hop);
  // The first window, length x channels, and m.features() values of it. May be called again at any
  // time to begin anew, after a gap for example.
  void start(const float* window, float* out);
  // The window `hop` rows on, given these rows, hop x channels. CHECKs that start() was called.
  void advance(const float* rows, float* out);
  std::size_t hop() const { return hop_; }
  const MiniRocket& model() const { return model_; }

 private:
  // Positions of one dilation that see no padding: `whole` hops of them and `rest` more.
  struct Interior {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t whole = 0;
    std::size_t rest = 0;
    bool reused = false;     // else nothing of it outlasts a hop
    std::size_t blocks = 0;  // where its features' blocks begin
  };
  // How many positions of one hop were above the bias; in two parts, since the interior begins
  // `rest` positions before the end of a block.
  struct Block {
    std::uint16_t early = 0;  // hop - rest positions
    std::uint16_t late = 0;   // rest positions
  };
  float* signal(std::size_t slot) { return signals_.data() + slot * stride_ + reach_; }
  template <bool kFirst>
  void run(float* out);
  template <bool kFirst>
  std::int32_t interior(const Interior& in, std::size_t feature, std::size_t nth, float bias);

  MiniRocket model_;
  std::size_t hop_;
  std::size_t reach_;
  std::size_t stride_;
  std::vector<std::uint8_t> masks_;
  std::vector<std::uint8_t> slots_;            // of each pair's mask
  std::vector<Interior> interiors_;            // per dilation
  std::vector<float> signals_;                 // per mask, padded
  std::vector<float> sums_;                    // nine-tap sums of one dilation, per mask
  std::vector<float> output_;                  // one convolution, by position
  std::vector<Block> blocks_;                  // per feature a ring of whole + 1
  std::vector<std::int32_t> interior_counts_;  // per feature
  std::uint64_t windows_ = 0;                  // since start()
};

}  // namespace gauntlet::learn
