// How frames are made: the algorithms, the outbox, the code, and what they cost.
#include "sim/wearable/firmware.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/wire/frame.h"
#include "sim/wearable/wearable.h"

namespace gauntlet::sim {
namespace {

struct Sent {
  std::vector<std::byte> bytes;
  SensorKind sensor;
  std::int64_t first;
  std::uint32_t count;
  WorldTime at;
  wire::FrameHeader header;
};

struct Outcome {
  std::vector<Sent> sent;
  TrueDevice truth;
  Counters dropped;
  EnergyAccount energy;
};

// Over a connection that carries one message at a time and needs transfer_s(n) for the n-th.
Outcome run(const WearableOptions& options, double length_s,
            const std::function<double(std::size_t)>& transfer_s) {
  Simulation simulation;
  Outcome r;
  WorldTime busy_until;
  const auto still = make_still_motion();
  Wearable wearable(
      simulation, options, 0, RandomStream(1, "wearable/" + options.name), *still, WorldTime{},
      WorldTime{from_seconds(length_s)}, r.truth, r.dropped,
      [&](const Message& m) {
        const auto format = options.firmware.compression == Compression::delta
                                ? wire::FrameFormat::delta18
                                : wire::FrameFormat::pebble16;
        const auto frame = wire::read_whole_frame(format, m.bytes);
        EXPECT_TRUE(frame.ok());
        EXPECT_EQ(frame->count(), m.count);
        r.sent.push_back({{m.bytes.begin(), m.bytes.end()},
                          m.sensor,
                          m.first_sample,
                          m.count,
                          simulation.now(),
                          frame->header});
        busy_until = simulation.now() + from_seconds(transfer_s(r.sent.size()));
      },
      [&] { return simulation.now() < busy_until; });
  wearable.start();
  simulation.run();
  EXPECT_TRUE(wearable.drained());
  r.energy = wearable.energy();
  return r;
}

Outcome run(const WearableOptions& options, double length_s, double transfer_s = 0) {
  return run(options, length_s, [transfer_s](std::size_t) { return transfer_s; });
}

void expect_books_balance(const Outcome& r) {
  std::uint64_t produced = 0, sent = 0;
  for (const TrueStream& s : r.truth.streams) produced += s.sampled_at.size();
  for (const Sent& s : r.sent) sent += s.count;
  EXPECT_EQ(produced, sent + r.dropped.total());
}

WearableOptions pebble() { return wearable_preset("pebble"); }

// The recordings: survivors of 70 samples whose durations are 2248 to 2253 ms, ends 4294 to 4297 ms
// apart, sequence numbers in steps of two.
TEST(Outbox, AConnectionOfThreeSecondsAndAHalfAFrameGivesTheRecordingsDegradedMode) {
  const Outcome r = run(pebble(), 600, 3.5);
  expect_books_balance(r);
  ASSERT_GT(r.sent.size(), 100u);
  for (std::size_t i = 1; i + 1 < r.sent.size(); ++i) {
    const Sent &a = r.sent[i - 1], &b = r.sent[i];
    EXPECT_EQ((b.header.sequence - a.header.sequence) % 256, 2u);
    EXPECT_EQ(b.count, 70u);
    EXPECT_NEAR(static_cast<double>(b.header.duration_ms), 2250, 4);
    if (i == 1) continue;
    EXPECT_NEAR(static_cast<double>(b.header.end_ms - a.header.end_ms), 4296, 6);
  }
  // Of 210 samples of a cycle 100 are in the frame dropped and 40 find nobody to take them.
  const double busy = static_cast<double>(r.dropped.get("wearable.outbox_busy"));
  EXPECT_NEAR(static_cast<double>(r.dropped.get("wearable.not_taken")), busy * 2 / 5, 40);
  EXPECT_NEAR(busy / static_cast<double>(r.truth.streams[0].sampled_at.size()), 100.0 / 210, 0.01);
}

// A full frame is ready every 2.046 s and offered for 0.8 s; a short one after 4.296 s.
TEST(Outbox, TheModeIsDecidedByTheTimeAFrameTakesAlone) {
  struct Row {
    double transfer_s;
    std::uint32_t count;  // of most frames
    double lost_share;    // of frames
  };
  for (const Row& row :
       {Row{0.5, 100, 0}, {2.0, 100, 0}, {2.9, 70, 0.5}, {3.5, 70, 0.5}, {4.2, 70, 0.5}}) {
    const Outcome r = run(pebble(), 900, row.transfer_s);
    expect_books_balance(r);
    std::size_t typical = 0;
    for (const Sent& s : r.sent) typical += s.count == row.count;
    EXPECT_GE(typical + 2, r.sent.size()) << row.transfer_s;
    std::uint64_t frames = 1;
    for (std::size_t i = 1; i < r.sent.size(); ++i) {
      frames += (r.sent[i].header.sequence - r.sent[i - 1].header.sequence) % 256;
    }
    const double received = static_cast<double>(r.sent.size()) / static_cast<double>(frames);
    EXPECT_NEAR(1 - received, row.lost_share, 0.01) << row.transfer_s;
  }
}

TEST(Outbox, AFrameThatIsAcceptedOnALaterOfferCostsWaitingOnly) {
  // Every fourth is still under way at the next one's first offer, and not at its second.
  const Outcome r = run(pebble(), 600, [](std::size_t n) { return n % 4 == 0 ? 2.2 : 0.5; });
  expect_books_balance(r);
  EXPECT_EQ(r.dropped.get("wearable.outbox_busy"), 0u);
  EXPECT_NEAR(static_cast<double>(r.energy.outbox_busy), 600 / 2.046 / 4, 2);
  EXPECT_EQ(r.dropped.get("wearable.not_taken"), 0u) << "200 ms are less than a delivery";
}

TEST(Outbox, AFifoKeepsWhatADeliveryLoses) {
  WearableOptions o = pebble();
  o.firmware.service_samples = 0;
  o.firmware.frame_ms_max = 0;
  const Outcome r = run(o, 600, 3.0);
  expect_books_balance(r);
  EXPECT_GT(r.dropped.get("wearable.outbox_busy"), 0u);
  EXPECT_EQ(r.dropped.get("wearable.not_taken") + r.dropped.get("wearable.fifo_overflow"), 0u);
}

WearableOptions two_sensors(Algorithm algorithm) {
  WearableOptions o = wearable_preset("pebble-two-sensors");
  for (SensorOptions& s : o.sensors) s.oscillator.error_ppm = s.oscillator.error_sd_ppm = 0;
  o.firmware.algorithm = algorithm;
  o.firmware.batch = 50;
  return o;
}

TEST(Poll, TheSecondSensorIsReadAReadLaterThanTheFirstAndStampedTheSame) {
  WearableOptions o = two_sensors(Algorithm::poll);
  o.firmware.read_ms = 0.7;
  o.firmware.timer_error_sd_ppm = 0;
  const Outcome r = run(o, 60);
  expect_books_balance(r);
  const auto &a = r.truth.streams[0].sampled_at, &b = r.truth.streams[1].sampled_at;
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a.size(), 2999u);  // at 20 ms, 40 ms, ... 59.98 s
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(b[i] - a[i], std::chrono::microseconds{700});
    if (i > 0) {
      EXPECT_GT(a[i], a[i - 1]);
    }
  }
  for (std::size_t i = 0; i + 1 < r.sent.size(); i += 2) {
    EXPECT_NE(r.sent[i].sensor, r.sent[i + 1].sensor);
    EXPECT_EQ(r.sent[i].header.end_ms, r.sent[i + 1].header.end_ms);
  }
  EXPECT_EQ(r.energy.wake_ups, 2999u);
  EXPECT_EQ(r.energy.reads, 2 * 2999u);
}

