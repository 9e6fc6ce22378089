// What every Runtime promises: the real one and the simulated one pass the same tests.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "tests/runtime/bed.h"

namespace gauntlet {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using asio::awaitable;
using boost::system::system_error;
using Stream = std::unique_ptr<ByteStream>;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

template <class T>
class RuntimeContract : public testing::Test {
 protected:
  T bed;

  // Runs one coroutine per side over one connection.
  template <class Serve, class Call>
  void talk(Serve serve, Call call) {
    auto listener = bed.server().listen({"", 0});
    const std::uint16_t port = listener->port();
    bed.spawn([](std::unique_ptr<Listener> l, Serve& s) -> awaitable<void> {
      Stream stream = co_await l->accept();
      co_await s(*stream);
    }(std::move(listener), serve));
    bed.spawn([](Runtime& client, std::uint16_t p, Call& c) -> awaitable<void> {
      Stream stream = co_await client.connect({"server", p});
      co_await c(*stream);
    }(bed.client(), port, call));
    EXPECT_TRUE(bed.run());
  }
};

using Beds = testing::Types<RealBed, VirtualBed>;
TYPED_TEST_SUITE(RuntimeContract, Beds);

awaitable<std::pair<error_code, std::string>> read_some(ByteStream& stream,
                                                        std::size_t most = 256) {
  std::string text(most, '\0');
  const auto [error, n] = co_await stream.async_read_some(asio::buffer(text), kAsTuple);
  text.resize(n);
  co_return std::pair(error, text);
}

awaitable<error_code> read_error(ByteStream& stream) {
  const auto outcome = co_await read_some(stream);
  co_return outcome.first;
}

awaitable<std::string> read_text(ByteStream& stream) {
  const auto outcome = co_await read_some(stream);
  co_return outcome.second;
}

awaitable<std::string> read_to_end(ByteStream& stream) {
  std::string all;
  for (;;) {
    auto [error, text] = co_await read_some(stream, 4096);
    all += text;
    if (error) co_return error == asio::error::eof ? all : error.message();
  }
}

awaitable<void> write(ByteStream& stream, std::string text) {
  co_await asio::async_write(stream, asio::buffer(text), asio::use_awaitable);
}

TYPED_TEST(RuntimeContract, SleepersWakeInOrderAndNotEarly) {
  std::string order;
  Runtime& runtime = this->bed.client();
  const HostTime begin = runtime.now();
  const auto sleeper = [&](char name, Duration d) -> awaitable<void> {
    co_await runtime.sleep_until(begin + d);
    EXPECT_GE(runtime.now(), begin + d);
    order += name;
  };
  this->bed.spawn(sleeper('c', 60ms));
  this->bed.spawn(sleeper('a', -1s));
  this->bed.spawn(sleeper('b', 20ms));
  EXPECT_TRUE(this->bed.run());
  EXPECT_EQ(order, "abc");
}

TYPED_TEST(RuntimeContract, CancelledSleepThrowsOperationAborted) {
  Runtime& runtime = this->bed.client();
  error_code seen;
  const auto sleeper = [&]() -> awaitable<int> {
    try {
      co_await runtime.sleep_for(1h);
    } catch (const system_error& error) {
      seen = error.code();
      throw;
    }
    co_return 1;
  };
  this->bed.spawn([](auto& s, Runtime& r) -> awaitable<void> {
    const auto first = co_await (s() || r.sleep_for(5ms));
    EXPECT_EQ(first.index(), 1u);
  }(sleeper, runtime));
  EXPECT_TRUE(this->bed.run());
  EXPECT_EQ(seen, asio::error::operation_aborted);
}

TYPED_TEST(RuntimeContract, PortZeroIsAnyFreePortAndBytesGoBothWays) {
  std::string heard, answer;
  this->talk(
      [&](ByteStream& s) -> awaitable<void> {
        heard = co_await read_text(s);
        co_await write(s, "answer");
      },
      [&](ByteStream& s) -> awaitable<void> {
        co_await write(s, "question");
        answer = co_await read_to_end(s);
      });
  EXPECT_EQ(heard, "question");
  EXPECT_EQ(answer, "answer");
}

TYPED_TEST(RuntimeContract, TwoListenersOnPortZeroGetDifferentPorts) {
  const auto a = this->bed.server().listen({"", 0});
  const auto b = this->bed.server().listen({"", 0});
  EXPECT_NE(a->port(), 0);
  EXPECT_NE(a->port(), b->port());
  EXPECT_THROW((void)this->bed.server().listen({"", a->port()}), system_error);
}

TYPED_TEST(RuntimeContract, HalfCloseLetsTheOtherSideFinish) {
  std::string heard, answer;
  this->talk(
      [&](ByteStream& s) -> awaitable<void> {
        heard = co_await read_to_end(s);
        co_await write(s, "you said " + heard);
      },
      [&](ByteStream& s) -> awaitable<void> {
        co_await write(s, "all of it");
        s.shutdown_write();
        error_code error;
        std::tie(error, std::ignore) = co_await s.async_write_some(asio::buffer("x", 1), kAsTuple);
        EXPECT_EQ(error, asio::error::broken_pipe);
        answer = co_await read_to_end(s);
      });
  EXPECT_EQ(heard, "all of it");
  EXPECT_EQ(answer, "you said all of it");
}

TYPED_TEST(RuntimeContract, ClosingWithUnreadDataResetsThePeer) {
  error_code seen;
  Runtime& runtime = this->bed.client();
  this->talk(
      [&](ByteStream& s) -> awaitable<void> {
        co_await runtime.sleep_for(100ms);  // let the data arrive, then leave it unread
        s.close();
      },
      [&](ByteStream& s) -> awaitable<void> {
        co_await write(s, "nobody reads this");
        seen = co_await read_error(s);
      });
  EXPECT_EQ(seen, asio::error::connection_reset);
}

TYPED_TEST(RuntimeContract, WritingToAClosedPeerEndsInAReset) {
  error_code seen;
  Runtime& runtime = this->bed.client();
  this->talk([&](ByteStream&) -> awaitable<void> { co_return; },
             [&](ByteStream& s) -> awaitable<void> {
               EXPECT_EQ(co_await read_error(s), asio::error::eof);
               for (int n = 0; n < 10 && !seen; ++n) {
                 const auto [error, size] =
                     co_await s.async_write_some(asio::buffer("x", 1), kAsTuple);
                 seen = error;
                 co_await runtime.sleep_for(100ms);
               }
             });
  EXPECT_TRUE(seen == asio::error::connection_reset || seen == asio::error::broken_pipe) << seen;
}

TYPED_TEST(RuntimeContract, NobodyListeningIsConnectionRefused) {
  std::uint16_t port = 0;
  {
    port = this->bed.server().listen({"", 0})->port();
  }
  error_code seen;
  this->bed.spawn([](Runtime& runtime, std::uint16_t p, error_code& out) -> awaitable<void> {
    try {
      (void)co_await runtime.connect({"server", p});
    } catch (const system_error& error) {
      out = error.code();
    }
  }(this->bed.client(), port, seen));
  EXPECT_TRUE(this->bed.run());
  EXPECT_EQ(seen, asio::error::connection_refused);
}

TYPED_TEST(RuntimeContract, CancelledReadLosesNothing) {
  Runtime& runtime = this->bed.client();
  std::string heard;
  this->talk(
      [&](ByteStream& s) -> awaitable<void> {
        co_await runtime.sleep_for(200ms);
        co_await write(s, "late");
      },
      [&](ByteStream& s) -> awaitable<void> {
        const auto first = co_await (read_some(s) || runtime.sleep_for(20ms));
        EXPECT_EQ(first.index(), 1u);
        heard = co_await read_to_end(s);
      });
  EXPECT_EQ(heard, "late");
}

TYPED_TEST(RuntimeContract, CloseAbortsTheReadInFlight) {
  Runtime& runtime = this->bed.client();
  error_code seen;
  this->talk([&](ByteStream& s) -> awaitable<void> { (void)co_await read_to_end(s); },
             [&](ByteStream& s) -> awaitable<void> {
               const auto closes = [&]() -> awaitable<void> {
                 co_await runtime.sleep_for(20ms);
                 s.close();
               };
               const auto reads = [&]() -> awaitable<void> { seen = co_await read_error(s); };
               co_await (reads() && closes());
             });
  EXPECT_EQ(seen, asio::error::operation_aborted);
}

TYPED_TEST(RuntimeContract, AClosedListenerAbortsThePendingAcceptAndLaterOnes) {
  int aborted = 0;
  auto listener = this->bed.server().listen({"", 0});
  const auto accepts = [&]() -> awaitable<void> {
    for (int n = 0; n < 2; ++n) {
      try {
        (void)co_await listener->accept();
      } catch (const system_error& error) {
        aborted += error.code() == asio::error::operation_aborted;
      }
    }
  };
  const auto closes = [&]() -> awaitable<void> {
    co_await this->bed.client().sleep_for(10ms);
    listener->close();
  };
  this->bed.spawn(accepts());
  this->bed.spawn(closes());
  EXPECT_TRUE(this->bed.run());
  EXPECT_EQ(aborted, 2);
}

TYPED_TEST(RuntimeContract, AWriterWaitsForASlowReaderAndEveryByteArrives) {
  constexpr std::size_t kBytes = 8 << 20;  // more than any socket buffer
  Runtime& runtime = this->bed.client();
  std::string sent(kBytes, '\0');
  for (std::size_t i = 0; i < kBytes; ++i) sent[i] = static_cast<char>(i * 2654435761u >> 24);
  bool written = false, blocked = false;
  std::string heard;
  this->talk(
      [&](ByteStream& s) -> awaitable<void> {
        co_await runtime.sleep_for(100ms);
        blocked = !written;
        std::string buffer(1 << 20, '\0');
        for (error_code error; !error;) {
          std::size_t n = 0;
          std::tie(error, n) = co_await s.async_read_some(asio::buffer(buffer), kAsTuple);
          heard.append(buffer, 0, n);
        }
      },
      [&](ByteStream& s) -> awaitable<void> {
        co_await asio::async_write(s, asio::buffer(sent), asio::use_awaitable);
        written = true;
      });
  EXPECT_TRUE(blocked);
  EXPECT_TRUE(heard == sent) << heard.size();
}

TYPED_TEST(RuntimeContract, EmptyBuffersCompleteAtOnce) {
  int done = 0;
  this->talk([&](ByteStream& s) -> awaitable<void> { (void)co_await read_to_end(s); },
             [&](ByteStream& s) -> awaitable<void> {
               const auto [e1, n1] = co_await s.async_read_some(asio::mutable_buffer(), kAsTuple);
               const auto [e2, n2] = co_await s.async_write_some(asio::const_buffer(), kAsTuple);
               done = !e1 && !e2 && n1 == 0 && n2 == 0;
             });
  EXPECT_EQ(done, 1);
}

TYPED_TEST(RuntimeContract, RandomBytesDiffer) {
  std::array<std::byte, 37> a{}, b{};
  this->bed.client().random_bytes(a);
  this->bed.client().random_bytes(b);
  EXPECT_NE(a, b);
  EXPECT_GT(std::count_if(a.begin(), a.end(), [](std::byte x) { return x != std::byte{}; }), 20);
}

TEST(RealtimeRuntime, ASteppedClockIsNoticedWithinTheCheckInterval) {
  Duration step{0};
  const auto origin = std::chrono::steady_clock::now();
  RealtimeRuntime runtime(
      {{}, [&] { return HostTime{std::chrono::steady_clock::now() - origin + step}; }});
  spawn(runtime.executor(),
        [](RealtimeRuntime& r) -> awaitable<void> { co_await r.sleep_for(1h); }(runtime));
  spawn(runtime.executor(), [](RealtimeRuntime& r, Duration& s) -> awaitable<void> {
    co_await r.sleep_for(20ms);
    s = 2h;
  }(runtime, step));
  runtime.run_for(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - origin, 5s);
}

}  // namespace
}  // namespace gauntlet
