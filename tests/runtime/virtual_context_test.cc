// asio::awaitable over the virtual context: order, cancellation, operators, deadlock reports.
#include "sim/engine/virtual_context.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <thread>

#include "core/runtime/signal.h"
#include "core/runtime/spawn.h"

namespace gauntlet::sim {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using asio::awaitable;
using boost::system::system_error;

struct World {
  Simulation simulation;
  VirtualContext context{simulation};
  std::vector<int> order;

  awaitable<void> sleep(Duration d, std::string_view who = "test") {
    return context.sleep_until(context.now() + d, who);
  }
  void spawn(awaitable<void> a) {
    asio::co_spawn(context.get_executor(), std::move(a), asio::detached);
  }
};

TEST(VirtualContext, FunctionsOfOneInstantRunInTheOrderInWhichTheyWerePosted) {
  World w;
  const auto executor = w.context.get_executor();
  asio::post(executor, [&] { w.order.push_back(1); });
  w.simulation.after(0ns, [&] { w.order.push_back(2); });
  asio::post(executor, [&] {
    asio::post(executor, [&] { w.order.push_back(6); });
    asio::dispatch(executor, [&] { w.order.push_back(3); });
    w.order.push_back(4);
  });
  asio::post(executor, [&] { w.order.push_back(5); });
  EXPECT_EQ(w.simulation.run(), 5u);
  EXPECT_EQ(w.order, (std::vector{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(w.simulation.now(), WorldTime{});
}

TEST(VirtualContext, ExecutorsAreEqualWhenContextAndBlockingAre) {
  World a, b;
  const auto executor = a.context.get_executor();
  EXPECT_EQ(executor, a.context.get_executor());
  EXPECT_NE(executor, b.context.get_executor());
  const auto never = asio::require(executor, asio::execution::blocking.never);
  EXPECT_NE(executor, never);
  EXPECT_EQ(executor, asio::require(never, asio::execution::blocking.possibly));
  EXPECT_EQ(asio::any_io_executor(executor), asio::any_io_executor(a.context.get_executor()));
}

TEST(VirtualContext, SleepersWakeInOrderOfTimeAndTiesInOrderOfSleeping) {
  World w;
  const Duration delays[] = {30ms, 10ms, 20ms, 10ms, 30ms, 10ms};
  for (int i = 0; i < 6; ++i) {
    w.spawn([](World& world, int n, Duration d) -> awaitable<void> {
      co_await world.sleep(d);
      world.order.push_back(n);
    }(w, i, delays[i]));
  }
  w.simulation.run();
  EXPECT_EQ(w.order, (std::vector{1, 3, 5, 2, 0, 4}));
  EXPECT_EQ(w.simulation.now(), WorldTime{30ms});
}

TEST(VirtualContext, AnHourOfSecondsTakesNoRealTimeAndNoThread) {
  World w;
  int ticks = 0;
  w.spawn([](World& world, int& n) -> awaitable<void> {
    for (; n < 3600; ++n) co_await world.sleep(1s);
  }(w, ticks));
  const auto begin = std::chrono::steady_clock::now();
  w.simulation.run();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_EQ(ticks, 3600);
  EXPECT_EQ(w.simulation.now(), WorldTime{1h});
}

TEST(VirtualContext, FirstOfTwoCancelsTheOther) {
  World w;
  std::size_t winner = 9;
  w.spawn([](World& world, std::size_t& out) -> awaitable<void> {
    const auto result = co_await (world.sleep(5s) || world.sleep(1s));
    out = result.index();
    EXPECT_EQ(world.context.now(), WorldTime{1s});
  }(w, winner));
  w.simulation.run();
  EXPECT_EQ(winner, 1u);
  EXPECT_EQ(w.simulation.now(), WorldTime{1s}) << "the loser's event must be gone";
  EXPECT_TRUE(w.context.waiting().empty());
}

TEST(VirtualContext, BothOfTwoTakesAsLongAsTheLonger) {
  World w;
  bool done = false;
  w.spawn([](World& world, bool& out) -> awaitable<void> {
    co_await (world.sleep(5s) && world.sleep(1s));
    out = world.context.now() == WorldTime{5s};
  }(w, done));
  w.simulation.run();
  EXPECT_TRUE(done);
}

TEST(VirtualContext, CancellationReachesTheSleeperAsOperationAborted) {
  World w;
  asio::cancellation_signal signal;
  error_code seen;
  asio::co_spawn(w.context.get_executor(), w.sleep(1h),
                 asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e) {
                   try {
                     std::rethrow_exception(e);
                   } catch (const system_error& error) {
                     seen = error.code();
                   }
                 }));
  w.simulation.at(WorldTime{2s}, [&] { signal.emit(asio::cancellation_type::terminal); });
  w.simulation.run();
  EXPECT_EQ(seen, asio::error::operation_aborted);
  EXPECT_EQ(w.simulation.now(), WorldTime{2s});
}

TEST(VirtualContext, ADeferredSleepKeepsOrderAndIsCancelledLikeAnyOther) {
  World w;
  asio::cancellation_signal signal;
  const auto sleeps = [](World& world, int n, Duration d) -> awaitable<void> {
    try {
      co_await world.context.async_sleep_until(WorldTime{d}, "test", asio::deferred);
      world.order.push_back(n);
    } catch (const system_error& error) {
      EXPECT_EQ(error.code(), asio::error::operation_aborted);
      world.order.push_back(-n);
    }
  };
  w.spawn(sleeps(w, 1, 3s));
  w.spawn(sleeps(w, 2, 1s));
  w.spawn([](World& world) -> awaitable<void> {
    co_await world.sleep(1s);
    world.order.push_back(3);
  }(w));
  asio::co_spawn(w.context.get_executor(), sleeps(w, 4, 1h),
                 asio::bind_cancellation_slot(signal.slot(), asio::detached));
  w.simulation.at(WorldTime{2s}, [&] { signal.emit(asio::cancellation_type::terminal); });
  w.simulation.run();
  EXPECT_EQ(w.order, (std::vector{2, 3, -4, 1}));
  EXPECT_EQ(w.simulation.now(), WorldTime{3s});
}

// Its executor is not the context's own, so its wake-up is dispatched through the strand.
TEST(VirtualContext, ASleeperOnAStrandWakesOnItsStrand) {
  World w;
  const auto strand = asio::make_strand(w.context.get_executor());
  const auto sleeps = [](World& world, asio::strand<VirtualContext::executor_type> own,
                         Duration d) -> awaitable<void> {
    co_await world.context.async_sleep_until(WorldTime{d}, "test", asio::deferred);
    EXPECT_TRUE(own.running_in_this_thread());
    co_await world.sleep(1s);
    EXPECT_TRUE(own.running_in_this_thread());
    world.order.push_back(static_cast<int>(world.context.now().time_since_epoch() / 1s));
  };
  asio::co_spawn(strand, sleeps(w, strand, 2s), asio::detached);
  asio::co_spawn(strand, sleeps(w, strand, 1s), asio::detached);
  w.simulation.run();
  EXPECT_EQ(w.order, (std::vector{2, 3}));
}

TEST(VirtualContext, CancellingAfterTheSleepHasEndedDoesNothing) {
  World w;
  asio::cancellation_signal signal;
  int ended = 0;
  asio::co_spawn(w.context.get_executor(), w.sleep(1s),
                 asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ++ended; }));
  w.simulation.run();
  signal.emit(asio::cancellation_type::all);
  w.simulation.run();
  EXPECT_EQ(ended, 1);
}