TEST(Poll, JittersByTheLatencyOfItsWakeUps) {
  WearableOptions o = two_sensors(Algorithm::poll);
  o.firmware.wake_latency_ms = 0.5;
  o.firmware.timer_error_sd_ppm = 0;
  const Outcome r = run(o, 600);
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < r.truth.streams[0].sampled_at.size(); ++i) {
    const auto tick = std::chrono::milliseconds{20} * static_cast<std::int64_t>(i + 1);
    sum += to_ms(r.truth.streams[0].sampled_at[i] - (WorldTime{} + tick));
    ++n;
  }
  EXPECT_NEAR(sum / n, 0.5, 4 * 0.5 / std::sqrt(n));
}

TEST(Poll, DoesNotHappenWhileTheOutboxIsWaitedFor) {
  WearableOptions o = pebble();
  o.firmware.algorithm = Algorithm::poll;
  const Outcome r = run(o, 120, 3.5);
  expect_books_balance(r);
  EXPECT_GT(r.energy.polls_missed, 1000u);
  // What was polled and what was missed are all ticks but those after the last batch began.
  const double ticks = 120 / 0.02;
  EXPECT_NEAR(static_cast<double>(r.truth.streams[0].sampled_at.size() + r.energy.polls_missed),
              ticks, 51);
}

TEST(Timer, WakesTwiceASecondAndStampsWithinAPeriodOfTheLastSample) {
  const Outcome r = run(two_sensors(Algorithm::timer), 60);
  expect_books_balance(r);
  EXPECT_EQ(r.dropped.total(), 0u);
  EXPECT_NEAR(static_cast<double>(r.energy.wake_ups), 120, 1);
  for (const Sent& s : r.sent) {
    if (s.count != 50) continue;
    const std::size_t stream = s.sensor == SensorKind::accelerometer ? 0 : 1;
    const auto last = r.truth.streams[stream].sampled_at[static_cast<std::size_t>(s.first) + 49];
    EXPECT_LE(last, s.at);
  }
}

