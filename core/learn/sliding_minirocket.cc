#include "core/learn/sliding_minirocket.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/learn/minirocket_kernels.h"

namespace gauntlet::learn {

using namespace rocket;

SlidingMiniRocket::SlidingMiniRocket(const MiniRocket& m, std::size_t hop)
    : model_(m), hop_(hop), reach_(largest_reach(m)), stride_(m.length + 2 * reach_) {
  CHECK(hop >= 1 && hop <= m.length, hop, m.length);
  masks_of(m, masks_);
  for (const std::uint8_t mask : m.channel_masks) {
    slots_.push_back(
        static_cast<std::uint8_t>(std::ranges::lower_bound(masks_, mask) - masks_.begin()));
  }
  std::size_t blocks = 0;
  for (std::size_t d = 0; d < m.dilations.size(); ++d) {
    Interior in;
    in.first = std::size_t{4} * m.dilations[d];
    in.last = m.length - in.first;
    in.whole = (in.last - in.first) / hop;
    in.rest = (in.last - in.first) % hop;
    in.reused = in.whole > 0;
    in.blocks = blocks;
    if (in.reused) blocks += (in.whole + 1) * m.features_per_dilation[d] * MiniRocket::kKernels;
    interiors_.push_back(in);
  }
  blocks_.resize(blocks);
  signals_.assign(masks_.size() * stride_, 0.0f);
  sums_.resize(masks_.size() * m.length);
  output_.resize(m.length);
  interior_counts_.resize(m.features());
}

void SlidingMiniRocket::start(const float* window, float* out) {
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    std::fill_n(signal(i), model_.length, 0.0f);
    add_channels(model_, masks_[i], window, model_.length, signal(i));
  }
  windows_ = 0;
  run<true>(out);
  windows_ = 1;
}

void SlidingMiniRocket::advance(const float* rows, float* out) {
  CHECK(windows_ > 0, windows_);
  const std::size_t kept = model_.length - hop_;
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    std::copy_n(signal(i) + hop_, kept, signal(i));
    std::fill_n(signal(i) + kept, hop_, 0.0f);
    add_channels(model_, masks_[i], rows, hop_, signal(i) + kept);
  }
  run<false>(out);
  ++windows_;
}

// The count of one feature's interior, `nth` of its dilation. Window n adds block n at the back and
// drops what is left of block n - 1 - whole and the early part of the one after it.
template <bool kFirst>
std::int32_t SlidingMiniRocket::interior(const Interior& in, std::size_t feature, std::size_t nth,
                                         float bias) {
  const float* x = output_.data();
  if (!in.reused) return count_above(x, in.first, in.last, bias);
  const std::size_t ring = in.whole + 1;
  Block* blocks = blocks_.data() + in.blocks + nth * ring;
  const auto count = [&](std::size_t from) {
    const std::size_t cut = from + hop_ - in.rest;
    return Block{static_cast<std::uint16_t>(count_above(x, from, cut, bias)),
                 static_cast<std::uint16_t>(count_above(x, cut, from + hop_, bias))};
  };
  std::int32_t n = 0;
  if constexpr (kFirst) {
    // Block 0 ends the window; those before it have the numbers -1 to -whole.
    blocks[1 % ring] = {
        0, static_cast<std::uint16_t>(count_above(x, in.first, in.first + in.rest, bias))};
    n = blocks[1 % ring].late;
    for (std::size_t back = 0; back < in.whole; ++back) {
      Block& b = blocks[(ring - back) % ring];
      b = count(in.last - (back + 1) * hop_);
      n += b.early + b.late;
    }
  } else {
    Block& newest = blocks[windows_ % ring];
    n = interior_counts_[feature] - newest.late - blocks[(windows_ + 1) % ring].early;
    newest = count(in.last - hop_);
    n += newest.early + newest.late;
  }
  interior_counts_[feature] = n;
  return n;
}

template <bool kFirst>
void SlidingMiniRocket::run(float* out) {
  const std::size_t length = model_.length;
  std::size_t feature = 0;
  for (std::size_t d = 0; d < interiors_.size(); ++d) {
    const std::size_t dilation = model_.dilations[d];
    const Interior& in = interiors_[d];
    const std::size_t fresh = kFirst || !in.reused ? in.first : in.last - hop_;
    for (std::size_t i = 0; i < masks_.size(); ++i) {
      float* sums = sums_.data() + i * length;
      sum_taps(signal(i), 0, in.first, dilation, sums);
      sum_taps(signal(i), fresh, length, dilation, sums);
    }
    const std::size_t per_kernel = model_.features_per_dilation[d];
    for (std::size_t k = 0; k < MiniRocket::kKernels; ++k) {
      const std::size_t slot = slots_[d * MiniRocket::kKernels + k];
      const float* sums = sums_.data() + slot * length;
      const bool padded = (d + k) % 2 == 0;
      float* x = output_.data();
      if (padded) convolve(signal(slot), sums, kTriples[k], dilation, 0, in.first, x);
      convolve(signal(slot), sums, kTriples[k], dilation, fresh, padded ? length : in.last, x);
      const float scale = 1.0f / static_cast<float>(padded ? length : in.last - in.first);
      for (std::size_t i = 0; i < per_kernel; ++i, ++feature) {
        const float bias = model_.biases[feature];
        std::int32_t n = interior<kFirst>(in, feature, k * per_kernel + i, bias);
        if (padded) {
          n += count_above(x, 0, in.first, bias) + count_above(x, in.last, length, bias);
        }
        out[feature] = static_cast<float>(n) * scale;
      }
    }
  }
}

}  // namespace gauntlet::learn
