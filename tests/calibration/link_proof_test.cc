#include "calibration/link_proof.h"

#include <gtest/gtest.h>

#include <cmath>

#include "calibration/simulated_capture.h"
#include "replay/stream.h"
#include "replay/timing.h"
#include "tests/replay/frames.h"

namespace gauntlet::calibration {
namespace {

// The phone's clock runs 60 ppm slow; every third packet is on time, the others 100 and 700 ms
// late.
TEST(ExcessDelays, AreWhatIsAboveTheClocksOwnLine) {
  replay::Recording recording;
  for (std::int64_t i = 0; i < 61; ++i) {
    replay::MadePacket made;
    made.sequence = static_cast<std::uint8_t>(i);
    made.end_ms = replay::kSomeTime_ms + 2046 * i;
    made.value = static_cast<std::int16_t>(8 * i);
    const auto bytes = replay::frame_of(made);
    const double late_ms = i % 3 == 0 ? 0 : i % 3 == 1 ? 100 : 700;
    const double arrival_ms = static_cast<double>(2046 * i) * (1 - 60e-6) + 5000 + late_ms;
    recording.add(wire::read_whole_frame(wire::FrameFormat::pebble16, bytes).value(), 0,
                  HostTime{std::chrono::milliseconds{replay::kSomeTime_ms} + from_ms(arrival_ms)});
  }
  const auto delays = excess_delays_ms(recording);
  ASSERT_EQ(delays.size(), 61u);
  for (std::size_t i = 0; i < delays.size(); ++i) {
    EXPECT_NEAR(delays[i], i % 3 == 0 ? 0 : i % 3 == 1 ? 100 : 700, 0.01) << i;
  }
}

TEST(SimulatedCapture, IsReadAsACaptureIsAndRunsAtTheWatchsRate) {
  SimulatedCapture options;
  options.link.degraded.good_s = 0;
  const auto still = sim::make_still_motion();
  const auto end = time_from_seconds<WorldTime>(1200);
  const auto capture = simulate_capture(options, *still, WorldTime{}, end, {3, "capture"});
  const auto stream = replay::clean(capture);
  EXPECT_NEAR(static_cast<double>(stream.unique.size()), 1200 / 2.0459, 3);
  EXPECT_EQ(stream.lost, 0u);
  EXPECT_EQ(stream.duplicates, stream.unique.size());
  replay::TimingTotals totals;
  totals.add(replay::buffers_of(capture, stream));
  EXPECT_NEAR(totals.rate_hz(), 48.879, 4 * 0.00055 * 48.879);
  const auto again = simulate_capture(options, *still, WorldTime{}, end, {3, "capture"});
  EXPECT_EQ(capture.bytes, again.bytes);
}

TEST(SimulatedCapture, IsCutByTheEndsOfItsBuffers) {
  SimulatedCapture options;
  options.device.clock.offset_sd_s = 0;
  options.link.degraded.good_s = 0;
  const auto still = sim::make_still_motion();
  const auto whole = simulate_capture(options, *still, WorldTime{},
                                      time_from_seconds<WorldTime>(60), {3, "capture"});
  const auto first = cut(whole, options, 0, 30), second = cut(whole, options, 30, 1000);
  EXPECT_EQ(first.packets.size() + second.packets.size(), whole.packets.size());
  EXPECT_NEAR(static_cast<double>(first.packets.size()), 2 * 30 / 2.0459, 2);
}

}  // namespace
}  // namespace gauntlet::calibration
