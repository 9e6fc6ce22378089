#include "core/learn/minirocket.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"
#include "core/learn/draws.h"
#include "core/learn/minirocket_kernels.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

using namespace rocket;

// The sum of each channel subset in use, with room for the farthest tap on both sides.
void prepare(const MiniRocket& m, const float* window, MiniRocketScratch& s) {
  masks_of(m, s.masks);
  const std::size_t reach = largest_reach(m);
  const std::size_t stride = m.length + 2 * reach;
  s.padded.assign(s.masks.size() * stride, 0.0f);
  s.sums.resize(s.masks.size() * m.length);
  s.output.resize(m.length);
  for (std::size_t i = 0; i < s.masks.size(); ++i) {
    float* signal = s.padded.data() + i * stride + reach;
    add_channels(m, s.masks[i], window, m.length, signal);
  }
}

// Calls visit(d, first, last) with the convolution of every (dilation, kernel) in s.output.
template <class Visit>
void each_convolution(const MiniRocket& m, MiniRocketScratch& s, const Visit& visit) {
  const std::size_t reach = largest_reach(m);
  const std::size_t stride = m.length + 2 * reach;
  std::array<std::uint8_t, 256> slot{};
  for (std::size_t i = 0; i < s.masks.size(); ++i) slot[s.masks[i]] = static_cast<std::uint8_t>(i);
  for (std::size_t d = 0; d < m.dilations.size(); ++d) {
    const std::size_t dilation = m.dilations[d];
    for (std::size_t i = 0; i < s.masks.size(); ++i) {
      sum_taps(s.padded.data() + i * stride + reach, 0, m.length, dilation,
               s.sums.data() + i * m.length);
    }
    for (std::size_t k = 0; k < MiniRocket::kKernels; ++k) {
      const std::size_t pair = d * MiniRocket::kKernels + k;
      const std::size_t i = slot[m.channel_masks[pair]];
      const bool padded = (d + k) % 2 == 0;
      const std::size_t first = padded ? 0 : 4 * dilation;
      const std::size_t last = padded ? m.length : m.length - 4 * dilation;
      convolve(s.padded.data() + i * stride + reach, s.sums.data() + i * m.length, kTriples[k],
               dilation, first, last, s.output.data());
      visit(d, first, last);
    }
  }
}

// Dilations spread exponentially from 1 to the longest that fits; those that fall on the same
// integer share it. Remaining features go to the shortest, as in the paper's code.
void choose_dilations(MiniRocket& m, std::size_t per_kernel) {
  const std::size_t n = std::min(per_kernel, MiniRocket::kMaxDilations);
  const double longest =
      natural_log(static_cast<double>(m.length - 1) / static_cast<double>(kTaps - 1));
  std::vector<std::size_t> hits;
  for (std::size_t i = 0; i < n; ++i) {
    const double e = n > 1 ? longest * static_cast<double>(i) / static_cast<double>(n - 1) : 0.0;
    const auto d = static_cast<std::uint16_t>(exponential(e) + 1e-9);
    if (!m.dilations.empty() && m.dilations.back() == d) {
      ++hits.back();
    } else {
      m.dilations.push_back(d);
      hits.push_back(1);
    }
  }
  std::size_t assigned = 0;
  for (const std::size_t h : hits) {
    m.features_per_dilation.push_back(static_cast<std::uint16_t>(h * per_kernel / n));
    assigned += h * per_kernel / n;
  }
  for (std::size_t i = 0; assigned < per_kernel; i = (i + 1) % hits.size(), ++assigned) {
    ++m.features_per_dilation[i];
  }
}

void choose_channels(MiniRocket& m, Draws& draws) {
  const std::size_t pairs = m.dilations.size() * MiniRocket::kKernels;
  for (std::size_t p = 0; p < pairs; ++p) {
    // Subset sizes are uniform in their logarithm: small ones are the common ones.
    const double u = draws.uniform() * natural_log(m.channels + 1.0);
    const auto size = std::min(static_cast<std::uint32_t>(exponential(u)), m.channels);
    std::uint8_t mask = 0;
    for (std::uint32_t chosen = 0; chosen < std::max(size, 1u);) {
      const auto bit = static_cast<std::uint8_t>(1u << draws.below(m.channels));
      if (mask & bit) continue;
      mask = static_cast<std::uint8_t>(mask | bit);
      ++chosen;
    }
    m.channel_masks.push_back(mask);
  }
}

// Linear interpolation between order statistics.
float quantile(const std::vector<float>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<std::size_t>(at);
  const std::size_t j = std::min(i + 1, sorted.size() - 1);
  const double a = static_cast<double>(sorted[i]);
  return static_cast<float>(a + (at - std::floor(at)) * (static_cast<double>(sorted[j]) - a));
}

}  // namespace

