#include "sim/engine/process.h"

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/engine/random.h"
#include "sim/engine/sync.h"
#include "tests/engine/counting_new.h"

namespace gauntlet::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProcessTest : public ::testing::Test {
 protected:
  void note(const std::string& what) {
    log_.push_back(std::to_string(sim_.now().time_since_epoch() / 1ms) + what);
  }
  Simulation sim_;
  Signal signal_{"go"};
  Channel<int> channel_{"outbox", 2};
  Semaphore semaphore_{"radio", 2};
  std::vector<std::string> log_;
  Processes processes_{sim_};
};

// Coroutine lambdas would outlive their captures; the models are member-like functions instead.
Task<int> add(int a, int b) {
  co_await sleep(1ms);
  co_return a + b;
}

Task<> ticker(std::vector<std::string>& log, Simulation& sim, std::string name, Duration period,
              int n) {
  for (int i = 0; i < n; ++i) {
    co_await sleep(period);
    log.push_back(std::to_string(sim.now().time_since_epoch() / 1ms) + name);
  }
}

TEST_F(ProcessTest, SleepersInterleaveByTimeThenOrder) {
  processes_.spawn("a", ticker(log_, sim_, "a", 2ms, 3));
  processes_.spawn("b", ticker(log_, sim_, "b", 3ms, 2));
  processes_.run();
  EXPECT_THAT(log_, ElementsAre("2a", "3b", "4a", "6b", "6a"));
  EXPECT_EQ(processes_.alive(), 0u);
}

Task<> caller(int& result, Simulation& sim) {
  result = co_await add(1, 2);
  result += co_await add(10, 20);
  co_await until(sim.now() + 5ms);
}

TEST_F(ProcessTest, TasksReturnValuesAndTakeTime) {
  int result = 0;
  const Process p = processes_.spawn("caller", caller(result, sim_));
  processes_.run();
  EXPECT_EQ(result, 33);
  EXPECT_TRUE(p.done());
  EXPECT_EQ(sim_.now(), WorldTime{7ms});
}

Task<> thrower(Duration d) {
  co_await sleep(d);
  throw std::runtime_error("broke");
}
Task<> joiner(Process p, std::string& seen) {
  try {
    co_await p.join();
    seen = "fine";
  } catch (const std::runtime_error& e) {
    seen = e.what();
  }
}

TEST_F(ProcessTest, FailuresComeOutOfRunUnlessSomebodyJoins) {
  processes_.spawn("alone", thrower(1ms));
  EXPECT_THROW(processes_.run(), std::runtime_error);
  std::string seen, late;
  const Process p = processes_.spawn("joined", thrower(1ms));
  processes_.spawn("joiner", joiner(p, seen));
  processes_.run();
  EXPECT_EQ(seen, "broke");
  processes_.spawn("late", joiner(p, late));
  processes_.run();
  EXPECT_EQ(late, "broke");
}

Task<> waiter(Signal& signal, std::vector<std::string>& log, std::string name, WorldTime timeout) {
  log.push_back(name + (co_await signal.wait_until(timeout) ? " signalled" : " timed out"));
}
Task<> notifier(Signal& signal, Duration d) {
  co_await sleep(d);
  signal.notify_one();
  co_await sleep(d);
  signal.notify_all();
}

TEST_F(ProcessTest, SignalsWakeInOrderOfArrivalAndTimeOutsLeaveTheList) {
  processes_.spawn("a", waiter(signal_, log_, "a", kNever));
  processes_.spawn("b", waiter(signal_, log_, "b", WorldTime{1ms}));
  processes_.spawn("c", waiter(signal_, log_, "c", kNever));
  processes_.spawn("d", waiter(signal_, log_, "d", WorldTime{1h}));
  processes_.spawn("notifier", notifier(signal_, 2ms));
  processes_.run();
  EXPECT_THAT(log_, ElementsAre("b timed out", "a signalled", "c signalled", "d signalled"));
  EXPECT_EQ(sim_.now(), WorldTime{4ms});
}

Task<> producer(Channel<int>& channel, int n, Duration pace) {
  for (int i = 0; i < n; ++i) {
    if (pace > 0ns) co_await sleep(pace);
    co_await channel.send(i);
  }
  channel.close();
}
Task<> consumer(Channel<int>& channel, std::vector<int>& out, Duration pace) {
  while (const auto v = co_await channel.receive()) {
    out.push_back(*v);
    if (pace > 0ns) co_await sleep(pace);
  }
}

