#include "core/learn/minirocket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/learn/draws.h"
#include "core/learn/features.h"
#include "core/learn/sliding_minirocket.h"

namespace gauntlet::learn {
namespace {

std::vector<float> noise(std::size_t n, std::uint64_t seed) {
  Draws draws(seed);
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(20 * draws.uniform() - 10);
  return v;
}

// The transform as the paper states it, kernel by kernel, weight by weight, in double precision.
std::vector<double> direct(const MiniRocket& m, const float* w) {
  std::vector<double> out;
  const int length = static_cast<int>(m.length);
  std::size_t feature = 0;
  for (std::size_t d = 0; d < m.dilations.size(); ++d) {
    std::size_t kernel = 0;
    for (int a = 0; a < 9; ++a) {
      for (int b = a + 1; b < 9; ++b) {
        for (int c = b + 1; c < 9; ++c, ++kernel) {
          const int dilation = m.dilations[d];
          const std::uint8_t mask = m.channel_masks[d * 84 + kernel];
          std::vector<double> conv;
          for (int t = 0; t < length; ++t) {
            double sum = 0;
            bool inside = true;
            for (int tap = 0; tap < 9; ++tap) {
              const int at = t + (tap - 4) * dilation;
              if (at < 0 || at >= length) {
                inside = false;
                continue;
              }
              const double weight = tap == a || tap == b || tap == c ? 2 : -1;
              for (std::uint32_t channel = 0; channel < m.channels; ++channel) {
                if (mask >> channel & 1) {
                  sum += weight * static_cast<double>(
                                      w[static_cast<std::uint32_t>(at) * m.channels + channel]);
                }
              }
            }
            if ((d + kernel) % 2 == 0 || inside) conv.push_back(sum);
          }
          for (int f = 0; f < m.features_per_dilation[d]; ++f, ++feature) {
            const auto bias = static_cast<double>(m.biases[feature]);
            const auto n =
                std::count_if(conv.begin(), conv.end(), [bias](double v) { return v > bias; });
            out.push_back(static_cast<double>(n) / static_cast<double>(conv.size()));
          }
        }
      }
    }
  }
  return out;
}

TEST(MiniRocket, AgreesWithADirectImplementation) {
  for (const auto& [length, channels] : {std::pair{100u, 3u}, {100u, 1u}, {41u, 6u}, {9u, 2u}}) {
    const std::size_t size = length * channels;
    const std::vector<float> windows = noise(20 * size, length);
    const MiniRocket m = fit_minirocket(windows, length, channels, 756, 7);
    EXPECT_EQ(m.features(), 756u);
    MiniRocketScratch scratch;
    std::vector<float> out(m.features());
    for (std::size_t i = 0; i < 5; ++i) {
      transform(m, windows.data() + i * size, scratch, out.data());
      const std::vector<double> expected = direct(m, windows.data() + i * size);
      ASSERT_EQ(expected.size(), out.size());
      std::size_t differ = 0;
      for (std::size_t f = 0; f < out.size(); ++f) {
        // A convolution value within rounding of the bias (itself such a value) may fall on either
        // side: one position of the shortest stretch.
        if (std::abs(static_cast<double>(out[f]) - expected[f]) > 1e-6) ++differ;
        EXPECT_NEAR(out[f], expected[f], 0.51) << f;
      }
      EXPECT_LE(differ, out.size() / 100);
    }
  }
}

TEST(MiniRocket, DilationsOfAHundredSamplesAreThePapersOnes) {
  // 11 features a kernel: 2^(i * log2(99/8) / 10) cut to integers: 1 1 1 2 2 3 4 5 7 9 12.
  const MiniRocket m = fit_minirocket(noise(300, 1), 100, 3, 924, 1);
  EXPECT_EQ(m.dilations, (std::vector<std::uint16_t>{1, 2, 3, 4, 5, 7, 9, 12}));
  EXPECT_EQ(m.features_per_dilation, (std::vector<std::uint16_t>{3, 2, 1, 1, 1, 1, 1, 1}));
}

TEST(MiniRocket, ASpikeByHand) {
  // One channel, length 9, dilation 1, kernel {0, 1, 2}, padded: a single 1 at position 4 gives
  // weight(4 - t + 4) at t, that is 2 at t = 6, 7, 8 and -1 elsewhere.
  MiniRocket m;
  m.length = 9;
  m.channels = 1;
  m.dilations = {1};
  m.features_per_dilation = {1};
  m.channel_masks.assign(84, 1);
  m.biases.assign(84, 0.5f);
  std::vector<float> window(9);
  window[4] = 1;
  std::vector<float> out(84);
  MiniRocketScratch scratch;
  transform(m, window.data(), scratch, out.data());
  EXPECT_FLOAT_EQ(out[0], 3.0f / 9.0f);
  // Kernel {0, 1, 3} uses the only valid position, t = 4, whose weight is that of tap 4: -1.
  EXPECT_EQ(out[1], 0);
}

TEST(MiniRocket, TheSameSeedGivesTheSameKernelsAndAnotherSeedOthers) {
  const std::vector<float> windows = noise(3000, 2);
  const MiniRocket a = fit_minirocket(windows, 100, 3, 504, 1);
  const MiniRocket b = fit_minirocket(windows, 100, 3, 504, 1);
  const MiniRocket c = fit_minirocket(windows, 100, 3, 504, 2);
  EXPECT_EQ(a.biases, b.biases);
  EXPECT_EQ(a.channel_masks, b.channel_masks);
  EXPECT_NE(a.channel_masks, c.channel_masks);
}

struct Slide {
  std::uint32_t length;
  std::uint32_t channels;
  std::size_t features;
  std::size_t hop;
};

// Every bit: the network and the log see the same features whichever of the two made them.
TEST(SlidingMiniRocket, GivesTheBitsOfTheWholeTransform) {
  for (const auto& [length, channels, features, hop] : {Slide{100, 3, 1008, 25},
                                                        {100, 3, 1008, 1},
                                                        {100, 3, 1008, 5},
                                                        {100, 3, 504, 46},
                                                        {100, 3, 504, 68},
                                                        {100, 3, 504, 100},
                                                        {9, 1, 84, 1},
                                                        {9, 1, 84, 3},
                                                        {50, 6, 756, 7},
                                                        {200, 3, 2520, 13}}) {
    const std::vector<float> windows = noise(std::size_t{4} * length * channels, hop);
    const MiniRocket m = fit_minirocket(windows, length, channels, features, 3);
    SlidingMiniRocket sliding(m, hop);
    MiniRocketScratch scratch;
    std::vector<float> expected(m.features()), out(m.features());
    const std::size_t rows = windows.size() / channels;
    for (const std::size_t begin : {std::size_t{0}, std::size_t{17}}) {  // and anew
      sliding.start(windows.data() + begin * channels, out.data());
      for (std::size_t at = begin;; at += hop) {
        transform(m, windows.data() + at * channels, scratch, expected.data());
        ASSERT_EQ(out, expected) << length << " rows, hop " << hop << ", at " << at;
        if (at + length + hop > rows) break;
        sliding.advance(windows.data() + (at + length) * channels, out.data());
      }
    }
  }
}

TEST(SlidingMiniRocketDeathTest, NeedsAFirstWindow) {
  const MiniRocket m = fit_minirocket(noise(300, 1), 100, 3, 84, 1);
  SlidingMiniRocket sliding(m, 25);
  std::vector<float> out(m.features());
  EXPECT_DEATH(sliding.advance(noise(75, 1).data(), out.data()), "windows_");
}

TEST(Features, StatisticsOfARamp) {
  FeatureSet f;
  f.minirocket = fit_minirocket(noise(900, 3), 9, 1, 84, 1);
  std::vector<float> window{0, 1, 2, 3, 4, 5, 6, 7, 8}, out(f.size());
  FeatureScratch scratch;
  extract(f, window.data(), scratch, out.data());
  const float* s = out.data() + 84;
  EXPECT_FLOAT_EQ(s[0], 4);
  EXPECT_FLOAT_EQ(s[1], std::sqrt(60.0f / 9));
  EXPECT_FLOAT_EQ(s[2], 8.0f / 9);
  EXPECT_FLOAT_EQ(s[3], 0);
  EXPECT_FLOAT_EQ(s[4], 8);
  EXPECT_FLOAT_EQ(s[5], 1.0f / 9);
}

}  // namespace
}  // namespace gauntlet::learn
