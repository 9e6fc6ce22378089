#include "replay/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/frames.h"

namespace gauntlet::replay {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PacketStream, EachPacketTwiceIsOnceAndADuplicate) {
  auto packets = steady(3);
  packets.insert(packets.begin() + 1, packets[0]);
  packets.push_back(packets.back());
  const auto stream = clean(recording_of(packets));
  EXPECT_THAT(stream.unique, ElementsAre(0u, 2u, 3u));
  EXPECT_EQ(stream.duplicates, 2u);
  EXPECT_EQ(stream.lost, 0u);
}

TEST(PacketStream, TheSameSamplesAtAnotherTimeAreNoDuplicate) {
  auto packets = steady(2);
  packets[1].value = packets[0].value;
  EXPECT_EQ(clean(recording_of(packets)).duplicates, 0u);
}

TEST(PacketStream, LossIsCountedAcrossTheWrapOfTheSequence) {
  auto packets = steady(4);
  packets[0].sequence = 254;
  packets[1].sequence = 1;  // 255 and 0 are lost
  packets[2].sequence = 2;
  packets[3].sequence = 129;
  const auto stream = clean(recording_of(packets));
  EXPECT_THAT(stream.lost_before, ElementsAre(0u, 2u, 0u, 126u));
  EXPECT_EQ(stream.lost, 128u);
}

TEST(PacketStream, AStepBackIsReorderedNotLost) {
  auto packets = steady(3);
  packets[0].sequence = 10;
  packets[1].sequence = 12;
  packets[2].sequence = 11;
  const auto stream = clean(recording_of(packets));
  EXPECT_EQ(stream.reordered, 1u);
  EXPECT_EQ(stream.lost, 1u);
}

TEST(RunLengths, CountsRunsBetweenLosses) {
  PacketStream stream;
  stream.lost_before = {0, 0, 1, 1, 3, 0, 0};
  RunLengths runs;
  runs.add(stream);
  EXPECT_THAT(runs.received, ElementsAre(Pair(1u, 2u), Pair(2u, 1u), Pair(3u, 1u)));
  EXPECT_THAT(runs.lost, ElementsAre(Pair(1u, 2u), Pair(3u, 1u)));
}

}  // namespace
}  // namespace gauntlet::replay
