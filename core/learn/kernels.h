// The arithmetic of networks: one matrix product and the activations of an LSTM step, in single
// precision.
//
// Each result is one chain of fused multiply-adds in the order of k, beginning at what stands in
// `c`; vectors go along n. So the bits do not depend on the width of the vectors: AVX-512, AVX2
// with FMA, and a plain loop over std::fma (slow where the processor has no such instruction, the
// same bits) are chosen between at run time. Peak use of one core, a window at a time, no
// allocation.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gauntlet::learn {

// c[i * c_row + j] += sum over k of a[i * a_row + k * a_step] * b[k * b_row + j], i < m, j < n,
// in the order of k. A convolution over rows of channels is this with a_row = channels and k
// running over taps x channels: the patches overlap in memory and are never copied.
struct Product {
  const float* a;
  std::size_t a_row, a_step;
  const float* b;
  std::size_t b_row;
  float* c;
  std::size_t c_row;
  std::size_t m, k, n;
};

struct Kernels {
  std::string_view name;
  void (*multiply)(const Product& p);
  // One step of `units` LSTM cells: gates holds the sums of the input, forget, output and candidate
  // gates (units each); state and hidden are renewed. gates is overwritten with the activations.
  void (*lstm_step)(std::size_t units, float* gates, float* state, float* hidden);
  // x[i] = max(x[i], 0)
  void (*rectify)(std::size_t n, float* x);
};

// The widest of all_kernels(), chosen once.
const Kernels& kernels();
// Those this processor can run, the narrowest first.
std::span<const Kernels> all_kernels();

}  // namespace gauntlet::learn
