// Connections between two simulations behave as those within one: the same conversations, heard at
// the same nanoseconds, with the two simulations never further apart than the lookahead allows.
#include "sim/network/remote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

#include "core/runtime/spawn.h"
#include "sim/network/virtual_network.h"

namespace gauntlet::sim {
namespace {

using namespace std::chrono_literals;
using asio::awaitable;
using boost::system::system_error;
using Stream = std::unique_ptr<ByteStream>;
using Log = std::vector<std::string>;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

NetworkOptions exact(double latency_ms = 10) {
  NetworkOptions options;
  options.path.latency_ms_min = options.path.latency_ms_mean = latency_ms;
  return options;
}

struct Side {
  explicit Side(const NetworkOptions& options)
      : network(context, options, RandomStream(1, "network")) {}
  Simulation simulation;
  VirtualContext context{simulation};
  VirtualNetwork network;
};

// A phone and an ingest service, in one simulation or in two.
class Beds {
 public:
  Beds(const NetworkOptions& options, bool apart) : lookahead_(from_ms(options.latency_ms_min())) {
    sides_.push_back(std::make_unique<Side>(options));
    if (apart) sides_.push_back(std::make_unique<Side>(options));
    phone_ = &sides_.front()->network.add_host("phone");
    ingest_ = &sides_.back()->network.add_host("ingest");
    if (!apart) return;
    sides_[0]->network.add_remote("ingest", send_to(1));
    sides_[1]->network.add_remote("phone", send_to(0));
  }
  VirtualHost& phone() { return *phone_; }
  VirtualHost& ingest() { return *ingest_; }
  Side& phone_side() { return *sides_.front(); }
  Side& ingest_side() { return *sides_.back(); }
  // Rounds of the lookahead: what is sent in one arrives in a later one.
  void run(WorldTime until) {
    for (WorldTime t; t < until; t = std::min(until, t + lookahead_)) {
      for (auto& [to, message] : std::exchange(under_way_, {})) deliver(*sides_[to], message);
      for (auto& side : sides_) side->simulation.run(std::min(until, t + lookahead_));
    }
  }

