// Defects of real decoders in time, each written down as it was, and a check that sees it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "replay/alignment.h"
#include "replay/decoded.h"
#include "tests/replay/frames.h"

namespace gauntlet::replay {
namespace {

// One sample of a decoded stream: which of the true ones it is, and the row it was put in.
using Rows = std::vector<int>;

// The first decoder's step to a round number of rows: the last row of each buffer again, or away.
Rows last_row_repeated(int count, int rows) {
  Rows out;
  for (int k = 0; k < rows; ++k) out.push_back(std::min(k, count - 1));
  return out;
}
// What was meant: spread evenly over the buffer.
Rows spread_evenly(int count, int rows) {
  Rows out;
  for (int k = 0; k < rows; ++k) out.push_back(k * count / rows);
  return out;
}
// Row k of `rows` stands for the instant k / rows of the buffer, sample i was at i / count.
double worst_error(const Rows& rows, int count) {
  double worst = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double meant = static_cast<double>(k) / static_cast<double>(rows.size());
    worst = std::max(worst, std::abs(static_cast<double>(rows[k]) / count - meant));
  }
  return worst;
}

TEST(DecoderDefect, TheLastRowRepeatedPutsTheBuffersEndWhereItWasNot) {
  // 100 samples of a 2046 ms buffer on 102 rows of 20 ms: two samples' time wrong at the end,
  // against less than one anywhere when the two are spread.
  const int count = 100, rows = 102;
  EXPECT_GT(worst_error(last_row_repeated(count, rows), count) * count, 1.9);
  EXPECT_LT(worst_error(spread_evenly(count, rows), count) * count, 1.0);
}

TEST(DecoderDefect, TheLastRowTrimmedLosesTheEnd) {
  const int count = 100, rows = 97;
  EXPECT_EQ(last_row_repeated(count, rows).back(), 96);
  EXPECT_GE(spread_evenly(count, rows).back(), 98);
}

// The iPhone's decoder: overlaps trimmed, gaps of 10 ms and more filled with a straight line, and
// only beyond 300 seconds refused. Returns the samples that it hands on, -1 where it refuses.
std::int64_t samples_of_the_iphone_decoder(const Recording& recording) {
  constexpr std::int64_t kRow_ms = 20, kFill_ms = 10, kRefuse_ms = 300'000;
  std::int64_t samples = 0, end_ms = 0;
  for (const Packet& packet : recording.packets) {
    const auto frame = recording.frame(packet);
    const auto start_ms = static_cast<std::int64_t>(frame.header.end_ms - frame.header.duration_ms);
    const std::int64_t gap_ms = end_ms == 0 ? 0 : start_ms - end_ms;
    if (gap_ms > kRefuse_ms) return -1;
    if (gap_ms >= kFill_ms) samples += gap_ms / kRow_ms;
    samples += frame.count() + (gap_ms < 0 ? gap_ms / kRow_ms : 0);
    end_ms = static_cast<std::int64_t>(frame.header.end_ms);
  }
  return samples;
}

TEST(DecoderDefect, MinutesOfStraightLinePassForSamples) {
  auto packets = steady(2);
  packets[1].end_ms += 200'000;  // the watch was out of reach for more than three minutes
  const auto recording = recording_of(packets);
  EXPECT_EQ(samples_of_the_iphone_decoder(recording), 200 + 10'000);
  const auto samples = decode(recording, clean(recording), Decoder::aligned);
  EXPECT_EQ(samples.time_ms.size(), 200u) << "as many as were received";
  EXPECT_NEAR(samples.time_ms[100] - samples.time_ms[99], 200'000 + 20.46, 0.5);
}

TEST(DecoderDefect, FlooringEachDurationShortensEveryBuffer) {
  const auto recording = recording_of(steady(10));
  const auto stream = clean(recording);
  const auto seam_ms = [&](Decoder decoder) {
    const auto samples = decode(recording, stream, decoder);
    return samples.time_ms[100] - samples.time_ms[99] - (samples.time_ms[99] - samples.time_ms[98]);
  };
  EXPECT_NEAR(seam_ms(Decoder::floor20), 6, 1e-3);
  EXPECT_NEAR(seam_ms(Decoder::nominal), 46, 1e-3);
  EXPECT_NEAR(seam_ms(Decoder::aligned), 0, 1e-3);
}

}  // namespace
}  // namespace gauntlet::replay
