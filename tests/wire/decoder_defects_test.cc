// Defects of real decoders of these formats, each written down as it was, and a check that sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/wire/frame.h"
#include "tests/recorded_data.h"
#include "tests/wire/bytes.h"

namespace gauntlet::wire {
namespace {

using std::chrono::milliseconds;

std::uint32_t byte(std::span<const std::byte> sample, std::size_t i) {
  return std::to_integer<std::uint32_t>(sample[i]);
}
std::int16_t signed13(std::uint32_t bits) {
  return static_cast<std::int16_t>(bits >= 4096 ? static_cast<int>(bits) - 8192
                                                : static_cast<int>(bits));
}

// The two bits of y in the fourth byte belong at 11, not at 10.
std::int16_t y_shifted_by_ten(std::span<const std::byte> s) {
  return signed13(byte(s, 1) >> 5 | byte(s, 2) << 3 | (byte(s, 3) & 3) << 10);
}
// Bit 39 is not z's.
std::int16_t z_with_the_pad_bit(std::span<const std::byte> s) {
  return static_cast<std::int16_t>(byte(s, 3) >> 2 | byte(s, 4) << 6);
}
// Whole seconds only: the division came before the cast.
double seconds_divided_before_the_cast(const FrameView& frame) {
  return static_cast<double>(frame.header.end_ms / 1000);
}
DeviceTime start_taken_from_the_end(const FrameView& frame) { return *frame.end(); }

std::array<std::int16_t, 3> decoded(std::span<const std::byte> sample) {
  std::array<std::int16_t, 3> xyz{};
  decode_samples(sample, xyz);
  return xyz;
}

TEST(DecoderDefect, YShiftedByTenIsWrongForEveryNegativeY) {
  for (const int negative : {-1, -1000, -4095}) {
    const auto y = static_cast<std::int16_t>(negative);
    const std::array<std::int16_t, 3> xyz{0, y, 0};
    std::array<std::byte, kSampleBytes> sample{};
    encode_samples(xyz, {}, sample);
    EXPECT_EQ(decoded(sample)[1], y);
    EXPECT_NE(y_shifted_by_ten(sample), y);
  }
}

TEST(DecoderDefect, YShiftedByTenSpoilsAQuarterOfTheCaptures) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  std::uint64_t wrong = 0, total = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".raw") continue;
    const auto bytes = testing_support::file_bytes(entry.path());
    std::span<const std::byte> left(bytes);
    while (!left.empty()) {
      const auto frame = read_frame(FrameFormat::pebble16, left);
      ASSERT_TRUE(frame.ok());
      left = left.subspan(frame->bytes.size());
      for (std::size_t i = 0; i < frame->payload.size(); i += kSampleBytes, ++total) {
        const auto sample = frame->payload.subspan(i, kSampleBytes);
        wrong += decoded(sample)[1] != y_shifted_by_ten(sample);
      }
    }
  }
  // Counted independently in the nine sessions: 230,476 of 940,160. All twelve that once were
  // public give 28.5 %.
  EXPECT_EQ(total, 940'160u);
  EXPECT_EQ(wrong, 230'476u);
}

TEST(DecoderDefect, ThePadBitLeaksIntoZ) {
  const auto positive = bytes_of("00 00 00 04 80");  // z = 1, pad set
  EXPECT_EQ(decoded(positive)[2], 1);
  EXPECT_EQ(z_with_the_pad_bit(positive), 1 + 8192);
}

// 100 samples, then 60: the second begins when the first has ended.
std::vector<std::byte> two_frames() {
  std::vector<std::byte> bytes;
  std::int64_t end_ms = 1'429'889'399'619;
  std::uint8_t sequence = 0;
  for (const std::uint32_t count : {100u, 60u}) {
    const milliseconds duration{count * 20};
    end_ms += duration.count();
    const auto header = pebble16_header(SensorKind::accelerometer, count, 50, sequence++,
                                        DeviceTime{milliseconds{end_ms}}, duration);
    const std::vector<std::int16_t> xyz(3 * count);
    std::vector<std::byte> frame(frame_bytes(FrameFormat::pebble16, count));
    write_frame(FrameFormat::pebble16, header, xyz, frame);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

class TwoFrames : public testing::Test {
 protected:
  const std::vector<std::byte> bytes_ = two_frames();
  const FrameView first_ = *read_frame(FrameFormat::pebble16, bytes_);
  const FrameView second_ =
      *read_frame(FrameFormat::pebble16, std::span(bytes_).subspan(first_.bytes.size()));
};

TEST_F(TwoFrames, ATimestampDividedBeforeTheCastLosesTheMilliseconds) {
  const double apart_s =
      seconds_divided_before_the_cast(second_) - seconds_divided_before_the_cast(first_);
  EXPECT_NE(apart_s, to_seconds(*second_.duration()));
  EXPECT_EQ(*second_.end() - *first_.end(), *second_.duration());
}

TEST_F(TwoFrames, TheEndTakenForTheStartTearsTheSeam) {
  const auto seam = [this](const auto& start_of) {
    return start_of(second_) - (start_of(first_) + *first_.duration());
  };
  EXPECT_EQ(seam(start_taken_from_the_end), milliseconds{-800});
  EXPECT_EQ(seam([](const FrameView& f) { return *f.start(); }), milliseconds{0});
}

}  // namespace
}  // namespace gauntlet::wire