MiniRocket fit_minirocket(std::span<const float> windows, std::uint32_t length,
                          std::uint32_t channels, std::size_t features, std::uint64_t seed) {
  CHECK(length >= MiniRocket::kMinLength && length <= 65535, length);
  CHECK(channels >= 1 && channels <= 8, channels);
  const std::size_t size = static_cast<std::size_t>(length) * channels;
  CHECK(!windows.empty() && windows.size() % size == 0, windows.size(), size);
  MiniRocket m;
  m.length = length;
  m.channels = channels;
  Draws draws(seed);
  choose_dilations(m, std::max<std::size_t>(features / MiniRocket::kKernels, 1));
  choose_channels(m, draws);
  const std::size_t pairs = m.channel_masks.size();
  std::vector<std::size_t> example(pairs);
  for (std::size_t& e : example) e = draws.below(windows.size() / size);
  // Every pair has an example of its own, so each is convolved alone.
  MiniRocketScratch scratch;
  std::vector<float> sorted;
  std::size_t feature = 0;
  for (std::size_t p = 0; p < pairs; ++p) {
    const std::size_t d = p / MiniRocket::kKernels;
    const std::size_t dilation = m.dilations[d];
    MiniRocket one;
    one.length = length;
    one.channels = channels;
    one.dilations = {m.dilations[d]};
    one.channel_masks = {m.channel_masks[p]};
    prepare(one, windows.data() + example[p] * size, scratch);
    const float* signal = scratch.padded.data() + largest_reach(one);
    sum_taps(signal, 0, length, dilation, scratch.sums.data());
    convolve(signal, scratch.sums.data(), kTriples[p % MiniRocket::kKernels], dilation, 0, length,
             scratch.output.data());
    sorted = scratch.output;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint16_t i = 0; i < m.features_per_dilation[d]; ++i) {
      constexpr double kGolden = 1.61803398874989484820;
      const double q = static_cast<double>(++feature) * kGolden;
      m.biases.push_back(quantile(sorted, q - std::floor(q)));
    }
  }
  return m;
}

void transform(const MiniRocket& m, const float* window, MiniRocketScratch& scratch, float* out) {
  prepare(m, window, scratch);
  std::size_t feature = 0;
  each_convolution(m, scratch, [&](std::size_t d, std::size_t first, std::size_t last) {
    const float scale = 1.0f / static_cast<float>(last - first);
    for (std::uint16_t i = 0; i < m.features_per_dilation[d]; ++i, ++feature) {
      const std::int32_t n = count_above(scratch.output.data(), first, last, m.biases[feature]);
      out[feature] = static_cast<float>(n) * scale;
    }
  });
}

Result<void> check(const MiniRocket& m) {
  const auto bad = [](std::string why) { return Error{"bad_features", std::move(why)}; };
  if (m.length < MiniRocket::kMinLength || m.length > 65535) {
    return bad("window length " + std::to_string(m.length) + " is outside 9 to 65535");
  }
  if (m.channels < 1 || m.channels > 8) {
    return bad(std::to_string(m.channels) + " channels, 1 to 8 are possible");
  }
  if (m.dilations.empty() || m.dilations.size() > MiniRocket::kMaxDilations ||
      m.features_per_dilation.size() != m.dilations.size() ||
      m.channel_masks.size() != m.dilations.size() * MiniRocket::kKernels) {
    return bad("dilations, features and channel subsets do not fit together");
  }
  std::size_t features = 0;
  for (std::size_t d = 0; d < m.dilations.size(); ++d) {
    const bool rising = d == 0 || m.dilations[d] > m.dilations[d - 1];
    if (m.dilations[d] == 0 || !rising || 8u * m.dilations[d] >= m.length) {
      return bad("dilation " + std::to_string(m.dilations[d]) + " does not fit the window");
    }
    features += MiniRocket::kKernels * m.features_per_dilation[d];
  }
  if (features != m.biases.size()) {
    return bad(std::to_string(m.biases.size()) + " biases for " + std::to_string(features) +
               " features");
  }
  for (const std::uint8_t mask : m.channel_masks) {
    if (mask == 0 || mask >> m.channels != 0) return bad("a channel subset is empty or too wide");
  }
  return {};
}

void write_minirocket(const MiniRocket& m, ByteWriter& w) {
  w.number(static_cast<std::uint32_t>(m.dilations.size()));
  w.array(m.dilations);
  w.array(m.features_per_dilation);
  w.array(m.channel_masks);
  w.list(m.biases);
}

MiniRocket read_minirocket(std::uint32_t length, std::uint32_t channels, ByteReader& r) {
  MiniRocket m;
  m.length = length;
  m.channels = channels;
  const std::size_t dilations = r.number<std::uint32_t>();
  r.array(m.dilations, dilations);
  r.array(m.features_per_dilation, dilations);
  r.array(m.channel_masks, dilations * MiniRocket::kKernels);
  r.list(m.biases);
  if (!r.ok()) return m;
  if (const Result<void> fits = check(m); !fits) r.fail(fits.error().message);
  return m;
}

}  // namespace gauntlet::learn
