#include "core/learn/sliding_minirocket.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/learn/minirocket_kernels.h"

namespace gauntlet::learn {

using namespace rocket;

namespace {

// One position's row of the ring becomes what it is now. Arrays of the same features, in order.
void renew(const float* x, const float* bias, std::size_t n, std::uint8_t* __restrict above,
           std::int32_t* __restrict counts) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t now = x[i] > bias[i] ? 1 : 0;
    counts[i] += now - above[i];
    above[i] = static_cast<std::uint8_t>(now);
  }
}

}  // namespace

SlidingMiniRocket::SlidingMiniRocket(const MiniRocket& m, std::size_t hop) : model_(m), hop_(hop) {
  CHECK(hop >= 1 && hop <= m.length && !m.padded, hop, m.length);
  masks_of(m, masks_);
  constexpr std::size_t kEach = kTaps + 1;
  for (std::size_t p = 0; p < m.channel_masks.size(); ++p) {
    const auto slot = static_cast<std::size_t>(
        std::ranges::lower_bound(masks_, m.channel_masks[p]) - masks_.begin());
    const auto at = [slot](std::size_t tap) {
      return static_cast<std::uint16_t>(slot * kEach + tap);
    };
    const Triple& t = kTriples[p % kKernels];
    sources_.push_back({at(t[0]), at(t[1]), at(t[2]), at(kTaps)});
  }
  std::size_t above = 0, first = 0;
  for (std::size_t d = 0; d < m.dilations.size(); ++d) {
    const std::size_t dilation = m.dilations[d], per_kernel = m.features_per_dilation[d];
    const Part part{dilation, per_kernel, m.length - 8 * dilation, first, above, 0};
    for (std::size_t i = 0; i < per_kernel; ++i) {
      for (std::size_t k = 0; k < kKernels; ++k) {
        biases_.push_back(m.biases[first + k * per_kernel + i]);
      }
    }
    first += part.features();
    above += part.features() * part.positions;
    parts_.push_back(part);
  }
  above_.resize(above);
  counts_.resize(m.features());
  signals_.resize(masks_.size() * m.length);
  taps_.resize(masks_.size() * kEach);
  output_.resize(kKernels);
}

void SlidingMiniRocket::start(const float* window, float* out) {
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    std::fill_n(signal(i), model_.length, 0.0f);
    add_channels(model_, masks_[i], window, model_.length, signal(i));
  }
  started_ = true;
  run(true, out);
}

void SlidingMiniRocket::advance(const float* rows, float* out) {
  CHECK(started_);
  const std::size_t kept = model_.length - hop_;
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    std::copy_n(signal(i) + hop_, kept, signal(i));
    std::fill_n(signal(i) + kept, hop_, 0.0f);
    add_channels(model_, masks_[i], rows, hop_, signal(i) + kept);
  }
  run(false, out);
}

// All kernels of a dilation where their first tap is row `begin`.
void SlidingMiniRocket::convolve_at(const Part& part, std::size_t d, std::size_t begin) {
  float* taps = taps_.data();
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    const float* p = signal(i) + begin;
    for (std::size_t t = 0; t < kTaps; ++t) *taps++ = p[t * part.dilation];
    *taps++ = sum_of_taps(p, part.dilation);
  }
  const Sources* from = sources_.data() + d * kKernels;
  for (std::size_t k = 0; k < kKernels; ++k) {
    output_[k] = weighted(taps_[from[k].a], taps_[from[k].b], taps_[from[k].c], taps_[from[k].sum]);
  }
}

void SlidingMiniRocket::run(bool first, float* out) {
  if (first) {
    std::ranges::fill(above_, std::uint8_t{0});
    std::ranges::fill(counts_, 0);
  }
  for (std::size_t d = 0; d < parts_.size(); ++d) {
    Part& part = parts_[d];
    const std::size_t fresh = first ? part.positions : std::min(hop_, part.positions);
    for (std::size_t at = part.positions - fresh; at < part.positions; ++at) {
      convolve_at(part, d, at);
      for (std::size_t i = 0; i < part.per_kernel; ++i) {
        const std::size_t f = part.first + i * kKernels;
        renew(output_.data(), biases_.data() + f, kKernels,
              above_.data() + part.above + part.oldest * part.features() + i * kKernels,
              counts_.data() + f);
      }
      part.oldest = part.oldest + 1 == part.positions ? 0 : part.oldest + 1;
    }
    const float scale = 1.0f / static_cast<float>(part.positions);
    const std::int32_t* n = counts_.data() + part.first;
    for (std::size_t i = 0; i < part.per_kernel; ++i) {
      for (std::size_t k = 0; k < kKernels; ++k) {
        out[part.first + k * part.per_kernel + i] = static_cast<float>(*n++) * scale;
      }
    }
  }
}

}  // namespace gauntlet::learn
