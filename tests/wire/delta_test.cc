#include "core/wire/delta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "core/wire/frame.h"
#include "tests/recorded_data.h"
#include "tests/wire/bytes.h"

namespace gauntlet::wire {
namespace {

using testing::ElementsAre;
using Values = std::vector<std::int16_t>;

std::vector<std::byte> encoded(const Values& xyz) {
  std::vector<std::byte> out(delta_bytes_max(xyz.size() / 3));
  out.resize(encode_delta(xyz, out));
  return out;
}

Values decoded(const std::vector<std::byte>& code, std::size_t count) {
  Values xyz(3 * count);
  const auto read = decode_delta(code, xyz);
  EXPECT_TRUE(read.ok()) << read.error().message;
  return xyz;
}

std::string refusal(const std::vector<std::byte>& code, std::size_t count) {
  Values xyz(3 * count);
  const auto read = decode_delta(code, xyz);
  return read.ok() ? "" : read.error().code;
}

// By hand: shift 3; x 1, width 0; y -1, width 2, zigzag of +1; z 125, width 0.
constexpr const char* kByHand = "13 00 fc 2f f6 01";
const Values kByHandValues{8, -8, 1000, 8, 0, 1000};

TEST(Delta, TwoSamplesAreTheSixBytesWorkedOutByHand) {
  EXPECT_EQ(encoded(kByHandValues), bytes_of(kByHand));
  EXPECT_EQ(decoded(bytes_of(kByHand), 2), kByHandValues);
}

TEST(Delta, StillnessCostsFourBitsForSixteenSamples) {
  const Values still(3 * 100, 1000);
  // shift 4; three axes of 10 bits and 7 blocks.
  EXPECT_EQ(encoded(still).size(), (4 + 3 * (10 + 7 * 4) + 7) / 8u);
  EXPECT_EQ(decoded(encoded(still), 100), still);
  EXPECT_EQ(encoded(Values(3, 0)).size(), 1u);  // shift 12: a bit a value
}

// Every count, and signals from still to the worst there is.
TEST(Delta, EverythingThatThirteenBitsHoldSurvivesWithinTheBound) {
  std::mt19937 random(1);
  for (std::size_t count = 1; count <= 255; ++count) {
    for (const int spread : {1, 20, 500, 8192}) {
      for (const int lsb : {1, 8}) {
        Values xyz(3 * count);
        for (auto& v : xyz) {
          const int x = static_cast<int>(random() % static_cast<unsigned>(spread)) - spread / 2;
          v = static_cast<std::int16_t>(std::max(-4096, x / lsb * lsb));
        }
        const auto code = encoded(xyz);
        ASSERT_LE(code.size(), delta_bytes_max(count));
        ASSERT_EQ(decoded(code, count), xyz) << count << ' ' << spread;
      }
    }
  }
}

TEST(Delta, TheWorstCaseIsTwoBytesABlockBelowFiveBytesASampleAndReached) {
  Values worst;
  for (int i = 0; i < 3 * 100; ++i) worst.push_back(i / 3 % 2 == 0 ? -4096 : 4095);
  EXPECT_EQ(encoded(worst).size(), delta_bytes_max(100));
  EXPECT_EQ(delta_bytes_max(100), (4 + 39 * 100 + 12 * 7 + 7) / 8u);
  EXPECT_LT(delta_bytes_max(100), 500u);
  for (std::size_t n = 1; n <= 255; ++n) EXPECT_LE(delta_bytes_max(n), 5 * n + 2) << n;
}

TEST(Delta, MalformedCodesAreRefusedWithTheirReason) {
  auto code = bytes_of(kByHand);
  for (std::size_t n = 0; n < code.size(); ++n) {
    // A vector of its own, so that a sanitizer sees any look beyond the end.
    EXPECT_EQ(refusal({code.begin(), code.begin() + static_cast<long>(n)}, 2), "truncated") << n;
  }
  code.push_back(std::byte{0});
  EXPECT_EQ(refusal(code, 2), "count_mismatch");
  EXPECT_EQ(refusal(bytes_of(kByHand), 3), "truncated");
  EXPECT_EQ(refusal(bytes_of(kByHand), 1), "count_mismatch");
  EXPECT_EQ(refusal(bytes_of("0d 00 00 00 00 00 00 00"), 1), "delta");  // shift 13
  // One sample of zeros at shift 12, and a one among the zeros behind it.
  EXPECT_EQ(refusal(bytes_of("0c"), 1), "");
  EXPECT_EQ(refusal(bytes_of("8c"), 1), "count_mismatch");
  // shift 0; x 4095, width 2, then +1: beyond 13 bits.
  EXPECT_EQ(refusal(bytes_of("f0 ff 44 00 00 00 00 00 00 00 00"), 2), "delta");
}

TEST(Delta, RandomBytesAreRefusedOrRead) {
  std::mt19937 random(2);
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> code(random() % 24);
    for (auto& b : code) b = static_cast<std::byte>(random());
    const std::size_t count = 1 + random() % 8;
    Values xyz(3 * count);
    if (!decode_delta(code, xyz).ok()) continue;
    ++read;
    for (const auto v : xyz) ASSERT_TRUE(v >= kSampleMin && v <= kSampleMax);
    ASSERT_EQ(decoded(encoded(xyz), count), xyz);
  }
  EXPECT_GT(read, 10);
}

TEST(DeltaFrame, HasPebblesHeaderAndTheSizeOfItsCode) {
  const DeviceTime end{std::chrono::milliseconds{0x14cec0c0283}};
  const auto header =
      delta18_header(SensorKind::gyroscope, 2, 50, 255, end, std::chrono::milliseconds{40});
  std::vector<std::byte> bytes(frame_bytes(FrameFormat::delta18, 2));
  bytes.resize(write_frame(FrameFormat::delta18, header, kByHandValues, bytes).bytes);
  EXPECT_EQ(bytes, bytes_of(std::string("bc 02 32 05 00 ff 83 02 0c ec 4c 01 00 00 28 00 06 00") +
                            kByHand));
  const auto frame = read_whole_frame(FrameFormat::delta18, bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().message;
  EXPECT_EQ(frame->sensor(), SensorKind::gyroscope);
  EXPECT_EQ(frame->end(), end);
  EXPECT_EQ(frame->duration(), std::chrono::milliseconds{40});
  Values xyz(6);
  frame->decode(xyz);
  EXPECT_EQ(xyz, kByHandValues);
}

TEST(DeltaFrame, BadOnesAreRefusedWithTheirReason) {
  const std::string head = "02 32 05 00 ff 83 02 0c ec 4c 01 00 00 28 00 06 00 ";
  const auto code_of = [](const std::string& hex) {
    const auto bytes = bytes_of(hex);
    const auto frame = read_whole_frame(FrameFormat::delta18, bytes);
    return frame.ok() ? std::string() : frame.error().code;
  };
  EXPECT_EQ(code_of("ac " + head + kByHand), "");
  EXPECT_EQ(code_of("ad " + head + kByHand), "bad_magic");
  EXPECT_EQ(code_of("ac " + head + kByHand + " 00"), "count_mismatch");
  EXPECT_EQ(code_of("ac 03" + head.substr(2) + kByHand), "truncated");
  EXPECT_EQ(code_of("ac 00" + head.substr(2) + kByHand), "empty");
  EXPECT_EQ(code_of("ac " + head + "1d 00 fc 2f f6 01"), "delta");
  EXPECT_EQ(code_of("ac " + head.substr(0, 48) + "05 00 13 00 fc 2f f6"), "truncated");
}

// What the code is good for: the recordings' own packets.
TEST(Captures, ThePacketsWouldHaveFitFarFewerBytes) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  std::size_t plain = 0, coded = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".raw") continue;
    const auto bytes = testing_support::file_bytes(entry.path());
    for (std::span<const std::byte> left(bytes); !left.empty();) {
      const auto frame = read_frame(FrameFormat::pebble16, left);
      ASSERT_TRUE(frame.ok());
      left = left.subspan(frame->bytes.size());
      Values xyz(3 * frame->count());
      frame->decode(xyz);
      const auto code = encoded(xyz);
      ASSERT_EQ(decoded(code, frame->count()), xyz);
      plain += frame->payload.size();
      coded += code.size();
    }
  }
  std::printf("%zu B of samples coded in %zu B\n", plain, coded);
  EXPECT_LT(coded, plain * 6 / 10);
}

}  // namespace
}  // namespace gauntlet::wire
