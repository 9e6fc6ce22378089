// The simulated network: delays against closed forms, TCP's behaviour in trouble against Linux's
// documented numbers.
#include "sim/network/virtual_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <cmath>
#include <functional>

#include "core/runtime/spawn.h"

namespace gauntlet::sim {
namespace {

using namespace std::chrono_literals;
using asio::awaitable;
using boost::system::system_error;
using Stream = std::unique_ptr<ByteStream>;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

NetworkOptions exact(double latency_ms = 10) {
  NetworkOptions options;
  options.path.latency_ms_min = options.path.latency_ms_mean = latency_ms;
  return options;
}

struct World {
  explicit World(NetworkOptions options = exact(), std::uint64_t seed = 1)
      : network(context, std::move(options), RandomStream(seed, "network")) {}
  void spawn(awaitable<void> coroutine) {
    gauntlet::spawn(context.get_executor(), std::move(coroutine));
  }
  WorldTime now() const { return simulation.now(); }

  Simulation simulation;
  VirtualContext context{simulation};
  VirtualNetwork network;
  VirtualHost& phone = network.add_host("phone");
  VirtualHost& ingest = network.add_host("ingest");
};

using Talk = std::function<awaitable<void>(ByteStream&)>;

// One connection from the phone to ingest; each side talks, then closes.
void talk(World& w, Talk phone, Talk ingest) {
  w.spawn([](std::unique_ptr<Listener> l, Talk t) -> awaitable<void> {
    const Stream stream = co_await l->accept();
    co_await t(*stream);
  }(w.ingest.listen({"", 443}), std::move(ingest)));
  w.spawn([](VirtualHost& h, Talk t) -> awaitable<void> {
    const Stream stream = co_await h.connect({"ingest", 443});
    co_await t(*stream);
  }(w.phone, std::move(phone)));
  w.simulation.run();
}

struct Heard {
  error_code error;
  std::string text;
  WorldTime first, last;
};

awaitable<Heard> read_to_end(World& w, ByteStream& stream) {
  Heard out;
  std::string buffer(3000, '\0');
  while (!out.error) {
    const auto [error, n] = co_await stream.async_read_some(asio::buffer(buffer), kAsTuple);
    out.error = error;
    if (n > 0) out.last = w.now();
    if (n > 0 && out.text.empty()) out.first = w.now();
    out.text.append(buffer, 0, n);
  }
  co_return out;
}

awaitable<error_code> write(ByteStream& stream, std::string text) {
  const auto [error, n] = co_await asio::async_write(stream, asio::buffer(text), kAsTuple);
  co_return error;
}

// Connects and reports how that ended, and when.
struct Tried {
  error_code error;
  WorldTime at;
};
Tried try_connect(World& w, Endpoint endpoint, Duration when = 0s) {
  Tried out;
  w.spawn([](World& world, Endpoint to, Duration after, Tried& tried) -> awaitable<void> {
    co_await world.phone.sleep_for(after);
    const WorldTime begin = world.now();
    try {
      (void)co_await world.phone.connect(to);
    } catch (const system_error& error) {
      tried.error = error.code();
    }
    tried.at = WorldTime{world.now() - begin};
  }(w, endpoint, when, out));
  w.simulation.run();
  return out;
}

TEST(VirtualNetwork, AHandshakeTakesARoundTripAndDataHalfOfOne) {
  World w(exact(10));
  WorldTime connected;
  Heard heard;
  talk(
      w,
      [&](ByteStream& s) -> awaitable<void> {
        connected = w.now();
        co_await write(s, "hello");
      },
      [&](ByteStream& s) -> awaitable<void> { heard = co_await read_to_end(w, s); });
  EXPECT_EQ(connected, WorldTime{20ms});
  EXPECT_EQ(heard.first, WorldTime{30ms});
  EXPECT_EQ(heard.error, asio::error::eof);
}

TEST(VirtualNetwork, BandwidthIsSharedByAllConnectionsOfAPath) {
  NetworkOptions options = exact(10);
  options.path.bandwidth_bytes_per_s = 10'000;
  World w(options);
  WorldTime last;
  auto listener = w.ingest.listen({"", 443});
  w.spawn([](World& world, std::unique_ptr<Listener> l, WorldTime& out) -> awaitable<void> {
    for (int n = 0; n < 2; ++n) {
      Stream stream = co_await l->accept();
      world.spawn([](World& in, Stream s, WorldTime& end) -> awaitable<void> {
        const Heard heard = co_await read_to_end(in, *s);
        end = std::max(end, heard.last);
      }(world, std::move(stream), out));
    }
  }(w, std::move(listener), last));
  for (int n = 0; n < 2; ++n) {
    w.spawn([](World& world) -> awaitable<void> {
      const Stream s = co_await world.phone.connect({"ingest", 443});
      co_await write(*s, std::string(50'000, 'x'));
    }(w));
  }
  w.simulation.run();
  EXPECT_EQ(last, WorldTime{10s + 30ms});  // 100,000 B at 10,000 B/s behind a handshake
}

TEST(Path, DelayHasTheMinimumAndTheMeanItSays) {
  NetworkOptions options;
  options.path.latency_ms_min = 20;
  options.path.latency_ms_mean = 50;
  Path path(options, "a", "b");
  RandomStream random(1, "test");
  constexpr int kDraws = 100'000;
  double sum = 0, smallest = 1e9;
  for (int i = 0; i < kDraws; ++i) {
    const double ms = to_ms(*path.attempt(WorldTime{1s}, random) - WorldTime{1s});
    sum += ms;
    smallest = std::min(smallest, ms);
  }
  EXPECT_GE(smallest, 20);
  // Exp(30 ms): standard deviation 30, so the mean of n is within 4 * 30 / sqrt(n).
  EXPECT_NEAR(sum / kDraws, 50, 4 * 30 / std::sqrt(kDraws));
}

TEST(Path, ALostSegmentCostsItsTimeouts) {
  NetworkOptions options = exact(10);
  options.path.loss = 0.3;
  Path path(options, "a", "b");
  RandomStream random(1, "test");
  constexpr int kSegments = 100'000;
  int histogram[4] = {};
  for (int i = 0; i < kSegments; ++i) {
    const auto delivery = path.carry(WorldTime{}, 100, random);
    const double ms = to_ms(delivery.at.time_since_epoch()) - 10;
    // 0, 200, 600, 1400, … after n losses
    const auto losses = static_cast<int>(std::lround(std::log2(ms / 200 + 1)));
    EXPECT_NEAR(ms, 200 * (std::exp2(losses) - 1), 1e-6);
    if (losses < 4) ++histogram[losses];
  }
  for (int n = 0; n < 4; ++n) {
    const double p = 0.7 * std::pow(0.3, n);
    EXPECT_NEAR(histogram[n] / double{kSegments}, p, 4 * std::sqrt(p * (1 - p) / kSegments)) << n;
  }
}

TEST(Path, PatienceIsLinuxs) {
  const Path path(NetworkOptions{}, "a", "b");
  EXPECT_EQ(path.patience(), 924'600ms);  // Documentation/networking/ip-sysctl, tcp_retries2
}

TEST(Path, TheFirstEntryThatMatchesCounts) {
  NetworkOptions options = exact(1);
  options.paths.resize(3);
  options.paths[0].from = "phone";
  options.paths[0].to = "ingest";
  options.paths[1].from = "phone";
  options.paths[2].to = "phone";
  const double expected[] = {2, 3, 4};
  for (std::size_t i = 0; i < 3; ++i) {
    options.paths[i].latency_ms_min = options.paths[i].latency_ms_mean = expected[i];
  }
  EXPECT_EQ(Path(options, "phone", "ingest").latency_min(), 2ms);
  EXPECT_EQ(Path(options, "phone", "authz").latency_min(), 3ms);
  EXPECT_EQ(Path(options, "ingest", "phone").latency_min(), 4ms);
  EXPECT_EQ(Path(options, "ingest", "authz").latency_min(), 1ms);
  EXPECT_EQ(Path(options, "phone", "phone").latency_min(), 20us) << "loopback";
}

TEST(VirtualNetwork, LossDelaysButEveryByteArrivesInOrder) {
  NetworkOptions options = exact(10);
  options.path.loss = 0.2;
  options.path.latency_ms_mean = 30;
  World w(options);
  std::string sent(100'000, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 % 251);
  Heard heard;
  talk(
      w, [&](ByteStream& s) -> awaitable<void> { co_await write(s, sent); },
      [&](ByteStream& s) -> awaitable<void> { heard = co_await read_to_end(w, s); });
  EXPECT_TRUE(heard.text == sent);
  EXPECT_EQ(heard.error, asio::error::eof);
  EXPECT_GT(w.network.counts().at({"phone", "ingest"}).retransmissions, 5u);
}

TEST(VirtualNetwork, NobodyListeningIsRefusedAfterARoundTrip) {
  World w(exact(10));
  const Tried tried = try_connect(w, {"ingest", 443});
  EXPECT_EQ(tried.error, asio::error::connection_refused);
  EXPECT_EQ(tried.at, WorldTime{20ms});
  EXPECT_EQ(w.network.counts().at({"phone", "ingest"}).refused, 1u);
}

TEST(VirtualNetwork, AnUnknownNameIsNotFound) {
  World w;
  EXPECT_EQ(try_connect(w, {"nowhere", 443}).error, asio::error::host_not_found);
}

TEST(VirtualNetwork, TravelModeFailsConnectsAtOnceAndOnlyWhileItLasts) {
  NetworkOptions options = exact();
  options.offline = {{"phone", 10, 20}};
  World w(options);
  const auto listener = w.ingest.listen({"", 443});
  Tried tried = try_connect(w, {"ingest", 443}, 15s);
  EXPECT_EQ(tried.error, asio::error::host_unreachable);
  EXPECT_EQ(tried.at, WorldTime{});
  tried = try_connect(w, {"ingest", 443}, 5s);
  EXPECT_FALSE(tried.error) << tried.error;
}

TEST(VirtualNetwork, APeerThatIsAwayTimesOutAsOnLinux) {
  NetworkOptions options = exact();
  options.offline = {{"ingest", 0, 3600}};
  World w(options);
  const auto listener = w.ingest.listen({"", 443});
  const Tried tried = try_connect(w, {"ingest", 443});
  EXPECT_EQ(tried.error, asio::error::timed_out);
  EXPECT_EQ(tried.at, WorldTime{127s});  // ip-sysctl, tcp_syn_retries = 6
}

TEST(VirtualNetwork, APartitionDelaysWhatIsSentInIt) {
  NetworkOptions options = exact(10);
  options.partitions = {{"phone", "*", 1, 3}};
  World w(options);
  Heard heard;
  talk(
      w,
      [&](ByteStream& s) -> awaitable<void> {
        co_await w.phone.sleep_for(2s - 20ms);
        co_await write(s, "sent in the dark");
      },
      [&](ByteStream& s) -> awaitable<void> { heard = co_await read_to_end(w, s); });
  EXPECT_EQ(heard.text, "sent in the dark");
  EXPECT_EQ(heard.first, WorldTime{2s + 200ms + 400ms + 800ms + 10ms});  // first try after 3 s
}

TEST(VirtualNetwork, ACutResetsBothEnds) {
  NetworkOptions options = exact(10);
  options.cuts = {{"ingest", "phone", 5, CutOptions::Kind::reset}};
  World w(options);
  Heard phone, ingest;
  WorldTime at;
  talk(
      w,
      [&](ByteStream& s) -> awaitable<void> {
        co_await write(s, "before");
        phone = co_await read_to_end(w, s);
        at = w.now();
      },
      [&](ByteStream& s) -> awaitable<void> { ingest = co_await read_to_end(w, s); });
  EXPECT_EQ(phone.error, asio::error::connection_reset);
  EXPECT_EQ(ingest.error, asio::error::connection_reset);
  EXPECT_EQ(ingest.text, "before");
  EXPECT_EQ(at, WorldTime{5s});
}

TEST(VirtualNetwork, AHalfOpenConnectionTakesWritesAnswersNothingAndTimesOut) {
  NetworkOptions options = exact(10);
  options.cuts = {{"*", "*", 5, CutOptions::Kind::half_open}};
  World w(options);
  error_code first, second;
  WorldTime ended;
  Heard ingest;
  talk(
      w,
      [&](ByteStream& s) -> awaitable<void> {
        co_await w.phone.sleep_for(10s - 20ms);
        first = co_await write(s, "swallowed");
        EXPECT_EQ(w.now(), WorldTime{10s}) << "writes succeed";
        second = co_await write(s, std::string(1 << 20, 'x'));
        ended = w.now();
      },
      [&](ByteStream& s) -> awaitable<void> { ingest = co_await read_to_end(w, s); });
  EXPECT_FALSE(first);
  EXPECT_EQ(second, asio::error::timed_out);
  EXPECT_EQ(ended, WorldTime{10s + 924'600ms});
  EXPECT_EQ(ingest.text, "");
  EXPECT_THAT(w.context.waiting(), testing::ElementsAre("ingest: reads from phone, port 443"));
}

TEST(VirtualNetwork, ARunThatIsStuckSaysWhoWaitsWhere) {
  World w;
  const auto unused = w.ingest.listen({"", 80});
  w.spawn([](Listener& l) -> awaitable<void> { (void)co_await l.accept(); }(*unused));
  talk(
      w,
      [&](ByteStream& s) -> awaitable<void> {
        co_await write(s, std::string(1 << 20, 'x'));  // more than the buffer, and nobody reads
      },
      [&](ByteStream&) -> awaitable<void> { co_await w.ingest.sleep_until(HostTime::max()); });
  EXPECT_THAT(w.context.waiting(),
              testing::UnorderedElementsAre("ingest: accepts on port 80", "ingest: sleeps for ever",
                                            "phone: writes to ingest, port 443"));
}

TEST(VirtualNetwork, AFullBacklogMakesClientsAskAgain) {
  NetworkOptions options = exact(10);
  options.accept_backlog = 1;
  World w(options);
  auto listener = w.ingest.listen({"", 443});
  std::vector<WorldTime> connected;
  for (int n = 0; n < 2; ++n) {
    w.spawn([](World& world, std::vector<WorldTime>& out) -> awaitable<void> {
      const Stream s = co_await world.phone.connect({"ingest", 443});
      out.push_back(world.now());
    }(w, connected));
  }
  w.spawn([](World& world, Listener& l) -> awaitable<void> {
    co_await world.ingest.sleep_for(100ms);
    (void)co_await l.accept();
  }(w, *listener));
  w.simulation.run();
  EXPECT_EQ(connected, (std::vector{WorldTime{20ms}, WorldTime{1s + 20ms}}));
}

TEST(VirtualNetwork, TheTapSeesEveryWriteOnceAndCountsAgree) {
  World w;
  std::map<std::string, std::string> seen;
  w.network.add_tap([&](const WireBytes& wire) {
    seen[wire.from + ">" + wire.to].append(reinterpret_cast<const char*>(wire.bytes.data()),
                                           wire.bytes.size());
  });
  talk(
      w,
      [&](ByteStream& s) -> awaitable<void> {
        co_await write(s, std::string(4000, 'q'));
        s.shutdown_write();
        (void)co_await read_to_end(w, s);
      },
      [&](ByteStream& s) -> awaitable<void> {
        (void)co_await read_to_end(w, s);
        co_await write(s, "answer");
      });
  EXPECT_EQ(seen.at("phone>ingest"), std::string(4000, 'q'));
  EXPECT_EQ(seen.at("ingest>phone"), "answer");
  const auto counts = w.network.counts();
  EXPECT_EQ(counts.at({"phone", "ingest"}).bytes, 4000u);
  EXPECT_EQ(counts.at({"phone", "ingest"}).messages, 1u);
  EXPECT_EQ(counts.at({"phone", "ingest"}).segments, 3u);
  EXPECT_EQ(counts.at({"phone", "ingest"}).connections, 1u);
  EXPECT_EQ(counts.at({"ingest", "phone"}).bytes, 6u);
  EXPECT_EQ(w.network.open_connections(), 0u) << "ended connections are freed";
}

TEST(VirtualNetwork, AnotherHostChangesNobodysDraws) {
  const auto arrivals = [](bool with_watch) {
    NetworkOptions options = exact(10);
    options.path.latency_ms_mean = 40;
    options.path.loss = 0.1;
    World w(options);
    if (with_watch) {
      VirtualHost& watch = w.network.add_host("watch");
      w.spawn([](VirtualHost& h) -> awaitable<void> {
        std::array<std::byte, 8> bytes;
        h.random_bytes(bytes);
        const Stream s = co_await h.connect({"phone", 1});
      }(watch));
      w.spawn([](std::unique_ptr<Listener> l) -> awaitable<void> {
        (void)co_await l->accept();
      }(w.phone.listen({"", 1})));
    }
    std::vector<WorldTime> out;
    talk(
        w,
        [&](ByteStream& s) -> awaitable<void> {
          for (int n = 0; n < 50; ++n) {
            co_await write(s, "x");
            co_await w.phone.sleep_for(5s);
          }
        },
        [&](ByteStream& s) -> awaitable<void> {
          char c = 0;
          for (error_code error; !error;) {
            std::tie(error, std::ignore) =
                co_await s.async_read_some(asio::buffer(&c, 1), kAsTuple);
            if (!error) out.push_back(w.now());
          }
        });
    return out;
  };
  EXPECT_EQ(arrivals(false).size(), 50u);
  EXPECT_EQ(arrivals(false), arrivals(true));
}

TEST(VirtualNetwork, RandomBytesBelongToSeedAndHost) {
  const auto draw = [](std::uint64_t seed, bool phone) {
    World w(exact(), seed);
    std::array<std::byte, 24> out{};
    (phone ? w.phone : w.ingest).random_bytes(out);
    return out;
  };
  EXPECT_EQ(draw(1, true), draw(1, true));
  EXPECT_NE(draw(1, true), draw(2, true));
  EXPECT_NE(draw(1, true), draw(1, false));
}

TEST(VirtualNetwork, EndsWithEverythingUnderWayAndLeaksNothing) {
  Simulation simulation;
  VirtualContext context(simulation);
  {
    VirtualNetwork network(context, exact(), RandomStream(1, "network"));
    VirtualHost& phone = network.add_host("phone");
    VirtualHost& ingest = network.add_host("ingest");
    spawn(context.get_executor(), [](VirtualHost& h) -> awaitable<void> {
      const auto listener = h.listen({"", 443});
      const Stream s = co_await listener->accept();
      char c = 0;
      (void)co_await s->async_read_some(asio::buffer(&c, 1), kAsTuple);
      co_await h.sleep_for(1h);
    }(ingest));
    for (int n = 0; n < 3; ++n) {
      spawn(context.get_executor(), [](VirtualHost& h) -> awaitable<void> {
        const Stream s = co_await h.connect({"ingest", 443});
        co_await write(*s, std::string(1 << 20, 'x'));
      }(phone));
    }
    simulation.run(WorldTime{35ms});
  }
  simulation.run();  // what was under way arrives nowhere
}

// ---- clocks ------------------------------------------------------------------------------------

TEST(HostClock, AFastClockWakesItsSleeperEarlierInWorldTime) {
  World w;
  LinearHostClockOptions options;
  options.drift_ppm = 100;
  VirtualHost& server = w.network.add_host("server", std::make_unique<LinearHostClock>(options));
  w.spawn([](VirtualHost& h) -> awaitable<void> {
    const HostTime begin = h.now();
    co_await h.sleep_for(1h);
    EXPECT_GE(h.now(), begin + 1h);
    EXPECT_LE(h.now(), begin + 1h + 1ns);
  }(server));
  w.simulation.run();
  EXPECT_NEAR(to_seconds(w.now().time_since_epoch()), 3600 / 1.0001, 2e-9);
}

}  // namespace
}  // namespace gauntlet::sim