TEST_F(ProcessTest, ChannelsKeepOrderWhicheverSideIsSlow) {
  for (const std::size_t capacity : {0u, 1u, 2u, 100u}) {
    for (const auto& [send, receive] : {std::pair{0ns, 0ns}, {3ns, 0ns}, {0ns, 3ns}}) {
      Channel<int> channel("c", capacity);
      std::vector<int> out;
      processes_.spawn("producer", producer(channel, 20, send));
      processes_.spawn("consumer", consumer(channel, out, receive));
      processes_.run();
      ASSERT_EQ(out.size(), 20u) << capacity;
      for (int i = 0; i < 20; ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], i);
    }
  }
}

Task<> receive_until(Channel<int>& channel, WorldTime t, std::vector<int>& out) {
  const auto v = co_await channel.receive(t);
  out.push_back(v.value_or(-1));
}

TEST_F(ProcessTest, AFullChannelDropsAndCountsAndAnEmptyOneTimesOut) {
  EXPECT_TRUE(channel_.try_send(1));
  EXPECT_TRUE(channel_.try_send(2));
  EXPECT_FALSE(channel_.try_send(3));
  EXPECT_EQ(channel_.dropped(), 1u);
  EXPECT_EQ(channel_.try_receive(), 1);
  EXPECT_EQ(channel_.try_receive(), 2);
  EXPECT_EQ(channel_.try_receive(), std::nullopt);
  std::vector<int> out;
  processes_.spawn("r", receive_until(channel_, WorldTime{5ms}, out));
  processes_.run();
  EXPECT_THAT(out, ElementsAre(-1));
  EXPECT_EQ(sim_.now(), WorldTime{5ms});
}

Task<> user(Semaphore& semaphore, std::vector<std::string>& log, Simulation& sim, std::string name,
            std::uint64_t units) {
  const auto lease = co_await semaphore.acquire(units);
  log.push_back(std::to_string(sim.now().time_since_epoch() / 1ms) + name);
  co_await sleep(2ms);
}

TEST_F(ProcessTest, SemaphoresServeFirstComeFirstServedWithoutOvertaking) {
  for (const auto& [name, units] : {std::pair{"a", 1u}, {"b", 1u}, {"c", 2u}, {"d", 1u}}) {
    processes_.spawn(name, user(semaphore_, log_, sim_, name, units));
  }
  processes_.run();
  EXPECT_THAT(log_, ElementsAre("0a", "0b", "2c", "4d"));
  EXPECT_EQ(semaphore_.available(), 2u);
}

Task<> race(Signal& signal, Semaphore& semaphore, Channel<int>& channel, std::size_t& first) {
  struct Models {
    static Task<> wait(Signal& s) { co_await s.wait(); }
    static Task<> hold(Semaphore& s) { const auto lease = co_await s.acquire(3); }
    static Task<> get(Channel<int>& c) { co_await c.receive(); }
    static Task<> nap() { co_await sleep(3ms); }
  };
  first = co_await when_any(Models::wait(signal), Models::hold(semaphore), Models::nap(),
                            Models::get(channel));
}

TEST_F(ProcessTest, WhenAnyReturnsTheFirstAndLeavesNoWaiter) {
  std::size_t first = 99;
  processes_.spawn("race", race(signal_, semaphore_, channel_, first));
  processes_.run();
  EXPECT_EQ(first, 2u);
  EXPECT_EQ(sim_.now(), WorldTime{3ms});
  EXPECT_EQ(signal_.waiting(), 0u);
  EXPECT_EQ(processes_.alive(), 0u);
  EXPECT_TRUE(sim_.empty());
  // Nobody is left to take what is sent, or the units.
  EXPECT_TRUE(channel_.try_send(1));
  EXPECT_EQ(channel_.size(), 1u);
  EXPECT_EQ(semaphore_.available(), 2u);
}

Task<> both(std::vector<std::string>& log, Simulation& sim, bool fail) {
  std::vector<Task<>> tasks;
  tasks.push_back(ticker(log, sim, "x", 1ms, 3));
  tasks.push_back(ticker(log, sim, "y", 2ms, 2));
  if (fail) tasks.push_back(thrower(2ms));
  co_await when_all(std::move(tasks));
  log.push_back("all");
}

TEST_F(ProcessTest, WhenAllWaitsForAllAndAFailureKillsTheRest) {
  processes_.spawn("both", both(log_, sim_, false));
  processes_.run();
  EXPECT_THAT(log_, ElementsAre("1x", "2y", "2x", "3x", "4y", "all"));
  log_.clear();
  processes_.spawn("both", both(log_, sim_, true));
  EXPECT_THROW(processes_.run(), std::runtime_error);
  EXPECT_THAT(log_, ElementsAre("5x", "6y", "6x"));
  EXPECT_EQ(processes_.alive(), 0u);
}

