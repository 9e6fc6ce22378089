#include "core/wire/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/wire/bytes.h"

namespace gauntlet::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

// 0x14cec0c0283 ms = 2015-04-24 14:29; 40 ms long; two samples (1, -1, 1000), (0, 0, -4095).
constexpr const char* kPebble16 =
    "ad 02 32 05 00 ff 83 02 0c ec 4c 01 00 00 28 00"
    "01 e0 ff a3 0f  00 00 00 04 40";
constexpr const char* kPebble5 = "ad 01 64 00 07  01 e0 ff a3 0f";
// start 0.5 s = 3fe0000000000000.
constexpr const char* kMuvr20 =
    "61 64 01 32 00 00 00 00 00 00 e0 3f 06 00 00 00 74 61 6c 77"
    "01 e0 ff a3 0f  00 00 00 04 40";

std::vector<std::int16_t> values(const FrameView& frame) {
  std::vector<std::int16_t> xyz(3 * frame.count());
  frame.decode(xyz);
  return xyz;
}

TEST(Frame, Pebble16SaysWhenItEndsAndHowLongItLasts) {
  const auto bytes = bytes_of(kPebble16);
  const auto frame = read_whole_frame(FrameFormat::pebble16, bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().message;
  EXPECT_EQ(frame->sensor(), SensorKind::accelerometer);
  EXPECT_EQ(frame->count(), 2u);
  EXPECT_EQ(frame->header.rate_hz, 50u);
  EXPECT_EQ(frame->header.device, 0u);
  EXPECT_EQ(frame->header.sequence, 255u);
  EXPECT_EQ(frame->end(), DeviceTime{milliseconds{0x14cec0c0283}});
  EXPECT_EQ(frame->duration(), milliseconds{40});
  EXPECT_EQ(frame->start(), DeviceTime{milliseconds{0x14cec0c0283 - 40}});
  EXPECT_THAT(values(*frame), ElementsAre(1, -1, 1000, 0, 0, -4095));
}

TEST(Frame, Pebble5KnowsNoTime) {
  const auto bytes = bytes_of(kPebble5);
  const auto frame = read_whole_frame(FrameFormat::pebble5, bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().message;
  EXPECT_EQ(frame->header.rate_hz, 100u);
  EXPECT_EQ(frame->header.pad, 7u);
  EXPECT_EQ(frame->start(), std::nullopt);
  EXPECT_EQ(frame->end(), std::nullopt);
  EXPECT_THAT(values(*frame), ElementsAre(1, -1, 1000));
}

TEST(Frame, Muvr20SaysWhenItStarts) {
  const auto bytes = bytes_of(kMuvr20);
  const auto frame = read_whole_frame(FrameFormat::muvr20, bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().message;
  EXPECT_EQ(frame->header.device, 0x64u);
  EXPECT_EQ(frame->start(), DeviceTime{milliseconds{500}});
  EXPECT_EQ(frame->end(), std::nullopt);
  EXPECT_EQ(frame->sensor(), SensorKind::accelerometer);
  EXPECT_THAT(values(*frame), ElementsAre(1, -1, 1000, 0, 0, -4095));
}

struct Example {
  FrameFormat format;
  const char* hex;
};
const Example kExamples[] = {{FrameFormat::pebble5, kPebble5},
                             {FrameFormat::pebble16, kPebble16},
                             {FrameFormat::muvr20, kMuvr20}};

class Formats : public testing::TestWithParam<Example> {};

TEST_P(Formats, DecodedAndEncodedAgainAreTheSameBytes) {
  const auto bytes = bytes_of(GetParam().hex);
  const auto frame = read_frame(GetParam().format, bytes);
  ASSERT_TRUE(frame.ok());
  std::vector<std::int16_t> xyz(3 * frame->count());
  std::vector<std::uint8_t> pads(frame->count());
  frame->decode(xyz, pads);
  std::vector<std::byte> again(bytes.size());
  const auto done = write_frame(frame->format, frame->header, xyz, again, pads, Clip::word);
  EXPECT_EQ(done.bytes, bytes.size());
  EXPECT_EQ(again, bytes);
}

TEST_P(Formats, AreReadFromTheFrontWhateverFollows) {
  auto bytes = bytes_of(GetParam().hex);
  const std::size_t size = bytes.size();
  bytes.push_back(std::byte{0xad});
  EXPECT_EQ(read_frame(GetParam().format, bytes)->bytes.size(), size);
  EXPECT_EQ(read_whole_frame(GetParam().format, bytes).error().code, "count_mismatch");
}

TEST_P(Formats, AreTruncatedWhereverTheyEndEarly) {
  const auto bytes = bytes_of(GetParam().hex);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    // A vector of its own, so that a sanitizer sees any look beyond the end.
    const std::vector<std::byte> front(bytes.begin(), bytes.begin() + static_cast<long>(n));
    ASSERT_EQ(read_frame(GetParam().format, front).error().code, "truncated") << n;
  }
}

TEST_P(Formats, EveryHeaderByteBelongsToExactlyOneField) {
  std::vector<int> owners(header_bytes(GetParam().format), 0);
  for (const HeaderField& field : header_fields(GetParam().format)) {
    for (unsigned i = 0; i < field.width; ++i) ++owners.at(field.offset + i);
  }
  EXPECT_THAT(owners, testing::Each(1));
}

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::ValuesIn(kExamples));

struct Bad {
  FrameFormat format;
  const char* hex;
  const char* code;
};
const Bad kBad[] = {
    {FrameFormat::pebble16, "cd 01 32 05 00 00 00 00 00 00 00 00 00 00 14 00 00 00 00 00 00",
     "bad_magic"},
    {FrameFormat::pebble16, "ad 00 32 05 00 00 00 00 00 00 00 00 00 00 14 00", "empty"},
    {FrameFormat::pebble16, "ad 01 32 06 00 00 00 00 00 00 00 00 00 00 14 00 00 00 00 00 00 00",
     "sample_size"},
    {FrameFormat::pebble16, "ad 01 32 00 00 00 00 00 00 00 00 00 00 00 14 00 00 00 00 00 00",
     "sample_size"},
    {FrameFormat::pebble16, "ad 01 00 05 00 00 00 00 00 00 00 00 00 00 14 00 00 00 00 00 00",
     "rate"},
    {FrameFormat::pebble16, "ad 01 32 05 00 00 ff ff ff ff ff ff ff ff 14 00 00 00 00 00 00",
     "timestamp"},
    {FrameFormat::pebble16, "ed 01 32 00 00 00 00 00 00 00 00 00 00 00 14 00", "sample_size"},
    {FrameFormat::pebble5, "00 01 64 00 00 00 00 00 00 00", "bad_magic"},
    {FrameFormat::pebble5, "ad 01 64 04 00 00 00 00 00 00", "sample_size"},
    {FrameFormat::muvr20, "60 64 01 32 00 00 00 00 00 00 e0 3f 03 00 00 00 74 61 6c 77",
     "bad_magic"},
    {FrameFormat::muvr20, "61 66 01 32 00 00 00 00 00 00 e0 3f 03 00 00 00 74 61 6c 77",
     "bad_magic"},
    {FrameFormat::muvr20, "61 64 01 32 00 00 00 00 00 00 e0 3f 03 00 00 00 74 61 6d 77",
     "bad_magic"},
    {FrameFormat::muvr20, "61 64 02 32 00 00 00 00 00 00 e0 3f 03 00 00 00 74 61 6c 77",
     "type_count"},
    {FrameFormat::muvr20, "61 64 01 32 00 00 00 00 00 00 e0 3f 04 00 00 00 74 61 6c 77",
     "count_mismatch"},
    {FrameFormat::muvr20, "61 64 01 32 00 00 00 00 00 00 e0 3f 00 00 00 00 74 61 6c 77", "empty"},
    {FrameFormat::muvr20, "61 64 01 32 00 00 00 00 00 00 f8 7f 03 00 00 00 74 61 6c 77",
     "timestamp"},
    {FrameFormat::muvr20, "61 64 01 32 00 00 00 00 00 00 f0 ff 03 00 00 00 74 61 6c 77",
     "timestamp"},
    {FrameFormat::muvr20, "61 64 01 32 00 00 00 00 00 00 e0 3f ff ff ff ff 74 61 6c 77",
     "truncated"},
};

TEST(Frame, BadOnesAreRefusedWithTheirReason) {
  for (const Bad& bad : kBad) {
    const auto bytes = bytes_of(bad.hex);
    const auto frame = read_frame(bad.format, bytes);
    ASSERT_FALSE(frame.ok()) << bad.hex;
    EXPECT_EQ(frame.error().code, bad.code) << bad.hex;
    EXPECT_FALSE(frame.error().message.empty());
  }
}

TEST(Frame, HeartRateIsKeptButNotDecoded) {
  const auto bytes = bytes_of("ed 02 01 01 00 00 00 00 00 00 00 00 00 00 14 00 48 49");
  const auto frame = read_whole_frame(FrameFormat::pebble16, bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().message;
  EXPECT_EQ(frame->sensor(), SensorKind::heart_rate);
  EXPECT_FALSE(frame->decodable());
  EXPECT_EQ(frame->payload.size(), 2u);
}

TEST(Frame, HeadersMadeHereSayWhatTheyWereTold) {
  const std::vector<std::int16_t> xyz{1, -1, 1000, 0, 0, -4095};
  const auto through = [&xyz](FrameFormat format, const FrameHeader& header) {
    std::vector<std::byte> bytes(frame_bytes(format, 2));
    EXPECT_EQ(write_frame(format, header, xyz, bytes).clipped, 0u);
    return bytes;
  };
  EXPECT_EQ(through(FrameFormat::pebble16,
                    pebble16_header(SensorKind::accelerometer, 2, 50, 255,
                                    DeviceTime{milliseconds{0x14cec0c0283}}, milliseconds{40})),
            bytes_of(kPebble16));
  auto apple = bytes_of(kMuvr20);
  apple[19] = std::byte{0};
  EXPECT_EQ(through(FrameFormat::muvr20, muvr20_header(SensorKind::accelerometer, 2, 50,
                                                       DeviceTime{milliseconds{500}}, 0x64)),
            apple);
  const auto rotation = through(FrameFormat::pebble5, pebble5_header(SensorKind::gyroscope, 2, 50));
  EXPECT_EQ(read_frame(FrameFormat::pebble5, rotation)->sensor(), SensorKind::gyroscope);
}

TEST(Frame, FiftySamplesInMuvr20AreTheEssaysTwoHundredAndSeventyBytes) {
  EXPECT_EQ(frame_bytes(FrameFormat::muvr20, 50), 270u);
  EXPECT_EQ(frame_bytes(FrameFormat::pebble16, 100), 516u);
  EXPECT_EQ(frame_bytes(FrameFormat::pebble5, 124), 625u);
}

TEST(FrameDeath, AHeaderThatAnnouncesAnotherCountIsTheCallersBug) {
  const std::vector<std::int16_t> xyz(3);
  std::vector<std::byte> out(100);
  EXPECT_DEATH(
      write_frame(FrameFormat::pebble5, pebble5_header(SensorKind::accelerometer, 2, 50), xyz, out),
      "2 1");
  EXPECT_DEATH(
      write_header(FrameFormat::pebble5, pebble5_header(SensorKind::accelerometer, 256, 50), out),
      "count 256");
}

}  // namespace
}  // namespace gauntlet::wire
