#include "replay/player.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/replay/frames.h"

namespace gauntlet::replay {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

struct Played {
  std::vector<std::size_t> packets;
  std::vector<milliseconds> at;
};

Played play(const Recording& recording) {
  sim::Simulation simulation;
  Played out;
  Player player(recording, simulation, [&](std::span<const std::byte> bytes, std::size_t i) {
    EXPECT_TRUE(std::ranges::equal(bytes, recording.bytes_of(recording.packets[i])));
    out.packets.push_back(i);
    out.at.push_back(std::chrono::duration_cast<milliseconds>(simulation.now().time_since_epoch()));
  });
  player.start(WorldTime{milliseconds{1000}});
  simulation.run();
  EXPECT_EQ(player.played(), recording.packets.size());
  return out;
}

TEST(Player, PacketsComeWhenTheyOnceCame) {
  auto recording = recording_of(steady(3));
  const std::int64_t arrivals_ms[] = {5000, 7900, 7902};
  for (std::size_t i = 0; i < 3; ++i) {
    recording.packets[i].arrival = HostTime{milliseconds{arrivals_ms[i]}};
  }
  const auto out = play(recording);
  EXPECT_THAT(out.packets, ElementsAre(0u, 1u, 2u));
  EXPECT_THAT(out.at, ElementsAre(milliseconds{1000}, milliseconds{3900}, milliseconds{3902}));
}

TEST(Player, WithoutArrivalTheDevicesClockServes) {
  EXPECT_THAT(play(recording_of(steady(3))).at,
              ElementsAre(milliseconds{1000}, milliseconds{3046}, milliseconds{5092}));
}

TEST(Player, AnArrivalBeforeTheLastIsSimultaneousAndCounted) {
  auto recording = recording_of(steady(3));
  const std::int64_t arrivals_ms[] = {5000, 7000, 6000};
  for (std::size_t i = 0; i < 3; ++i) {
    recording.packets[i].arrival = HostTime{milliseconds{arrivals_ms[i]}};
  }
  sim::Simulation simulation;
  const Player player(recording, simulation, [](auto, auto) {});
  EXPECT_EQ(player.out_of_order(), 1u);
  EXPECT_THAT(play(recording).at,
              ElementsAre(milliseconds{1000}, milliseconds{3000}, milliseconds{3000}));
}

TEST(Player, AnEmptyRecordingPlaysNothing) { EXPECT_TRUE(play(Recording{}).packets.empty()); }

}  // namespace
}  // namespace gauntlet::replay