 private:
  RemoteSend send_to(std::size_t to) {
    return [this, to](RemoteMessage m) { under_way_.emplace_back(to, std::move(m)); };
  }
  static void deliver(Side& side, RemoteMessage& message) {
    ASSERT_GE(message.at, side.simulation.now()) << "sent with less than the lookahead";
    const WorldTime at = message.at;
    side.simulation.at(
        at, [&side, m = std::move(message)]() mutable { side.network.deliver(std::move(m)); });
  }
  Duration lookahead_;
  std::vector<std::pair<std::size_t, RemoteMessage>> under_way_;
  std::vector<std::unique_ptr<Side>> sides_;
  VirtualHost* phone_;
  VirtualHost* ingest_;
};

struct Party {
  VirtualHost& host;
  Side& side;
  Log& log;
  void note(const std::string& what) const {
    log.push_back(what + " at " + std::to_string(side.simulation.now().time_since_epoch().count()));
  }
};
using Talk = std::function<awaitable<void>(Party, ByteStream&)>;

awaitable<void> write(Party p, ByteStream& stream, std::string text) {
  const auto [error, n] = co_await asio::async_write(stream, asio::buffer(text), kAsTuple);
  p.note("wrote " + std::to_string(n) + ": " + error.message());
}

// The number of bytes at each instant, and how it ended.
awaitable<void> read_to_end(Party p, ByteStream& stream) {
  std::string buffer(5000, '\0');
  for (error_code error; !error;) {
    std::size_t n = 0;
    std::tie(error, n) = co_await stream.async_read_some(asio::buffer(buffer), kAsTuple);
    p.note("read " + std::to_string(n) + ": " + error.message());
  }
}

awaitable<void> serve(Party p, std::unique_ptr<Listener> listener, Talk talk) {
  const Stream stream = co_await listener->accept();
  p.note("accepted");
  co_await talk(p, *stream);
  p.note("done");
}

awaitable<void> call(Party p, Talk talk) {
  try {
    const Stream stream = co_await p.host.connect({"ingest", 443});
    p.note("connected");
    co_await talk(p, *stream);
  } catch (const system_error& error) {
    p.note("failed: " + error.code().message());
  }
  p.note("done");
}

struct Heard {
  Log phone, ingest;
  std::vector<std::string> waiting;
  bool operator==(const Heard&) const = default;
};

Heard play(const NetworkOptions& options, bool apart, const Talk& phone, const Talk& ingest,
           WorldTime until) {
  Heard out;
  Beds beds(options, apart);
  if (ingest) {
    spawn(beds.ingest().executor(), serve({beds.ingest(), beds.ingest_side(), out.ingest},
                                          beds.ingest().listen({"", 443}), ingest));
  }
  spawn(beds.phone().executor(), call({beds.phone(), beds.phone_side(), out.phone}, phone));
  beds.run(until);
  out.waiting = beds.phone_side().context.waiting();
  if (apart) {
    for (auto& w : beds.ingest_side().context.waiting()) out.waiting.push_back(w);
  }
  std::sort(out.waiting.begin(), out.waiting.end());
  EXPECT_FALSE(out.phone.empty());
  return out;
}

// Both ways of living give the same conversation.
Heard same(const NetworkOptions& options, const Talk& phone, const Talk& ingest,
           WorldTime until = WorldTime{5s}) {
  const Heard together = play(options, false, phone, ingest, until);
  const Heard apart = play(options, true, phone, ingest, until);
  EXPECT_EQ(together.phone, apart.phone);
  EXPECT_EQ(together.ingest, apart.ingest);
  EXPECT_EQ(together.waiting, apart.waiting);
  return apart;
}

const Talk kWrites = [](Party p, ByteStream& s) { return write(p, s, "hello"); };
const Talk kReads = [](Party p, ByteStream& s) { return read_to_end(p, s); };

TEST(Remote, ARequestAndItsAnswerTakeTwoRoundTrips) {
  const auto heard = same(
      exact(10),
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await write(p, s, std::string(4000, 'q'));
        s.shutdown_write();
        co_await read_to_end(p, s);
      },
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await read_to_end(p, s);
        co_await write(p, s, "answer");
      });
  EXPECT_THAT(heard.phone, testing::Contains("read 6: Success at 40000000"));
}

TEST(Remote, AMegabyteComesThroughA64KilobyteBufferAtItsPace) {
  NetworkOptions options = exact(10);
  options.path.bandwidth_bytes_per_s = 1e6;
  same(
      options, [](Party p, ByteStream& s) { return write(p, s, std::string(1 << 20, 'x')); },
      kReads);
}

TEST(Remote, WhoReadsSlowlyHoldsTheWriterBack) {
  same(
      exact(10), [](Party p, ByteStream& s) { return write(p, s, std::string(200'000, 'x')); },
      [](Party p, ByteStream& s) -> awaitable<void> {
        std::string buffer(30'000, '\0');
        for (error_code error; !error;) {
          co_await p.host.sleep_for(200ms);
          std::size_t n = 0;
          std::tie(error, n) = co_await s.async_read_some(asio::buffer(buffer), kAsTuple);
          p.note("read " + std::to_string(n));
        }
      });
}

TEST(Remote, NobodyListensIsARefusal) {
  const auto heard = same(exact(10), kWrites, nullptr);
  EXPECT_THAT(heard.phone, testing::Contains(testing::StartsWith("failed: Connection refused")));
}

TEST(Remote, ClosingWithUnreadDataResetsThePeer) {
  const auto heard = same(
      exact(10),
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await write(p, s, "never read");
        co_await read_to_end(p, s);
      },
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await p.host.sleep_for(1s);
        s.close();
      });
  EXPECT_THAT(heard.phone,
              testing::Contains(testing::StartsWith("read 0: Connection reset by peer at 1020")));
}

TEST(Remote, WritingToAPeerThatHasClosedIsAnsweredByAReset) {
  same(
      exact(10),
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await p.host.sleep_for(1s);
        co_await write(p, s, "too late");
        co_await read_to_end(p, s);
      },
      [](Party, ByteStream& s) -> awaitable<void> {
        s.close();
        co_return;
      });
}

TEST(Remote, ACutResetsBothEndsAtItsInstant) {
  NetworkOptions options = exact(10);
  options.cuts = {{"ingest", "phone", 2, CutOptions::Kind::reset}};
  const auto heard = same(options, kReads, kReads);
  EXPECT_THAT(heard.phone, testing::Contains("read 0: Connection reset by peer at 2000000000"));
}

TEST(Remote, AHalfOpenConnectionIsNoticedByTimeOutAlone) {
  NetworkOptions options = exact(10);
  options.cuts = {{"*", "*", 2, CutOptions::Kind::half_open}};
  const auto heard = same(
      options,
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await p.host.sleep_until(p.host.now() + 3s - 20ms);
        co_await write(p, s, std::string(1 << 20, 'x'));
      },
      kReads, WorldTime{1000s});
  EXPECT_THAT(heard.phone, testing::Contains(testing::HasSubstr("Connection timed out")));
  EXPECT_THAT(heard.waiting, testing::ElementsAre("ingest: reads from phone, port 443"));
}

