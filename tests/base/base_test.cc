#include <gtest/gtest.h>

#include <concepts>

#include "core/base/counters.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/truth/truth.h"

namespace gauntlet {
namespace {

template <class A, class B>
concept Subtractable = requires(A a, B b) { a - b; };

TEST(Time, ClocksOfDifferentDomainsDoNotSubtract) {
  static_assert(Subtractable<HostTime, HostTime>);
  static_assert(!Subtractable<HostTime, WorldTime>);
  static_assert(!Subtractable<DeviceTime, HostTime>);
  static_assert(!Subtractable<WorldTime, DeviceTime>);
  static_assert(!std::convertible_to<HostTime, WorldTime>);
}

TEST(Time, SecondsRoundToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(1e-9).count(), 1);
  EXPECT_EQ(from_seconds(-1.6e-9).count(), -2);
  EXPECT_EQ(from_ms(20), std::chrono::milliseconds{20});
}

TEST(Check, AFailedCheckNamesConditionAndValues) {
  EXPECT_DEATH(CHECK(1 > 2, 1, 2), "1 > 2 with 1 2");
}

TEST(ResultDeath, ReadingTheValueOfAnErrorAborts) {
  const Result<int> r = Error{"bad_magic", "byte 0 is 0x00"};
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "bad_magic");
  EXPECT_DEATH(static_cast<void>(r.value()), "bad_magic: byte 0 is 0x00");
}

TEST(Counters, CountsMergeAndTotal) {
  Counters a, b;
  a.add("link.lost", 3);
  b.add("link.lost");
  b.add("phone.stale", 2);
  a.merge(b);
  EXPECT_EQ(a.get("link.lost"), 4u);
  EXPECT_EQ(a.get("never"), 0u);
  EXPECT_EQ(a.total(), 6u);
}

TEST(TrueHostClock, InterpolatesBetweenKnotsAndExtrapolatesWithTheLastSlope) {
  using std::chrono::seconds;
  TrueHostClock clock;
  clock.add(WorldTime{seconds{0}}, HostTime{seconds{1000}});
  clock.add(WorldTime{seconds{100}}, HostTime{seconds{1101}});
  EXPECT_EQ(clock.to_host(WorldTime{seconds{50}}), HostTime{std::chrono::milliseconds{1050500}});
  EXPECT_EQ(clock.to_host(WorldTime{seconds{200}}), HostTime{seconds{1202}});
}

}  // namespace
}  // namespace gauntlet
