// What coroutines wait for means the same in both times: the same claims on the real runtime and on
// the simulated one.
#include "core/runtime/sync.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/system/system_error.hpp>

#include "core/runtime/signal.h"
#include "tests/runtime/bed.h"

namespace gauntlet {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using asio::awaitable;
using boost::system::system_error;
using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Log = std::vector<std::string>;
using Numbers = Channel<int>;

template <class T>
class Sync : public testing::Test {
 protected:
  asio::any_io_executor executor() { return bed.client().executor(); }
  Runtime& runtime() { return bed.client(); }
  T bed;
  Log said;
};
using Beds = testing::Types<RealBed, VirtualBed>;
TYPED_TEST_SUITE(Sync, Beds);

awaitable<void> send_all(Numbers& channel, int n, Log& log) {
  for (int i = 0; i < n; ++i) {
    const bool sent = co_await channel.send(i);
    log.push_back((sent ? "sent " : "refused ") + std::to_string(i));
  }
}

awaitable<void> receive_all(Numbers& channel, Log& log) {
  for (;;) {
    const auto value = co_await channel.receive();
    if (!value) break;
    log.push_back("got " + std::to_string(*value));
  }
  log.push_back("drained");
}

// The wait `w` with a time-out: whether it ended by itself.
awaitable<bool> ends_within(Runtime& runtime, awaitable<void> w, Duration d) {
  auto first = co_await (std::move(w) || runtime.sleep_for(d));
  co_return first.index() == 0;
}

TYPED_TEST(Sync, AFullChannelHoldsItsSenderBackAndKeepsTheOrder) {
  Numbers channel(this->executor(), "numbers", 2);
  this->bed.spawn(send_all(channel, 5, this->said));
  this->bed.spawn([](Runtime& r, Numbers& c, Log& log) -> awaitable<void> {
    co_await r.sleep_for(20ms);
    log.push_back("holds " + std::to_string(c.size()));
    for (int i = 0; i < 5; ++i) {
      const auto value = co_await c.receive();
      log.push_back("got " + std::to_string(value.value_or(-1)));
    }
  }(this->runtime(), channel, this->said));
  EXPECT_TRUE(this->bed.run());
  Log got;
  std::copy_if(this->said.begin(), this->said.end(), std::back_inserter(got),
               [](const std::string& s) { return s.starts_with("got"); });
  EXPECT_THAT(got, ElementsAre("got 0", "got 1", "got 2", "got 3", "got 4"));
  EXPECT_EQ(this->said.at(2), "holds 2") << "the third send waits";
}

TYPED_TEST(Sync, AChannelWithoutRoomHandsOverDirectly) {
  Numbers channel(this->executor(), "numbers", 0);
  EXPECT_FALSE(channel.try_send(9)) << "nobody receives";
  EXPECT_EQ(channel.dropped(), 1u);
  this->bed.spawn(receive_all(channel, this->said));
  this->bed.spawn([](Numbers& c, Log& log) -> awaitable<void> {
    co_await send_all(c, 2, log);
    c.close();
  }(channel, this->said));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, UnorderedElementsAre("sent 0", "got 0", "sent 1", "got 1", "drained"));
}

TYPED_TEST(Sync, ClosingLetsQueuedValuesOutAndRefusesWaitingSenders) {
  Numbers channel(this->executor(), "numbers", 1);
  this->bed.spawn(send_all(channel, 2, this->said));
  this->bed.spawn([](Runtime& r, Numbers& c, Log& log) -> awaitable<void> {
    co_await r.sleep_for(10ms);
    c.close();
    co_await receive_all(c, log);
    const bool sent = co_await c.send(7);
    log.push_back(sent ? "sent" : "closed");
  }(this->runtime(), channel, this->said));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said,
              UnorderedElementsAre("sent 0", "refused 1", "got 0", "drained", "closed"));
}

TYPED_TEST(Sync, AReceiveThatTimedOutTakesNothing) {
  Numbers channel(this->executor(), "numbers", 1);
  this->bed.spawn([](Runtime& r, Numbers& c, Log& log) -> awaitable<void> {
    auto first = co_await (c.receive() || r.sleep_for(5ms));
    log.push_back(first.index() == 1 ? "timed out" : "received");
    EXPECT_TRUE(c.try_send(1));
    const auto value = co_await c.receive();
    log.push_back("got " + std::to_string(value.value_or(-1)));
  }(this->runtime(), channel, this->said));
  EXPECT_TRUE(this->bed.run()) << "no waiter is left behind";
  EXPECT_THAT(this->said, ElementsAre("timed out", "got 1"));
}

TYPED_TEST(Sync, WhatMovesOnlyCanBeSent) {
  Channel<std::unique_ptr<int>> channel(this->executor(), "pointers", 1);
  this->bed.spawn([](Channel<std::unique_ptr<int>>& c, Log& log) -> awaitable<void> {
    auto value = co_await c.receive();
    log.push_back(std::to_string(**value));
  }(channel, this->said));
  this->bed.spawn([](Channel<std::unique_ptr<int>>& c) -> awaitable<void> {
    auto value = std::make_unique<int>(5);
    (void)co_await c.send(std::move(value));
  }(channel));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, ElementsAre("5"));
}

awaitable<void> use(Runtime& runtime, Semaphore& semaphore, std::uint64_t units, std::string who,
                    Log& log) {
  const auto lease = co_await semaphore.acquire(units);
  log.push_back(who);
  co_await runtime.sleep_for(10ms);
}