TEST(Remote, APartitionDelaysAndTravelModeFailsAtOnce) {
  NetworkOptions options = exact(10);
  options.partitions = {{"phone", "*", 0.5, 3}};
  same(
      options,
      [](Party p, ByteStream& s) -> awaitable<void> {
        co_await p.host.sleep_for(1s);
        co_await write(p, s, "sent in the dark");
      },
      kReads);
  options.offline = {{"phone", 0, 20}};
  same(options, kWrites, kReads);
}

TEST(Remote, APeerThatIsAwayTimesOutAsOnLinux) {
  NetworkOptions options = exact(10);
  options.offline = {{"ingest", 0, 3600}};
  const auto heard = same(options, kWrites, kReads, WorldTime{200s});
  EXPECT_EQ(heard.phone.front(), "failed: Connection timed out at 127000000000");
}

TEST(Remote, AHostThatIsForgottenLeavesResetsBehind) {
  Log log;
  Beds beds(exact(10), true);
  const Party ingest{beds.ingest(), beds.ingest_side(), log};
  spawn(beds.ingest().executor(), serve(ingest, beds.ingest().listen({"", 443}), kReads));
  Log phone;
  spawn(beds.phone().executor(), call({beds.phone(), beds.phone_side(), phone}, kReads));
  beds.run(WorldTime{1s});
  EXPECT_TRUE(beds.ingest_side().network.quiet("phone")) << "it reads, and has nothing to say";
  beds.ingest_side().network.forget_remote("phone");
  beds.ingest_side().simulation.run();
  EXPECT_THAT(log, testing::Contains(testing::StartsWith("read 0: Connection reset by peer")));
  EXPECT_EQ(beds.ingest_side().network.open_connections(), 0u);
  EXPECT_TRUE(beds.ingest_side().network.counts().empty()) << "nothing is kept of it";
}

TEST(Remote, WhoOwesAnAnswerIsNotQuiet) {
  Log log;
  Beds beds(exact(10), true);
  const Party ingest{beds.ingest(), beds.ingest_side(), log};
  spawn(
      beds.ingest().executor(),
      serve(ingest, beds.ingest().listen({"", 443}), [](Party p, ByteStream& s) -> awaitable<void> {
        char c = 0;
        (void)co_await s.async_read_some(asio::buffer(&c, 1), kAsTuple);
        co_await p.host.sleep_for(1s);
        co_await write(p, s, "answer");
      }));
  spawn(beds.phone().executor(),
        call({beds.phone(), beds.phone_side(), log}, [](Party p, ByteStream& s) -> awaitable<void> {
          co_await write(p, s, "?");
          co_await read_to_end(p, s);
        }));
  beds.run(WorldTime{500ms});
  EXPECT_FALSE(beds.ingest_side().network.quiet("phone"));
  beds.run(WorldTime{2s});
  EXPECT_TRUE(beds.ingest_side().network.quiet("phone"));
}

}  // namespace
}  // namespace gauntlet::sim
