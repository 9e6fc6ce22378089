#include "replay/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/wire/cab1.h"
#include "tests/replay/frames.h"

namespace gauntlet::replay {
namespace {

using testing::HasSubstr;

std::vector<std::byte> text_bytes(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string log_line(const MadePacket& packet, const std::string& stamp) {
  std::string line = stamp + " Muvr[3753:1447648] <";
  std::size_t n = 0;
  for (const std::byte b : frame_of(packet)) {
    constexpr const char* kDigits = "0123456789abcdef";
    const auto value = std::to_integer<unsigned>(b);
    if (n > 0 && n % 4 == 0) line += ' ';
    line += kDigits[value / 16];
    line += kDigits[value % 16];
    ++n;
  }
  return line + ">\n";
}

std::uint64_t bytes_accounted_for(const Recording& recording) {
  std::uint64_t sum = recording.bytes.size();
  for (const Damage& d : recording.damage) sum += d.bytes;
  return sum;
}

TEST(Recording, WholeFramesAreKeptInOrder) {
  const auto bytes = bytes_of_packets(steady(3));
  const auto recording = parse_recording(bytes, "x").value();
  EXPECT_EQ(recording.format, RecordingFormat::pebble16);
  EXPECT_FALSE(recording.partial());
  ASSERT_EQ(recording.packets.size(), 3u);
  EXPECT_EQ(recording.bytes, bytes);
  EXPECT_EQ(recording.packets[2].source_offset, 2u * 516);
  EXPECT_EQ(recording.frame(recording.packets[1]).header.sequence, 251u);
}

TEST(Recording, ATruncatedEndIsCountedAndTheRestKept) {
  auto bytes = bytes_of_packets(steady(3));
  bytes.resize(bytes.size() - 7);
  const auto recording = parse_recording(bytes, "x").value();
  EXPECT_TRUE(recording.partial());
  EXPECT_EQ(recording.packets.size(), 2u);
  ASSERT_EQ(recording.damage.size(), 1u);
  EXPECT_EQ(recording.damage[0].offset, 2u * 516);
  EXPECT_EQ(recording.damage[0].bytes, 509u);
  EXPECT_EQ(recording.damage[0].reason, "truncated");
}

TEST(Recording, ASpoiledHeaderCostsOnePacket) {
  auto bytes = bytes_of_packets(steady(4));
  bytes[516] = std::byte{0};
  const auto recording = parse_recording(bytes, "x").value();
  EXPECT_EQ(recording.packets.size(), 3u);
  ASSERT_EQ(recording.damage.size(), 1u);
  EXPECT_EQ(recording.damage[0].offset, 516u);
  EXPECT_EQ(recording.damage[0].bytes, 516u);
  EXPECT_EQ(recording.damage[0].reason, "bad_magic");
}

TEST(Recording, ASpoiledCountCostsOnePacket) {
  auto bytes = bytes_of_packets(steady(4));
  bytes[516 + 1] = std::byte{120};
  const auto recording = parse_recording(bytes, "x", RecordingFormat::pebble16).value();
  EXPECT_EQ(recording.packets.size(), 3u);
  ASSERT_EQ(recording.damage.size(), 1u);
  EXPECT_EQ(recording.damage[0].bytes, 516u);
  EXPECT_EQ(recording.damage[0].reason, "count_mismatch");
}

TEST(Recording, WhateverIsDamagedEveryByteIsInAPacketOrCounted) {
  std::mt19937 random(1);
  const auto whole = bytes_of_packets(steady(6));
  for (int round = 0; round < 500; ++round) {
    auto bytes = whole;
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    if (random() % 2 == 0) bytes.resize(1 + random() % bytes.size());
    const auto recording = parse_recording(bytes, "x", RecordingFormat::pebble16);
    if (!recording.ok()) continue;
    ASSERT_EQ(bytes_accounted_for(*recording), bytes.size()) << "round " << round;
    for (const Packet& p : recording->packets) recording->frame(p);
  }
}

TEST(Recording, FormatsAreToldApart) {
  const std::vector<std::int16_t> xyz(3 * 7, 1000);
  std::vector<std::byte> lift, muvr;
  for (int i = 0; i < 3; ++i) {
    std::vector<std::byte> frame(wire::frame_bytes(wire::FrameFormat::pebble5, 7));
    wire::write_frame(wire::FrameFormat::pebble5,
                      wire::pebble5_header(SensorKind::accelerometer, 7, 100), xyz, frame);
    lift.insert(lift.end(), frame.begin(), frame.end());
    frame.resize(wire::frame_bytes(wire::FrameFormat::muvr20, 7));
    wire::write_frame(wire::FrameFormat::muvr20,
                      wire::muvr20_header(SensorKind::accelerometer, 7, 50, DeviceTime{}), xyz,
                      frame);
    muvr.insert(muvr.end(), frame.begin(), frame.end());
  }
  const auto inner = frame_of({});
  const wire::Cab1Part two[] = {{1, std::span(lift).first(40)}, {2, inner}};
  const auto wrapped = wire::write_cab1(7, two);
  const auto log = text_bytes(log_line({}, "2015-04-24 15:29:12.857"));
  EXPECT_EQ(parse_recording(lift, "x")->format, RecordingFormat::pebble5);
  EXPECT_EQ(parse_recording(muvr, "x")->format, RecordingFormat::muvr20);
  EXPECT_EQ(parse_recording(log, "x")->format, RecordingFormat::lift_log);
  const auto unwrapped = parse_recording(wrapped, "x").value();
  EXPECT_EQ(unwrapped.format, RecordingFormat::cab1);
  ASSERT_EQ(unwrapped.packets.size(), 2u);
  EXPECT_EQ(unwrapped.packets[0].format, wire::FrameFormat::pebble5);
  EXPECT_EQ(unwrapped.packets[1].format, wire::FrameFormat::pebble16);
  EXPECT_EQ(unwrapped.packets[1].location, 2);
}

TEST(Recording, WhatIsNoRecordingIsAnErrorThatNamesWhatIsAccepted) {
  const auto refused = parse_recording(text_bytes("hello, world"), "x");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "unknown_format");
  EXPECT_THAT(refused.error().message, HasSubstr("pebble16, pebble5, muvr20, lift-log, cab1"));
  EXPECT_EQ(recording_format("pebble17").error().code, "bad_format");
  EXPECT_THAT(recording_format("pebble17").error().message, HasSubstr("auto, pebble16"));
  EXPECT_EQ(*recording_format("auto"), std::nullopt);
  EXPECT_EQ(*recording_format("lift-log"), RecordingFormat::lift_log);
  EXPECT_EQ(read_recording("no/such/file.raw").error().code, "unreadable");
}

TEST(LogRecording, LinesGiveFramesAndThePhonesTime) {
  const std::string text = log_line({.sequence = 1}, "2015-04-24 15:29:12.857") +
                           log_line({.sequence = 2}, "2015-04-24 15:29:14.903");
  const auto recording = parse_recording(text_bytes(text), "x").value();
  ASSERT_EQ(recording.packets.size(), 2u);
  // date -u -d '2015-04-24 15:29:12' +%s
  EXPECT_EQ(recording.packets[0].arrival, HostTime{std::chrono::milliseconds{1'429'889'352'857}});
  EXPECT_EQ(*recording.packets[1].arrival - *recording.packets[0].arrival,
            std::chrono::milliseconds{2046});
  EXPECT_FALSE(recording.partial());
}

TEST(LogRecording, BadLinesAreCountedWithTheirReason) {
  const std::string good = log_line({}, "2015-04-24 15:29:12.857");
  const std::string lines[] = {
      "nothing here\n",                                     // bad_line
      "2015-13-24 15:29:12.857 Muvr[1:2] <ad>\n",           // bad_time
      "9999-04-24 15:29:12.857 Muvr[1:2] <ad>\n",           // bad_time
      "2015-04-24 15:29:12.857 Muvr[1:2] <adx>\n",          // bad_hex
      "2015-04-24 15:29:12.857 Muvr[1:2] <adf>\n",          // bad_hex
      "2015-04-24 15:29:12.857 Muvr[1:2] <ad643205 00>\n",  // truncated
      "2015-04-24 15:29:12.857 Muvr[1:2] <ad6432\n",        // bad_hex: no end
      "\n",                                                 // an empty line is no damage
  };
  std::string text = good;
  for (const std::string& line : lines) text += line;
  const auto recording = parse_recording(text_bytes(text + good), "x").value();
  EXPECT_EQ(recording.packets.size(), 2u);
  std::vector<std::string> reasons;
  for (const Damage& d : recording.damage) reasons.push_back(d.reason);
  EXPECT_THAT(reasons, testing::ElementsAre("bad_line", "bad_time", "bad_time", "bad_hex",
                                            "bad_hex", "truncated", "bad_hex"));
  EXPECT_EQ(recording.damage[0].offset, good.size());
}

}  // namespace
}  // namespace gauntlet::replay
