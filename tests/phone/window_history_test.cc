#include "core/phone/window_history.h"

#include <gtest/gtest.h>

namespace gauntlet {
namespace {

constexpr Duration kPeriod = std::chrono::milliseconds{20};

HostTime row(std::int64_t n) { return HostTime{kPeriod * n}; }

// Rows [first, first + n) whose x is their own number.
GridRows rows(std::int64_t first, std::size_t n, bool continues, std::uint8_t filled = 0) {
  GridRows r;
  for (std::size_t k = 0; k < n; ++k) {
    const auto x = static_cast<float>(first + static_cast<std::int64_t>(k));
    for (const float v : {x, -x, 0.0f}) r.values.push_back(v);
    r.filled.push_back(filled);
  }
  r.runs.push_back({row(first), 0, n, continues});
  return r;
}

TEST(WindowHistory, WindowsEndAtTheEdgeAndAtEveryHopBefore) {
  WindowHistory h(1, 100, 25, kPeriod, 16);
  std::vector<HostTime> ends;
  h.append(0, rows(1000, 99, false));
  h.take_due(ends);
  EXPECT_TRUE(ends.empty());
  h.append(0, rows(1099, 52, true));
  h.take_due(ends);
  EXPECT_EQ(ends, (std::vector<HostTime>{row(1101), row(1126), row(1151)}));
  h.append(0, rows(1151, 12, true));
  h.take_due(ends);
  EXPECT_TRUE(ends.empty());  // less than half a hop
  h.append(0, rows(1163, 1, true));
  h.take_due(ends);
  EXPECT_EQ(ends, (std::vector<HostTime>{row(1164)}));
  std::vector<float> window;
  double filled = 1;
  ASSERT_TRUE(h.window(row(1164), window, filled));
  EXPECT_EQ(window[0], 1064);
  EXPECT_EQ(window[297], 1163);
  EXPECT_EQ(filled, 0);
}

TEST(WindowHistory, NoWindowReachesOverAGap) {
  WindowHistory h(1, 100, 25, kPeriod, 16);
  std::vector<HostTime> ends;
  std::vector<float> window;
  double filled = 0;
  h.append(0, rows(0, 100, false));
  h.take_due(ends);
  h.append(0, rows(150, 99, false));
  h.take_due(ends);
  EXPECT_TRUE(ends.empty());
  EXPECT_FALSE(h.window(row(249), window, filled));
  h.append(0, rows(249, 1, true));
  h.take_due(ends);
  EXPECT_EQ(ends, (std::vector<HostTime>{row(250)}));
}

TEST(WindowHistory, TwoStreamsStandSideBySideAsFarAsBothGo) {
  WindowHistory h(2, 10, 5, kPeriod, 16);
  std::vector<HostTime> ends;
  h.append(0, rows(0, 20, false));
  h.append(1, rows(3, 12, false, 1));
  h.take_due(ends);
  EXPECT_EQ(ends, (std::vector<HostTime>{row(15)}));
  std::vector<float> window;
  double filled = 0;
  ASSERT_TRUE(h.window(row(15), window, filled));
  ASSERT_EQ(window.size(), 60u);
  EXPECT_EQ(window[0], 5);
  EXPECT_EQ(window[1], -5);
  EXPECT_EQ(window[3], 5);
  EXPECT_EQ(window[57], 14);
  EXPECT_EQ(filled, 0.5);
}

TEST(WindowHistory, WithPatienceAStreamThatFallsSilentIsNotWaitedForLong) {
  WindowHistory h(2, 10, 5, kPeriod, 16, 20);
  std::vector<HostTime> ends;
  h.append(0, rows(0, 15, false));
  h.append(1, rows(0, 35, false, 1));
  h.take_due(ends);
  EXPECT_EQ(ends, (std::vector<HostTime>{row(10), row(15)})) << "20 rows behind are waited for";
  EXPECT_EQ(h.whole(row(15), 1), 0b11U);
  EXPECT_EQ(h.whole(row(15), 0.5), 0b01U) << "all of the second is invented";
  h.append(1, rows(35, 1, true));
  h.take_due(ends);
  EXPECT_EQ(ends, (std::vector<HostTime>{row(21), row(26), row(31), row(36)}));
  EXPECT_EQ(h.whole(row(36), 1), 0b10U);
  std::vector<float> window;
  double filled = 0;
  EXPECT_FALSE(h.window(row(36), window, filled));
  ASSERT_TRUE(h.window(row(36), window, filled, 0b10));
  ASSERT_EQ(window.size(), 30u);
  EXPECT_EQ(window[0], 26);
  // It comes back, behind a gap.
  h.append(0, rows(40, 30, false));
  h.append(1, rows(36, 34, true));
  h.take_due(ends);
  EXPECT_EQ(h.whole(ends.front(), 1), 0b10U);
  EXPECT_EQ(h.whole(ends.back(), 1), 0b11U);
}

TEST(WindowHistory, TheOldestOfTooManyAreSkippedAndCounted) {
  WindowHistory h(1, 10, 5, kPeriod, 4);
  std::vector<HostTime> ends;
  h.append(0, rows(0, 39, false));
  h.take_due(ends);
  EXPECT_EQ(ends.size(), 4u);
  EXPECT_EQ(ends.back(), row(39));
  EXPECT_EQ(h.skipped(), 2u);
  std::vector<float> window;
  double filled = 0;
  for (const HostTime end : ends) EXPECT_TRUE(h.window(end, window, filled));
}

}  // namespace
}  // namespace gauntlet
