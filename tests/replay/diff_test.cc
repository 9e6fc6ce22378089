#include "replay/diff.h"

#include <gtest/gtest.h>

#include "tests/replay/frames.h"

namespace gauntlet::replay {
namespace {

std::string difference(const Recording& a, const Recording& b) {
  const auto found = first_difference(a, b);
  return found ? to_string(*found) : "";
}

TEST(Diff, ARecordingDoesNotDifferFromItself) {
  const auto a = recording_of(steady(5));
  EXPECT_EQ(difference(a, a), "");
}

TEST(Diff, TheFirstPacketAndFieldThatDifferAreNamed) {
  const auto packets = steady(5);
  const auto a = recording_of(packets);
  auto changed = packets;
  changed[3].sequence = 7;
  changed[4].value = 0;
  EXPECT_EQ(difference(a, recording_of(changed)), "packet 3, sequence: 253 against 7");
  changed = packets;
  changed[2].end_ms += 1;
  EXPECT_EQ(difference(a, recording_of(changed)),
            "packet 2, end: 1429889405757 against 1429889405758");
  changed.pop_back();
  changed[2].end_ms -= 1;
  EXPECT_EQ(difference(a, recording_of(changed)), "packet 4, missing: there against missing");
  EXPECT_EQ(difference(recording_of(changed), a), "packet 4, missing: missing against there");
}

TEST(Diff, SamplesAndPadsAreNamedByIndexAndAxis) {
  const auto a = recording_of(steady(2));
  auto b = a;
  const std::size_t sample = 516 + 16 + 5 * 17;
  b.bytes[sample] ^= std::byte{1};
  EXPECT_EQ(difference(a, b), "packet 1, sample 17 x: 8 against 9");
  b = a;
  b.bytes[sample + 4] ^= std::byte{0x80};
  EXPECT_EQ(difference(a, b), "packet 1, sample 17 pad: 0 against 1");
}

TEST(Diff, ArrivalCountsToo) {
  const auto a = recording_of(steady(2));
  auto b = a;
  b.packets[1].arrival = HostTime{Duration{5}};
  EXPECT_EQ(difference(a, b), "packet 1, arrival: none against 5 ns");
}

}  // namespace
}  // namespace gauntlet::replay