TYPED_TEST(Sync, ASemaphoreServesFirstComeAndDoesNotLetTheSmallOvertake) {
  Semaphore semaphore(this->executor(), "slots", 2);
  this->bed.spawn(use(this->runtime(), semaphore, 1, "one", this->said));
  this->bed.spawn(use(this->runtime(), semaphore, 2, "both", this->said));
  this->bed.spawn(use(this->runtime(), semaphore, 1, "small", this->said));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, ElementsAre("one", "both", "small"));
  EXPECT_EQ(semaphore.available(), 2u) << "leases are given back";
}

TYPED_TEST(Sync, ACancelledAcquireLetsThoseBehindItPass) {
  Semaphore semaphore(this->executor(), "slots", 2);
  this->bed.spawn(use(this->runtime(), semaphore, 1, "one", this->said));
  this->bed.spawn([](Runtime& r, Semaphore& s, Log& log) -> awaitable<void> {
    auto first = co_await (s.acquire(2) || r.sleep_for(2ms));
    log.push_back(first.index() == 1 ? "gave up" : "got both");
  }(this->runtime(), semaphore, this->said));
  this->bed.spawn(use(this->runtime(), semaphore, 1, "small", this->said));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, UnorderedElementsAre("one", "gave up", "small"));
  EXPECT_EQ(semaphore.available(), 2u);
}

TYPED_TEST(Sync, AConditionWakesOneOrAllAndForgetsWhatNobodyHeard) {
  Condition condition(this->executor(), "news");
  EXPECT_FALSE(condition.notify_one());
  for (const char* who : {"a", "b", "c"}) {
    this->bed.spawn([](Condition& c, const char* name, Log& log) -> awaitable<void> {
      co_await c.wait();
      log.push_back(name);
    }(condition, who, this->said));
  }
  this->bed.spawn([](Runtime& r, Condition& c, Log& log) -> awaitable<void> {
    co_await r.sleep_for(5ms);
    EXPECT_TRUE(c.notify_one());
    co_await r.sleep_for(5ms);
    log.push_back("then");
    EXPECT_EQ(c.notify_all(), 2u);
  }(this->runtime(), condition, this->said));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, ElementsAre("a", "then", "b", "c"));
}

TYPED_TEST(Sync, TheFirstOfSeveralEndsTheOthersAndAllMeansAll) {
  Condition never(this->executor(), "never");
  Signal signal(this->executor(), "signal");
  this->bed.spawn([](Runtime& r, Condition& n, Signal& s, Log& log) -> awaitable<void> {
    const bool ended = co_await ends_within(r, n.wait(), 2ms);
    log.push_back(ended ? "heard" : "timed out");
    s.raise();
    co_await (s.wait() && r.sleep_for(2ms));
    log.push_back("both");
  }(this->runtime(), never, signal, this->said));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, ElementsAre("timed out", "both"));
  EXPECT_FALSE(never.notify_one()) << "the loser left no waiter";
}

TYPED_TEST(Sync, WhatIsDestroyedEndsItsWaits) {
  auto channel = std::make_unique<Numbers>(this->executor(), "numbers", 0);
  auto condition = std::make_unique<Condition>(this->executor(), "news");
  const auto aborted = [](awaitable<void> wait, Log& log) -> awaitable<void> {
    try {
      co_await std::move(wait);
    } catch (const system_error& error) {
      log.push_back(error.code() == asio::error::operation_aborted ? "aborted" : "other");
    }
  };
  const auto receive = [](Numbers& c) -> awaitable<void> { (void)co_await c.receive(); };
  this->bed.spawn(aborted(receive(*channel), this->said));
  this->bed.spawn(aborted(condition->wait(), this->said));
  this->bed.spawn([](Runtime& r, auto& c, auto& n) -> awaitable<void> {
    co_await r.sleep_for(2ms);
    c.reset();
    n.reset();
  }(this->runtime(), channel, condition));
  EXPECT_TRUE(this->bed.run());
  EXPECT_THAT(this->said, ElementsAre("aborted", "aborted"));
}

TYPED_TEST(Sync, ADeadlockNamesWhoWaitsWhere) {
  Numbers channel(this->executor(), "phone: outbox", 0);
  Semaphore semaphore(this->executor(), "ingest: slots", 1);
  Condition condition(this->executor(), "watch: button");
  Signal signal(this->executor(), "phone: upload queue");
  Semaphore::Lease held;
  this->bed.spawn(receive_all(channel, this->said));
  this->bed.spawn([](Semaphore& s, Semaphore::Lease& lease) -> awaitable<void> {
    lease = co_await s.acquire();
    (void)co_await s.acquire();
  }(semaphore, held));
  this->bed.spawn(condition.wait());
  this->bed.spawn(signal.wait());
  if constexpr (std::is_same_v<TypeParam, RealBed>) {
    // In real time somebody may always come from outside: a loop whose coroutines wait goes on.
    dynamic_cast<RealtimeRuntime&>(this->runtime()).run_for(20ms);
  } else {
    (void)this->bed.run();
  }
  EXPECT_THAT(this->bed.waiting(),
              UnorderedElementsAre("phone: outbox: receives", "ingest: slots: waits for units",
                                   "watch: button: waits", "phone: upload queue"));
}

}  // namespace
}  // namespace gauntlet
