#include "sim/engine/simulation.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "sim/engine/random.h"
#include "sim/engine/timer.h"
#include "tests/engine/counting_new.h"

namespace gauntlet::sim {
namespace {

using namespace std::chrono_literals;
namespace counting = gauntlet::sim::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

WorldTime at_ns(std::int64_t ns) { return WorldTime{Duration{ns}}; }

TEST(Simulation, RunsByTimeThenPriorityThenOrderOfScheduling) {
  Simulation sim;
  std::string order;
  sim.at(at_ns(20), [&] { order += 'd'; });
  sim.at(at_ns(10), [&] { order += 'b'; });
  sim.at(at_ns(10), [&] { order += 'c'; });
  sim.at(at_ns(10), [&] { order += 'a'; }, 5);
  EXPECT_EQ(sim.run(), 4u);
  EXPECT_EQ(order, "abcd");
  EXPECT_EQ(sim.now(), at_ns(20));
  EXPECT_TRUE(sim.empty());
}

TEST(Simulation, AnEventScheduledForNowRunsAfterThoseAlreadyWaitingForNow) {
  Simulation sim;
  std::string order;
  sim.at(at_ns(1), [&] {
    order += 'a';
    sim.after(0ns, [&] { order += 'c'; });
    sim.after(0ns, [&] { order += 'x'; }, 0);
  });
  sim.at(at_ns(1), [&] { order += 'b'; });
  sim.run();
  EXPECT_EQ(order, "axbc");
}

TEST(Simulation, RunUntilStopsBeforeTheFirstLaterEventAndAdvancesNow) {
  Simulation sim;
  int n = 0;
  for (const std::int64_t t : {1, 5, 6}) sim.at(at_ns(t), [&] { ++n; });
  EXPECT_EQ(sim.run(at_ns(5)), 2u);
  EXPECT_EQ(sim.now(), at_ns(5));
  EXPECT_EQ(sim.peek(), at_ns(6));
  // Now that the queue has looked ahead, something nearer is still run first.
  std::vector<std::int64_t> times;
  sim.at(at_ns(5), [&] { times.push_back(sim.now().time_since_epoch().count()); });
  EXPECT_EQ(sim.peek(), at_ns(5));
  EXPECT_TRUE(sim.step());
  EXPECT_EQ(n, 2);
  EXPECT_TRUE(sim.step());
  EXPECT_FALSE(sim.step());
  EXPECT_EQ(sim.peek(), std::nullopt);
  EXPECT_THAT(times, ElementsAre(5));
}

TEST(Simulation, ALookAtAFarEventDoesNotSlowOrReorderNearOnes) {
  Simulation sim;
  std::int64_t last = 0;
  sim.at(at_ns(std::int64_t{1} << 60), [&] { last = 1; });
  EXPECT_EQ(sim.run(at_ns(0)), 0u);
  for (int i = 5000; i > 0; --i) {
    sim.at(at_ns(i), [&, i] {
      EXPECT_EQ(last + 1, i);
      last = i;
    });
  }
  EXPECT_EQ(sim.run(), 5001u);
  EXPECT_EQ(last, 1);
}

TEST(Simulation, StopEndsTheRunAfterThePresentEvent) {
  Simulation sim;
  int n = 0;
  sim.every(at_ns(0), 1ms, [&] {
    if (++n == 3) sim.stop();
  });
  sim.run(at_ns(1'000'000'000));
  EXPECT_EQ(n, 3);
  EXPECT_EQ(sim.now(), WorldTime{2ms});
  sim.run(WorldTime{3ms});
  EXPECT_EQ(n, 4);
}

TEST(Simulation, StaleHandlesAreDetectedEvenWhenTheSlotIsUsedAgain) {
  Simulation sim;
  int ran = 0;
  const EventId first = sim.after(1ms, [&] { ++ran; });
  EXPECT_TRUE(sim.pending(first));
  EXPECT_TRUE(sim.cancel(first));
  EXPECT_FALSE(sim.cancel(first));
  const EventId second = sim.after(1ms, [&] { ++ran; });
  EXPECT_FALSE(sim.cancel(first));
  EXPECT_FALSE(sim.reschedule(first, at_ns(5)));
  EXPECT_FALSE(sim.cancel(EventId{}));
  EXPECT_FALSE(sim.cancel(EventId{~std::uint64_t{0}}));
  sim.run();
  EXPECT_EQ(ran, 1);
  EXPECT_FALSE(sim.cancel(second));
  EXPECT_EQ(sim.counters().stale_handles, 6u);
  EXPECT_EQ(sim.counters().cancelled, 1u);
}

TEST(Simulation, AHandleNeverComesBackAfterMillionsOfUsesOfOneSlot) {
  Simulation sim;
  const EventId first = sim.after(0ns, [] {});
  sim.run();
  for (int i = 0; i < (1 << 22) + 10; ++i) {
    ASSERT_NE(sim.after(0ns, [] {}).value, first.value);
    sim.step();
  }
}

TEST(Simulation, AnEventCannotCancelItselfButARecurrenceCan) {
  Simulation sim;
  EventId id;
  bool cancelled = true;
  id = sim.after(1ms, [&] { cancelled = sim.cancel(id); });
  sim.run();
  EXPECT_FALSE(cancelled);
  int n = 0;
  const auto alive = std::make_shared<int>();
  id = sim.every(sim.now(), 1ms, [&, alive] {
    if (++n == 4) {
      EXPECT_TRUE(sim.cancel(id));
      EXPECT_FALSE(sim.cancel(id));
    }
  });
  sim.run();
  EXPECT_EQ(n, 4);
  EXPECT_TRUE(sim.empty());
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Simulation, RescheduledEventsGoBehindOthersOfTheirNewInstant) {
  Simulation sim;
  std::string order;
  const EventId a = sim.at(at_ns(1), [&] { order += 'a'; });
  sim.at(at_ns(7), [&] { order += 'b'; });
  EXPECT_TRUE(sim.reschedule(a, at_ns(7)));
  EXPECT_TRUE(sim.reschedule(a, at_ns(7)));
  sim.run();
  EXPECT_EQ(order, "ba");
}

TEST(Simulation, RecurrencesEndByReturningNever) {
  Simulation sim;
  std::vector<std::int64_t> times;
  sim.recur(at_ns(3), [&] {
    times.push_back(sim.now().time_since_epoch().count());
    return times.size() == 3 ? kNever : sim.now() + 10ns;
  });
  sim.run();
  EXPECT_THAT(times, ElementsAre(3, 13, 23));
  EXPECT_TRUE(sim.empty());
}

TEST(Simulation, DestroysEveryCallableOnceHoweverItEnds) {
  const auto alive = std::make_shared<int>();
  struct Big {
    std::shared_ptr<int> p;
    std::array<char, 200> payload{};
    void operator()() const {}
  };
  {
    Simulation sim;
    sim.after(1ms, [alive] {});
    sim.after(1ms, Big{alive});
    const EventId small = sim.after(2ms, [alive] {});
    const EventId big = sim.after(2ms, Big{alive});
    sim.after(1h, [alive] {});
    sim.after(1h, Big{alive});
    sim.every(at_ns(0), 1ms, Big{alive});
    sim.after(0ns, Simulation::Callback([alive] {}));
    sim.after(0ns, Simulation::Callback(Big{alive}));
    sim.cancel(small);
    sim.cancel(big);
    EXPECT_EQ(alive.use_count(), 8);
    sim.run(WorldTime{10ms});
    EXPECT_EQ(alive.use_count(), 4);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Simulation, SurvivesACallableThatThrows) {
  Simulation sim;
  const auto alive = std::make_shared<int>();
  sim.after(1ms, [alive] { throw std::runtime_error("model"); });
  sim.every(at_ns(0) + 1ms, 1ms, [alive] { throw std::runtime_error("model"); });
  EXPECT_THROW(sim.run(), std::runtime_error);
  EXPECT_THROW(sim.run(), std::runtime_error);
  EXPECT_EQ(sim.run(), 0u);
  EXPECT_TRUE(sim.empty());
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Simulation, NamesTheTagOfALivelock) {
  SimulationOptions options;
  options.events_per_instant_max = 100;
  Simulation sim(options);
  sim.recur(at_ns(7), [&] { return sim.now(); }, kDefaultPriority, sim.tag("link/retry"));
  try {
    sim.run();
    FAIL();
  } catch (const Livelock& e) {
    EXPECT_THAT(e.what(), HasSubstr("link/retry"));
    EXPECT_THAT(e.what(), HasSubstr("7 ns"));
  }
}

TEST(Simulation, TheEventThatALivelockStoppedIsStillPending) {
  SimulationOptions options;
  options.events_per_instant_max = 3;
  Simulation sim(options);
  std::vector<int> ran;
  for (int i = 0; i < 5; ++i) sim.at(at_ns(7), [&ran, i] { ran.push_back(i); });
  EXPECT_THROW(sim.run(), Livelock);
  EXPECT_THAT(ran, ElementsAre(0, 1, 2));
  EXPECT_EQ(sim.pending_count(), 2u);
  EXPECT_EQ(sim.peek(), at_ns(7));
  // The count goes on from run to run: otherwise a loop over step() would never end.
  EXPECT_THROW(sim.step(), Livelock);
}

// More than a chunk at one instant, with alarms, which are fetched ahead chunk by chunk; some of
// them schedule into the run that is under way, before and behind what is left of it.
TEST(Simulation, ALongRunKeepsItsOrderWhileItIsScheduledInto) {
  Simulation sim;
  std::vector<int> ran;
  std::deque<Timer> timers;
  constexpr int kTimers = 6000;
  for (int i = 0; i < kTimers; ++i) {
    timers.emplace_back(sim, [&sim, &ran, i] {
      ran.push_back(i);
      if (i % 1000 != 500) return;
      sim.at(sim.now(), [&ran, i] { ran.push_back(kTimers + i); });      // behind all
      sim.at(sim.now(), [&ran, i] { ran.push_back(-i); }, Priority{0});  // next
    });
    timers.back().arm_at(at_ns(1'000'000));
  }
  sim.run();
  std::vector<int> expected;
  for (int i = 0; i < kTimers; ++i) {
    expected.push_back(i);
    if (i % 1000 == 500) expected.push_back(-i);
  }
  for (int i = 500; i < kTimers; i += 1000) expected.push_back(kTimers + i);
  EXPECT_EQ(ran, expected);
}

TEST(SimulationDeathTest, SchedulingInThePastIsABug) {
  Simulation sim;
  sim.run(at_ns(10));
  EXPECT_DEATH(sim.at(at_ns(9), [] {}), "t_ns >= now_ns_ with 9 10");
  EXPECT_DEATH(sim.every(at_ns(10), 0ns, [] {}), "period");
}

TEST(Simulation, AllocatesNothingPerEventOnceWarm) {
  Simulation sim;
  RandomStream random(1, "warm");
  const auto later = [&] {
    return sim.now() + Duration{static_cast<std::int64_t>(random.below(1'000'000))};
  };
  struct Model {
    Simulation& sim;
    decltype(later)& when;
    std::array<char, 32> state{};
    void operator()() const { sim.at(when(), *this); }
  };
  static_assert(sizeof(Model) == 48);
  for (int i = 0; i < 1000; ++i) sim.at(later(), Model{sim, later});
  for (int i = 0; i < 1000; ++i) sim.recur(later(), [&] { return later(); });
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 100; ++i) timers.push_back(std::make_unique<Timer>(sim, [] {}));
  const auto stir = [&] {
    for (auto& timer : timers) timer->arm_at(later());
    const EventId id = sim.at(later(), [] {});
    sim.reschedule(id, later());
    sim.cancel(id);
  };
  sim.every(sim.now(), 1us, stir);
  sim.run(WorldTime{200ms});
  const std::uint64_t before = counting::allocations();
  const std::uint64_t n = sim.run(WorldTime{300ms});
  EXPECT_GT(n, 400'000u);
  EXPECT_EQ(counting::allocations() - before, 0u);
}

TEST(Simulation, CancelledEventsDoNotPileUp) {
  Simulation sim;
  for (int i = 0; i < 1'000'000; ++i) sim.cancel(sim.after(1h, [] {}));
  EXPECT_LT(sim.counters().entries, 2000u);
  EXPECT_EQ(sim.counters().pending_max, 1u);
}

TEST(Timer, ReArmingKeepsOneEntryInTheQueue) {
  Simulation sim;
  std::vector<Duration> fired;
  Timer timeout(sim, [&] { fired.push_back(sim.now().time_since_epoch()); });
  const EventId tick = sim.every(sim.now(), 20ms, [&] { timeout.arm_after(1s); });
  sim.run(WorldTime{100s});
  EXPECT_EQ(sim.counters().entries, 2u);
  EXPECT_THAT(fired, ElementsAre());
  sim.cancel(tick);
  sim.run();
  EXPECT_THAT(fired, ElementsAre(101s));
}

TEST(Timer, CanBeMovedEarlierCancelledAndArmedAgain) {
  Simulation sim;
  std::vector<std::int64_t> fired;
  Timer timer(sim, [&] { fired.push_back(sim.now().time_since_epoch().count()); });
  timer.arm_at(at_ns(100));
  timer.arm_at(at_ns(50));
  EXPECT_EQ(timer.deadline(), at_ns(50));
  EXPECT_EQ(sim.pending_count(), 1u);
  sim.run(at_ns(60));
  timer.arm_at(at_ns(70));
  EXPECT_TRUE(timer.cancel());
  EXPECT_FALSE(timer.cancel());
  EXPECT_TRUE(sim.empty());
  EXPECT_EQ(sim.peek(), std::nullopt);
  timer.arm_at(at_ns(90));
  sim.run();
  EXPECT_THAT(fired, ElementsAre(50, 90));
}

TEST(Timer, MayArmItselfAndMayBeDestroyedWhileArmed) {
  Simulation sim;
  int n = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(sim, [&] {
    if (++n < 3) timer->arm_after(1ms);
  });
  timer->arm_after(1ms);
  sim.run();
  EXPECT_EQ(n, 3);
  timer->arm_after(1ms);
  timer.reset();
  EXPECT_TRUE(sim.empty());
  EXPECT_EQ(sim.run(), 0u);
}

TEST(Alarm, MayDestroyItselfWhenWoken) {
  struct Once final : Alarm {
    explicit Once(Simulation& sim) : Alarm(sim) { wake_after(1ms); }
    void wake() override { delete this; }
  };
  Simulation sim;
  new Once(sim);
  EXPECT_EQ(sim.run(), 1u);
}

TEST(Trace, RingKeepsTheLastRecordsAndHashesAll) {
  const auto run = [](std::int64_t last, TraceRing& ring) {
    Simulation sim;
    sim.trace_to(&ring);
    for (const std::int64_t t : {std::int64_t{1}, std::int64_t{2}, last}) {
      sim.at(at_ns(t), [] {}, 9, sim.tag("beat"));
    }
    sim.run();
  };
  TraceRing small(2), large(100), other(100);
  run(3, small);
  run(3, large);
  run(4, other);
  EXPECT_EQ(small.count(), 3u);
  EXPECT_EQ(small.hash(), large.hash());
  EXPECT_NE(large.hash(), other.hash());
  EXPECT_THAT(small.last(), ElementsAre(TraceRecord{2, 2, 1, 9}, TraceRecord{3, 3, 1, 9}));
  EXPECT_EQ(large.last().size(), 3u);
}

TEST(Trace, FileHoldsEveryRecordOnceClosedAndNothingBefore) {
  const std::string path = ::testing::TempDir() + "engine_trace.bin";
  std::filesystem::remove(path);
  {
    TraceFile trace(path);
    Simulation sim;
    sim.trace_to(&trace);
    int n = 0;
    sim.recur(at_ns(0), [&] { return ++n < 10'000 ? sim.now() + 5ns : kNever; });
    sim.run();
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(trace.close().ok());
  }
  EXPECT_EQ(std::filesystem::file_size(path), 240'000u);
  std::ifstream in(path, std::ios::binary);
  in.seekg(9999 * 24);
  TraceRecord last;
  in.read(reinterpret_cast<char*>(&last), sizeof last);
  EXPECT_EQ(last, (TraceRecord{49'995, 10'000, 0, kDefaultPriority}));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
  std::filesystem::remove(path);
  TraceFile nowhere("/nonexistent/trace.bin");
  EXPECT_EQ(nowhere.close().error().code, "trace_open");
}

}  // namespace
}  // namespace gauntlet::sim
