// Frames with random bytes changed, cut or added: never a look beyond the end (the sanitizers'
// part), and whatever is accepted encodes to the bytes it came from.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/wire/cab1.h"
#include "core/wire/frame.h"

namespace gauntlet::wire {
namespace {

constexpr int kRounds = 20'000;

// std::mt19937's sequence is fixed by the standard; only the distributions are not.
class Mutator {
 public:
  std::size_t below(std::size_t n) { return random_() % n; }
  std::vector<std::byte> mutate(std::vector<std::byte> bytes) {
    for (std::size_t changes = below(5); changes > 0 && !bytes.empty(); --changes) {
      bytes[below(std::min<std::size_t>(bytes.size(), below(2) == 0 ? 24 : bytes.size()))] =
          static_cast<std::byte>(random_());
    }
    if (below(3) == 0) bytes.resize(below(bytes.size() + 8));
    bytes.shrink_to_fit();
    return bytes;
  }

 private:
  std::mt19937 random_{20'150'424};
};

std::vector<std::byte> example(FrameFormat format) {
  const DeviceTime t{std::chrono::milliseconds{1'429'889'399'619}};
  std::vector<std::int16_t> xyz(3 * 7, 1000);
  if (format == FrameFormat::delta18) {
    for (std::size_t i = 0; i < xyz.size(); ++i) xyz[i] = static_cast<std::int16_t>(37 * i * i);
  }
  const auto header =
      format == FrameFormat::pebble5 ? pebble5_header(SensorKind::accelerometer, 7, 100)
      : format == FrameFormat::pebble16
          ? pebble16_header(SensorKind::accelerometer, 7, 50, 3, t, std::chrono::milliseconds{143})
      : format == FrameFormat::delta18
          ? delta18_header(SensorKind::accelerometer, 7, 50, 3, t, std::chrono::milliseconds{143})
          : muvr20_header(SensorKind::accelerometer, 7, 50, t);
  std::vector<std::byte> bytes(frame_bytes(format, 7));
  bytes.resize(write_frame(format, header, xyz, bytes).bytes);
  return bytes;
}

class Mutations : public testing::TestWithParam<FrameFormat> {};

TEST_P(Mutations, AreRefusedOrSurviveTheRoundTrip) {
  const auto original = example(GetParam());
  Mutator mutator;
  int accepted = 0, refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto bytes = mutator.mutate(original);
    const auto frame = read_frame(GetParam(), bytes);
    if (!frame.ok()) {
      ++refused;
      continue;
    }
    ASSERT_LE(frame->bytes.size(), bytes.size());
    if (!frame->decodable()) continue;
    ++accepted;
    std::vector<std::int16_t> xyz(3 * frame->count());
    std::vector<std::uint8_t> pads(frame->count());
    frame->decode(xyz, pads);
    std::vector<std::byte> again(frame_bytes(GetParam(), frame->count()));
    again.resize(write_frame(GetParam(), frame->header, xyz, again, pads, Clip::word).bytes);
    if (GetParam() == FrameFormat::delta18) {  // the same values may have several codes
      ASSERT_LE(again.size(), frame_bytes(GetParam(), frame->count()));
      std::vector<std::int16_t> twice(xyz.size());
      read_whole_frame(GetParam(), again)->decode(twice);
      ASSERT_EQ(twice, xyz) << "round " << round;
      continue;
    }
    ASSERT_TRUE(std::ranges::equal(again, frame->bytes)) << "round " << round;
  }
  EXPECT_GT(accepted, kRounds / 10);
  EXPECT_GT(refused, kRounds / 10);
}

INSTANTIATE_TEST_SUITE_P(All, Mutations, testing::ValuesIn(kFrameFormats));

TEST(Mutations, OfTheWrapperAreRefusedOrSurviveTheRoundTrip) {
  const auto inner = example(FrameFormat::pebble5);
  const Cab1Part parts[] = {{1, inner}, {2, inner}};
  const auto original = write_cab1(7, parts);
  Mutator mutator;
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto bytes = mutator.mutate(original);
    const auto view = read_cab1(bytes);
    if (!view.ok()) continue;
    ++accepted;
    const auto again = write_cab1(view->timestamp, view->parts);
    ASSERT_TRUE(std::ranges::equal(again, std::span(bytes).first(view->size)));
  }
  EXPECT_GT(accepted, kRounds / 10);
}

}  // namespace
}  // namespace gauntlet::wire
