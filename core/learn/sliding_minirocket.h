// MiniRocket features of windows that overlap, of a model without padding: the transform of
// minirocket.h, bit for bit, but what the previous window has worked out is not worked out again.
//
// How: a convolution value whose nine taps all lie inside the window depends on the rows alone, not
// on where the window begins. With every hop, `hop` positions leave at the front and `hop` come at
// the back; whether those that leave were above the bias is remembered since they came.
//
// Why no padding: the zeros around a padded convolution move along with the window, so its
// 4 * dilation values at either end are others with every hop. Of 100 rows and 1,008 features, half
// of the pairs padded, a hop of 25 leaves 48 % of the positions: no bookkeeping gets beyond 2.1
// times. Without padding it leaves 35 %, a hop of 5 7 %, a hop of 1 1.5 %
// (docs/benchmarks/learn.md).
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
  // CHECKs 1 <= hop <= m.length and that nothing is padded. `m` is copied.
  SlidingMiniRocket(const MiniRocket& m, std::size_t hop);
  // The first window, length x channels, and m.features() values of it. May be called again at any
  // time to begin anew, after a gap for example.
  void start(const float* window, float* out);
  // The window `hop` rows on, given these rows, hop x channels. CHECKs that start() was called.
  void advance(const float* rows, float* out);
  std::size_t hop() const { return hop_; }
  const MiniRocket& model() const { return model_; }

 private:
  static constexpr std::size_t kKernels = MiniRocket::kKernels;
  // Of one dilation: its features in the order (nth of its kernel, kernel).
  struct Part {
    std::size_t dilation = 0, per_kernel = 0;
    std::size_t positions = 0;  // that lie inside the window
    std::size_t first = 0;      // of its features
    std::size_t above = 0;      // where its ring begins: a row of features for each position
    std::size_t oldest = 0;     // row
    std::size_t features() const { return per_kernel * kKernels; }
  };
  // Where in taps_ a kernel finds its three taps and the sum of all nine.
  struct Sources {
    std::uint16_t a, b, c, sum;
  };
  float* signal(std::size_t slot) { return signals_.data() + slot * model_.length; }
  void run(bool first, float* out);
  void convolve_at(const Part& part, std::size_t d, std::size_t begin);

  MiniRocket model_;
  std::size_t hop_;
  std::vector<std::uint8_t> masks_;
  std::vector<Part> parts_;
  std::vector<Sources> sources_;      // dilations x kernels
  std::vector<float> biases_;         // in the parts' order of features
  std::vector<float> signals_;        // per mask
  std::vector<float> taps_;           // nine and their sum per mask
  std::vector<float> output_;         // of all kernels, at one position
  std::vector<std::uint8_t> above_;   // whether a position is above a feature's bias
  std::vector<std::int32_t> counts_;  // how many are
  bool started_ = false;
};

}  // namespace gauntlet::learn