Task<> interruptible(Signal& signal, std::vector<std::string>& log) {
  for (int i = 0; i < 2; ++i) {
    try {
      if (i == 0) {
        co_await sleep(1h);
      } else {
        co_await signal.wait();
      }
      log.push_back("undisturbed");
    } catch (const Interrupted&) {
      log.push_back("interrupted");
    }
  }
}
Task<> disturber(Process target) {
  co_await sleep(1ms);
  target.interrupt();
  co_await sleep(1ms);
  target.interrupt();
  co_await sleep(1ms);
  target.interrupt();
}

TEST_F(ProcessTest, InterruptEndsASleepAndAWait) {
  const Process p = processes_.spawn("target", interruptible(signal_, log_));
  processes_.spawn("disturber", disturber(p));
  processes_.run();
  EXPECT_THAT(log_, ElementsAre("interrupted", "interrupted"));
  EXPECT_EQ(sim_.now(), WorldTime{3ms});
  EXPECT_EQ(signal_.waiting(), 0u);
}

Task<> receive_twice(Channel<int>& channel, std::vector<std::string>& log) {
  try {
    log.push_back("got " + std::to_string(*co_await channel.receive()));
    co_await channel.receive();
  } catch (const Interrupted&) {
    log.push_back("interrupted");
  }
}

TEST_F(ProcessTest, AnInterruptLosesNothingThatWasHandedOver) {
  const Process p = processes_.spawn("r", receive_twice(channel_, log_));
  sim_.run();
  EXPECT_TRUE(channel_.try_send(7));
  p.interrupt();
  processes_.run();
  EXPECT_THAT(log_, ElementsAre("got 7", "interrupted"));
}

Task<> wait_for(Signal& signal) { co_await signal.wait(); }

TEST_F(ProcessTest, ADeadlockNamesWhoWaitsWhere) {
  processes_.spawn("watch/0", wait_for(signal_));
  processes_.spawn("server", wait_for(signal_), {.daemon = true});
  std::vector<int> out;
  sim_.run(WorldTime{1500ms});
  processes_.spawn("phone/upload", consumer(channel_, out, 0ns));
  try {
    processes_.run();
    FAIL();
  } catch (const Deadlock& e) {
    EXPECT_THAT(e.what(), HasSubstr("watch/0 waits for signal 'go' since 0 s"));
    EXPECT_THAT(e.what(), HasSubstr("phone/upload waits for channel 'outbox' since 1.5 s"));
    EXPECT_EQ(std::string(e.what()).find("server"), std::string::npos);
  }
}

Task<> ping(Channel<int>& out, Channel<int>& in) {
  for (;;) {
    co_await out.send(co_await add(1, 1));
    co_await in.receive();
  }
}
Task<> pong(Channel<int>& in, Channel<int>& out, Semaphore& semaphore) {
  for (;;) {
    const auto v = co_await in.receive();
    const auto lease = co_await semaphore.acquire();
    co_await out.send(*v);
  }
}

TEST_F(ProcessTest, AllocatesNothingPerWakeUpOnceWarm) {
  Channel<int> there("there", 0), back("back", 0);
  processes_.spawn("ping", ping(there, back));
  processes_.spawn("pong", pong(there, back, semaphore_));
  processes_.run(WorldTime{2s});
  const std::uint64_t before = sim::testing::allocations();
  EXPECT_GT(processes_.run(WorldTime{4s}), 4000u);
  EXPECT_EQ(sim::testing::allocations() - before, 0u);
}

TEST_F(ProcessTest, WhatIsLeftIsDestroyedWithItsOwner) {
  const auto alive = std::make_shared<int>();
  struct Model {
    static Task<> hold(std::shared_ptr<int>, Signal& s) { co_await s.wait(); }
    static Task<> nest(std::shared_ptr<int> p, Signal& s) {
      co_await when_all(hold(p, s), hold(p, s));
    }
  };
  {
    Processes group(sim_);
    group.spawn("a", Model::hold(alive, signal_));
    group.spawn("b", Model::nest(alive, signal_));
    sim_.run();
    group.spawn("never started", Model::hold(alive, signal_));
    EXPECT_EQ(signal_.waiting(), 3u);
  }
  EXPECT_EQ(signal_.waiting(), 0u);
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_TRUE(sim_.empty());
}

}  // namespace
}  // namespace gauntlet::sim
