#include "core/phone/frame_intake.h"

#include <gtest/gtest.h>

#include <map>

#include "core/events/event_log.h"
#include "tests/phone/frames.h"

namespace gauntlet {
namespace {

constexpr double kPeriod_s = 1 / 48.879;

HostTime arrival(int n, double delay_s = 0.05) {
  return HostTime{from_seconds(1e6 + (n + 1) * 100 * kPeriod_s + delay_s)};
}

struct Bench {
  void frame(int n, const Bytes& bytes) { intake.on_frame(0, bytes, arrival(n)); }
  void frame(int n) { frame(n, watch_frame(n, kPeriod_s, resting)); }
  std::map<std::string, std::uint32_t> rejected() const {
    std::map<std::string, std::uint32_t> by_reason;
    for (const SamplesRejected& r : log.rejected) by_reason[r.reason] += r.count;
    return by_reason;
  }
  PhoneOptions options;
  EventLog log;
  Counters counters;
  FrameIntake intake{options, log, counters};
};

TEST(FrameIntake, AFrameIsAlignedWhole) {
  Bench b;
  b.frame(0);
  ASSERT_EQ(b.log.aligned.size(), 1u);
  EXPECT_EQ(b.log.aligned[0].count, 100u);
  EXPECT_EQ(b.log.aligned[0].first, 0u);
  EXPECT_EQ(b.log.aligned[0].frame.ordinal, 0u);
  EXPECT_TRUE(b.log.rejected.empty());
  EXPECT_EQ(b.intake.first_wearable(), DeviceIndex{0});
}

TEST(FrameIntake, ATwinIsADuplicateAndHasItsOwnOrdinal) {
  Bench b;
  for (int n = 0; n < 5; ++n) {
    b.frame(n);
    b.frame(n);
  }
  EXPECT_EQ(b.rejected(), (std::map<std::string, std::uint32_t>{{"duplicate", 500}}));
  EXPECT_EQ(b.log.rejected[4].frame.ordinal, 9u);
  EXPECT_EQ(b.counters.get("phone.aligned"), 500u);
}

TEST(FrameIntake, FramesInTheDeltaCodeAreRecognisedAndPlacedAsTheOthersAre) {
  Bench plain, coded;
  for (int n = 0; n < 5; ++n) {
    const Bytes bytes = watch_frame(n, kPeriod_s, resting);
    const auto frame = wire::read_whole_frame(wire::FrameFormat::pebble16, bytes);
    std::vector<std::int16_t> xyz(3 * frame->count());
    frame->decode(xyz);
    const auto header =
        wire::delta18_header(SensorKind::accelerometer, frame->count(), 50,
                             static_cast<std::uint8_t>(n), *frame->end(), *frame->duration());
    Bytes delta(wire::frame_bytes(wire::FrameFormat::delta18, frame->count()));
    delta.resize(wire::write_frame(wire::FrameFormat::delta18, header, xyz, delta).bytes);
    plain.frame(n, bytes);
    coded.frame(n, delta);
    coded.frame(n, delta);  // and its twin is one
  }
  EXPECT_EQ(coded.counters.get("phone.aligned"), plain.counters.get("phone.aligned"));
  EXPECT_EQ(coded.counters.get("phone.aligned"), 500u);
  EXPECT_EQ(coded.rejected(), (std::map<std::string, std::uint32_t>{{"duplicate", 500}}));
}

TEST(FrameIntake, DamageIsRejectedWithItsReason) {
  const Bytes good = watch_frame(0, kPeriod_s, resting);
  struct Case {
    const char* reason;
    std::function<void(Bytes&)> damage;
  };
  const Case cases[] = {
      {"bad_magic", [](Bytes& b) { b[0] = std::byte{0x17}; }},
      {"truncated", [](Bytes& b) { b.resize(300); }},
      {"truncated", [](Bytes& b) { b.resize(1); }},
      {"count_mismatch", [](Bytes& b) { b.push_back({}); }},
      {"sample_size", [](Bytes& b) { b[3] = std::byte{7}; }},
      {"rate", [](Bytes& b) { b[2] = std::byte{0}; }},
  };
  for (const Case& c : cases) {
    Bench b;
    b.frame(0);  // the format is known by now
    Bytes bytes = good;
    c.damage(bytes);
    b.frame(1, bytes);
    ASSERT_EQ(b.log.rejected.size(), 1u) << c.reason;
    EXPECT_EQ(b.log.rejected[0].reason, c.reason);
    EXPECT_EQ(b.log.rejected[0].frame.ordinal, 1u);
  }
  Bench empty;
  empty.intake.on_frame(0, {}, arrival(0));
  EXPECT_EQ(empty.log.rejected.size(), 1u);
  EXPECT_EQ(empty.log.rejected[0].count, 0u);
}

TEST(FrameIntake, AMissingFrameIsAHoleAndALateOneFillsIt) {
  Bench b;
  for (const int n : {0, 1, 3}) b.frame(n);
  EXPECT_EQ(b.counters.get("phone.holes"), 1u);
  b.intake.fuse(arrival(3) + std::chrono::milliseconds{200}, false);
  b.intake.on_frame(0, watch_frame(2, kPeriod_s, resting),
                    arrival(3) + std::chrono::milliseconds{300});
  EXPECT_EQ(b.counters.get("phone.frames_late"), 1u);
  EXPECT_EQ(b.counters.get("phone.aligned"), 400u);
  b.intake.fuse(arrival(3) + std::chrono::seconds{10}, true);
  for (const auto& [id, fused] : b.log.fused) {
    for (const std::uint8_t f : fused.filled) EXPECT_EQ(f, 0);
    EXPECT_NEAR(static_cast<double>(fused.time.size()), 400 * kPeriod_s / 0.02, 4);
  }
}

TEST(FrameIntake, WhatComesAfterItsPlaceWasFusedIsStale) {
  Bench b;
  for (const int n : {0, 1, 3, 4}) b.frame(n);
  b.intake.fuse(arrival(4) + std::chrono::seconds{5}, true);
  b.intake.on_frame(0, watch_frame(2, kPeriod_s, resting), arrival(4));
  EXPECT_EQ(b.rejected(), (std::map<std::string, std::uint32_t>{{"stale", 100}}));
}

TEST(FrameIntake, TwoSensorsThatShareASequenceHaveNoHoles) {
  Bench b;
  for (int n = 0; n < 20; ++n) {
    Bytes a = watch_frame(n, kPeriod_s, resting);
    Bytes g = watch_frame(n, kPeriod_s, resting, SensorKind::gyroscope);
    a[5] = static_cast<std::byte>(2 * n);
    g[5] = static_cast<std::byte>(2 * n + 1);
    b.frame(n, a);
    b.frame(n, g);
  }
  EXPECT_EQ(b.counters.get("phone.holes"), 0u);
  EXPECT_EQ(b.counters.get("phone.aligned"), 4000u);
  b.intake.fuse(arrival(20), true);
  EXPECT_EQ(b.log.fused.size(), 2u);
}

TEST(FrameIntake, ARestartedDeviceIsAlignedAnew) {
  Bench b;
  for (int n = 0; n < 50; ++n) b.frame(n);
  b.intake.fuse(arrival(49), true);
  for (int n = 0; n < 10; ++n) {
    b.intake.on_frame(0, watch_frame(n - 500, kPeriod_s, resting), arrival(60 + n));
  }
  EXPECT_EQ(b.counters.get("phone.device_restarts"), 1u);
  EXPECT_EQ(b.counters.get("phone.aligned"), 6000u);
}

TEST(FrameIntake, ForgedStampsAndDurationsOverflowNothing) {
  for (const AlignerMethod method :
       {AlignerMethod::kalman, AlignerMethod::hull, AlignerMethod::least_squares,
        AlignerMethod::first_seen, AlignerMethod::round_even, AlignerMethod::floor20,
        AlignerMethod::nominal}) {
    Bench b;
    b.options.aligner.method = method;
    std::uint64_t state = 12345;
    for (int n = 0; n < 400; ++n) {
      Bytes bytes = watch_frame(n % 200, kPeriod_s, resting);
      for (std::size_t at = 6; at < 16 && n > 3; ++at) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        if (state >> 62 == 0) bytes[at] = static_cast<std::byte>(state >> 40);
      }
      b.frame(n, bytes);
      if (n % 7 == 0) b.intake.fuse(arrival(n), false);
    }
    std::uint64_t booked = b.log.estimated.size();
    for (const SamplesRejected& r : b.log.rejected) booked += r.count;
    EXPECT_EQ(booked, 40000u);
    EXPECT_GT(b.rejected()["timestamp"], 0u);
  }
}

TEST(FrameIntake, LocalSamplesKeepTheirStamps) {
  Bench b;
  std::vector<HostTime> t;
  std::vector<float> v;
  for (int k = 0; k < 50; ++k) {
    t.push_back(HostTime{std::chrono::milliseconds{1000 + 10 * (k / 2 * 2)}});
    v.insert(v.end(), {1, 2, 3});
  }
  const StreamId id{3, SensorKind::gyroscope};
  b.intake.on_local(id, t, v, HostTime{std::chrono::seconds{2}});
  EXPECT_EQ(b.log.estimated, t);
  EXPECT_FALSE(b.intake.first_wearable().has_value());
  std::swap(t[3], t[40]);
  b.intake.on_local(id, t, v, HostTime{std::chrono::seconds{3}});
  EXPECT_EQ(b.rejected(), (std::map<std::string, std::uint32_t>{{"out_of_order", 50}}));
  EXPECT_EQ(b.log.rejected[0].frame.device, 3);
  EXPECT_EQ(b.log.rejected[0].frame.ordinal, 1u);
}

}  // namespace
}  // namespace gauntlet