TEST(VirtualContext, AStuckRunSaysWhoWaitsWhere) {
  World w;
  Signal never(w.context.get_executor(), "phone: upload queue");
  w.spawn(never.wait());
  w.spawn(w.context.sleep_until(WorldTime::max(), "ingest"));
  w.spawn(w.sleep(1s));
  w.simulation.run();
  EXPECT_EQ(w.context.waiting(),
            (std::vector<std::string>{"phone: upload queue", "ingest: sleeps for ever"}));
  w.context.abandon();
  EXPECT_TRUE(w.context.waiting().empty());
}

TEST(VirtualContext, AnEndedContextLeavesNoCoroutineBehind) {
  struct Guard {
    int* count;
    ~Guard() { ++*count; }
  };
  int destroyed = 0;
  Simulation simulation;
  {
    VirtualContext context(simulation);
    Signal signal(context.get_executor(), "signal");
    const auto waits = [&](awaitable<void> a) -> awaitable<void> {
      const Guard guard{&destroyed};
      co_await std::move(a);
    };
    asio::co_spawn(context.get_executor(), waits(signal.wait()), asio::detached);
    asio::co_spawn(context.get_executor(), waits(context.sleep_until(WorldTime{1h})),
                   asio::detached);
    simulation.run(WorldTime{1s});
    asio::co_spawn(context.get_executor(), waits(context.sleep_until(WorldTime{1h})),
                   asio::detached);
    context.abandon();
  }
  EXPECT_EQ(destroyed, 2);  // the third never began
  simulation.run();
  EXPECT_EQ(simulation.now(), WorldTime{1s});
}

TEST(VirtualContext, AnExceptionOfASpawnedCoroutineComesOutOfRun) {
  World w;
  gauntlet::spawn(w.context.get_executor(), [](World& world) -> awaitable<void> {
    co_await world.sleep(1s);
    throw std::runtime_error("boom");
  }(w));
  EXPECT_THROW(w.simulation.run(), std::runtime_error);
}

TEST(Signal, WakesAllWhoWaitAndRemembersOneRaise) {
  World w;
  Signal signal(w.context.get_executor(), "signal");
  const auto waits = [&](int n) -> awaitable<void> {
    co_await signal.wait();
    w.order.push_back(n);
  };
  w.spawn(waits(1));
  w.spawn(waits(2));
  w.simulation.run();
  signal.raise();
  EXPECT_TRUE(w.order.empty()) << "raising must not run the waiters inside the call";
  w.simulation.run();
  EXPECT_EQ(w.order, (std::vector{1, 2}));
  signal.raise();
  signal.raise();
  w.spawn(waits(3));
  w.spawn(waits(4));
  w.simulation.run();
  EXPECT_EQ(w.order, (std::vector{1, 2, 3}));
  EXPECT_EQ(w.context.waiting().size(), 1u);
}

TEST(Signal, CancellingOrDestroyingItAbortsItsWaiters) {
  World w;
  auto signal = std::make_unique<Signal>(w.context.get_executor(), "signal");
  int aborted = 0;
  const auto waits = [&]() -> awaitable<void> {
    try {
      co_await signal->wait();
    } catch (const system_error& error) {
      aborted += error.code() == asio::error::operation_aborted;
    }
  };
  w.spawn(waits());
  w.simulation.run();
  signal->cancel();
  w.simulation.run();
  EXPECT_EQ(aborted, 1);
  w.spawn(waits());
  w.simulation.run();
  signal.reset();
  w.simulation.run();
  EXPECT_EQ(aborted, 2);
}

}  // namespace
}  // namespace gauntlet::sim
