#include "core/wire/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/wire/bytes.h"

namespace gauntlet::wire {
namespace {

using testing::ElementsAre;

struct Word {
  const char* hex;
  std::array<std::int16_t, 3> xyz;
  std::uint8_t pad;
};

// By hand: x + y * 2^13 + z * 2^26 + pad * 2^39, each axis modulo 2^13, least byte first.
const Word kWords[] = {
    {"00 00 00 00 00", {0, 0, 0}, 0},     {"01 00 00 00 00", {1, 0, 0}, 0},
    {"00 20 00 00 00", {0, 1, 0}, 0},     {"00 00 00 04 00", {0, 0, 1}, 0},
    {"00 00 00 00 80", {0, 0, 0}, 1},     {"ff 1f 00 00 00", {-1, 0, 0}, 0},
    {"00 e0 ff 03 00", {0, -1, 0}, 0},    {"00 00 00 fc 7f", {0, 0, -1}, 0},
    {"ff ff ff ff 7f", {-1, -1, -1}, 0},  {"ff ff ff ff ff", {-1, -1, -1}, 1},
    {"ff 0f 00 00 00", {4095, 0, 0}, 0},  {"00 10 00 00 00", {-4096, 0, 0}, 0},
    {"00 e0 ff 01 00", {0, 4095, 0}, 0},  {"00 00 00 fc 3f", {0, 0, 4095}, 0},
    {"00 00 00 00 40", {0, 0, -4096}, 0},
};

class Words : public testing::TestWithParam<Word> {};

TEST_P(Words, DecodeToTheirAxesAndEncodeBack) {
  const auto packed = bytes_of(GetParam().hex);
  std::array<std::int16_t, 3> xyz{};
  std::array<std::uint8_t, 1> pad{};
  decode_samples(packed, xyz, pad);
  EXPECT_EQ(xyz, GetParam().xyz);
  EXPECT_EQ(pad[0], GetParam().pad);
  std::vector<std::byte> again(packed.size());
  EXPECT_EQ(encode_samples(xyz, pad, again, Clip::word), 0u);
  EXPECT_EQ(again, packed);
}

INSTANTIATE_TEST_SUITE_P(ByHand, Words, testing::ValuesIn(kWords));

TEST(Sample, EveryAxisValueSurvivesBesideEveryNeighbour) {
  for (int value = kSampleMin; value <= kSampleMax; ++value) {
    const auto v = static_cast<std::int16_t>(value);
    const auto other = static_cast<std::int16_t>(-1 - value);
    const std::array<std::int16_t, 6> xyz{v, other, v, other, v, other};
    std::array<std::byte, 10> packed{};
    ASSERT_EQ(encode_samples(xyz, {}, packed, Clip::word), 0u);
    std::array<std::int16_t, 6> back{};
    decode_samples(packed, back);
    ASSERT_EQ(back, xyz);
  }
}

TEST(Sample, ValuesBeyondTheRangeAreClampedAndCounted) {
  const std::array<std::int16_t, 6> xyz{5000, -5000, 4095, -4095, -4096, 32767};
  std::array<std::byte, 10> packed{};
  EXPECT_EQ(encode_samples(xyz, {}, packed), 4u);
  std::array<std::int16_t, 6> back{};
  decode_samples(packed, back);
  EXPECT_THAT(back, ElementsAre(4095, -4095, 4095, -4095, -4095, 4095));
  EXPECT_EQ(encode_samples(xyz, {}, packed, Clip::word), 3u);
  decode_samples(packed, back);
  EXPECT_THAT(back, ElementsAre(4095, -4096, 4095, -4095, -4096, 4095));
}

TEST(SampleDeath, ArraysThatDoNotFitAreTheCallersBug) {
  std::array<std::byte, 10> packed{};
  std::array<std::int16_t, 5> five{};
  EXPECT_DEATH(decode_samples(packed, five), "10 5");
  EXPECT_DEATH(encode_samples(five, {}, packed), "5 10");
}

}  // namespace
}  // namespace gauntlet::wire