TEST(Timer, AFifoShorterThanTheTimerLosesTheRestAndTearsNoFrame) {
  for (const Overflow policy : {Overflow::drop_oldest, Overflow::drop_newest}) {
    WearableOptions o = two_sensors(Algorithm::timer);
    o.firmware.fifo_samples = 20;  // of 25
    o.firmware.overflow = policy;
    const Outcome r = run(o, 60);
    expect_books_balance(r);
    EXPECT_NEAR(static_cast<double>(r.dropped.get("wearable.fifo_overflow")), 2 * 5 * 119, 12);
    for (const Sent& s : r.sent) EXPECT_LE(s.count, 20u);
  }
}

TEST(Timer, SurvivesTheOutboxThatCostsThePollsTheirSamples) {
  WearableOptions o = pebble();
  o.firmware.service_samples = 0;
  o.firmware.frame_ms_max = 0;
  o.firmware.algorithm = Algorithm::timer;
  const Outcome r = run(o, 120, [](std::size_t n) { return n % 4 == 0 ? 2.4 : 0.5; });
  expect_books_balance(r);
  EXPECT_EQ(r.dropped.total(), 0u);
}

TEST(Compression, FramesHoldTheSameSamplesInFewerBytes) {
  WearableOptions o = pebble();
  const Outcome plain = run(o, 60);
  o.firmware.compression = Compression::delta;
  const Outcome coded = run(o, 60);
  ASSERT_EQ(plain.sent.size(), coded.sent.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < plain.sent.size(); ++i) {
    const auto a = wire::read_whole_frame(wire::FrameFormat::pebble16, plain.sent[i].bytes);
    const auto b = wire::read_whole_frame(wire::FrameFormat::delta18, coded.sent[i].bytes);
    ASSERT_TRUE(a.ok() && b.ok());
    std::vector<std::int16_t> x(3 * a->count()), y(3 * b->count());
    a->decode(x);
    b->decode(y);
    EXPECT_EQ(x, y);
    EXPECT_EQ(a->end(), b->end());
    EXPECT_EQ(a->duration(), b->duration());
    bytes += b->bytes.size();
  }
  EXPECT_EQ(bytes, coded.energy.bytes);
  EXPECT_LT(coded.energy.bytes, plain.energy.bytes / 2);
}

// An hour of algorithm 1 is 180,000 wake-ups, of algorithm 2 7,200.
TEST(Energy, IsTheAccountTimesTheCosts) {
  EnergyOptions costs;
  costs.wake_uj = 10;
  costs.awake_mw = 20;
  costs.asleep_mw = 0.01;
  costs.radio_uj_per_byte = 0.5;
  costs.radio_uj_per_event = 50;
  EnergyAccount account;
  account.wake_ups = 180'000;
  account.awake_ms = 100'000;
  account.extra_conversions = 2'000'000;
  costs.conversion_uj = 0.5;
  const Energy e = energy_of(account, {1'000'000, 120'000}, costs, 3600);
  EXPECT_DOUBLE_EQ(e.wake_mj, 1800);
  EXPECT_DOUBLE_EQ(e.awake_mj, 2000);
  EXPECT_DOUBLE_EQ(e.asleep_mj, 35);
  EXPECT_DOUBLE_EQ(e.radio_mj, 500 + 6000);
  EXPECT_DOUBLE_EQ(e.conversions_mj, 1000);
  EXPECT_DOUBLE_EQ(e.total_mj(), 11335);
}

TEST(Energy, PollingWakesTwentyFiveTimesAsOftenAsTheTimer) {
  const Outcome poll = run(two_sensors(Algorithm::poll), 600);
  const Outcome timer = run(two_sensors(Algorithm::timer), 600);
  EXPECT_NEAR(
      static_cast<double>(poll.energy.wake_ups) / static_cast<double>(timer.energy.wake_ups), 25,
      0.1);
  const auto mj = [](const Outcome& r) {
    return energy_of(r.energy, {}, EnergyOptions{}, 600).total_mj();
  };
  EXPECT_GT(mj(poll), 2 * mj(timer));
}

TEST(FirmwareOptions, WhatCannotBeIsRefused) {
  FirmwareOptions f;
  f.service_samples = 30;
  EXPECT_NE(f.validate().error().message.find("multiple"), std::string::npos);
  f.service_samples = 0;
  f.frame_ms_max = 100;
  EXPECT_NE(f.validate().error().message.find("service_samples"), std::string::npos);
  WearableOptions w = two_sensors(Algorithm::poll);
  w.firmware.read_ms = 6;
  EXPECT_NE(w.validate().error().message.find("half of poll_ms"), std::string::npos);
}

}  // namespace
}  // namespace gauntlet::sim
