#include "sim/link/radio.h"

#include <cmath>

#include "tests/catch.h"

namespace gauntlet::sim {
namespace {

LinkOptions clean() {
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  return o;
}

WorldTime at(double s) { return WorldTime{from_seconds(s)}; }

// One connection, used message by message.
class Bench {
 public:
  explicit Bench(const LinkOptions& options, std::uint64_t seed = 1)
      : radio(simulation, options, RandomStream(seed, "r"), phone) {}
  // Sends at `from`, waiting for a connection if need be; when the last packet was acknowledged.
  WorldTime send(std::size_t bytes, WorldTime from) {
    simulation.run(from);
    simulation.run(radio.connected_at());
    bool done = false;
    radio.send(bytes, [&](bool ok) { done = true, sent = ok; });
    while (!done) simulation.step();
    return simulation.now();
  }
  Simulation simulation;
  PhoneRadio phone;
  Radio radio;
  bool sent = false;
};

void bytes_balance(const RadioAccount& a) {
  CHECK(a.bytes == a.payload_bytes + a.header_bytes + a.repeated_bytes);
}

TEST_CASE("a message of 516 B is seven packets in two connection events") {
  Bench bench(clean());
  const WorldTime a = bench.send(1, at(1));  // finds an event
  const WorldTime b = bench.send(516, a);
  CHECK(bench.radio.account().packets == 8);
  CHECK(bench.radio.account().bytes == 517);
  // Acknowledged, the first message's event is over; four packets in the next, three in the one
  // after.
  CHECK(b - a == std::chrono::milliseconds{60});
}

TEST_CASE("throughput is packets per event times payload by interval") {
  for (const double interval_ms : {7.5, 30.0, 100.0, 500.0}) {
    for (const std::int64_t packets : {1, 4, 6}) {
      LinkOptions o = clean();
      o.interval_ms = interval_ms;
      o.packets_per_event = packets;
      o.packet_header_bytes = 10;
      Bench bench(o);
      const WorldTime first = bench.send(1, at(1));
      const std::size_t events = 1000;
      const WorldTime done = bench.send(70 * events * static_cast<std::size_t>(packets), first);
      const double rate = static_cast<double>(70 * events) * static_cast<double>(packets) /
                          to_seconds(done - first);
      CHECK(rate == Approx(70 * static_cast<double>(packets) / (interval_ms * 1e-3)).epsilon(1e-9));
      bytes_balance(bench.radio.account());
    }
  }
}

TEST_CASE("an event ends before the connection's next one, whatever it was allowed to carry") {
  LinkOptions o = clean();
  o.interval_ms = 7.5;
  o.packets_per_event = 100;  // a packet takes 8 * 94 + 380 us: six fit
  Bench bench(o);
  const WorldTime first = bench.send(1, at(1));
  const WorldTime done = bench.send(80 * 600, first);
  CHECK(to_ms(done - first) == Approx(750));
}

TEST_CASE("the essay's best case is about 10,640 B/s") {
  Bench bench(link_preset("essay-max"));
  const WorldTime first = bench.send(80, at(1));
  const WorldTime done = bench.send(80 * 1330, first);
  const double rate = 80.0 * 1330 / to_seconds(done - first);
  CHECK(rate == Approx(80 / 7.5e-3).epsilon(1e-9));  // 133.3 messages a second
}

TEST_CASE("packet errors cost events, one each") {
  LinkOptions o = clean();
  o.packets_per_event = 1;
  o.packet_error = 0.25;
  Bench bench(o);
  const WorldTime from = bench.send(1, at(0));
  const WorldTime done = bench.send(80 * 10000, from);
  // 10,000 packets with a mean of 4/3 events; sd of the sum sqrt(10000 * 0.25) / 0.75 = 67.
  CHECK(to_ms(done - from) / 30 == Approx(10000 * 4.0 / 3).margin(4 * 67));
  bytes_balance(bench.radio.account());
}

TEST_CASE("the cap holds over any stretch longer than its burst") {
  LinkOptions o = clean();
  o.cap_bytes_per_s = 280;
  o.cap_burst_bytes = 560;
  Bench bench(o);
  WorldTime t = at(0);
  for (int i = 1; i <= 100; ++i) {
    t = bench.send(270, t);
    const double sent = 270.0 * i;
    CHECK(sent <= 560 + 280 * to_seconds(t - at(0)) + 1e-6);
  }
  CHECK(to_seconds(t - at(0)) == Approx((27000 - 560) / 280.0).margin(0.2));
}

TEST_CASE("a header in every packet makes 333 B/s of 250") {
  LinkOptions o = clean();
  o.packet_header_bytes = 19;
  Bench bench(o);
  bench.send(61 * 100, at(0));
  CHECK(bench.radio.account().bytes == 8000);
  CHECK(bench.radio.account().header_bytes == 1900);
}

TEST_CASE("an ATT MTU of 185 cuts 516 B into three values and those into radio packets") {
  for (const auto& [ll_payload, packets] : {std::pair{251, 3}, {100, 2 + 2 + 2}, {27, 7 + 7 + 6}}) {
    LinkOptions o = clean();
    o.packet_bytes = 512;
    o.att_mtu = 185;
    o.ll_payload_bytes = ll_payload;
    Bench bench(o);
    bench.send(516, at(0));
    // 182 + 182 + 152 B, and 7 B of ATT and L2CAP header each.
    CHECK(bench.radio.account().packets == static_cast<std::uint64_t>(packets));
    CHECK(bench.radio.account().payload_bytes == 516);
    CHECK(bench.radio.account().header_bytes == 3 * 7);
    bytes_balance(bench.radio.account());
  }
}

TEST_CASE("in the degraded state a packet takes an interval of its own") {
  LinkOptions o = clean();
  o.degraded.good_s = 0.001;
  o.degraded.degraded_s = 1e6;
  Bench bench(o);
  const WorldTime first = bench.send(1, at(10));
  const WorldTime done = bench.send(366, first);  // what a frame of 70 samples has
  CHECK(to_ms(done - first) == Approx(5 * 750));
  CHECK(to_seconds(done - first) > 2.85);
  CHECK(to_seconds(done - first) < 4.3);
}

TEST_CASE("good and bad times have their dwell times and share") {
  DegradedOptions o;
  o.good_s = 95;
  o.degraded_s = 38;
  DegradedState state(o, RandomStream(7, "d"), at(0));
  constexpr int kSeconds = 4'000'000;
  int degraded = 0, ends = 0;
  bool before = state.at(at(0));
  for (int s = 1; s <= kSeconds; ++s) {
    const bool now = state.at(at(s));
    degraded += now;
    ends += before && !now;
    before = now;
  }
  // A cycle lasts 133 s with sd sqrt(95^2 + 38^2) = 102: the number of cycles in so many seconds
  // has sd sqrt(n) * 102 / 133.
  const double cycles = kSeconds / 133.0, sd = std::sqrt(cycles) * 102 / 133;
  CHECK(ends == Approx(cycles).margin(4 * sd + 0.01 * cycles));  // dwells below 1 s are not seen
  // The share's sd: sqrt(2) * 95 * 38 / 133^2 * sqrt(133 / n).
  CHECK(
      static_cast<double>(degraded) / kSeconds ==
      Approx(38.0 / 133).margin(4 * std::sqrt(2.0) * 95 * 38 / (133.0 * 133) / std::sqrt(cycles)));
}

TEST_CASE("peripheral latency leaves polls unanswered and costs no message") {
  for (const std::int64_t latency : {0, 4, 29}) {
    LinkOptions o = clean();
    o.peripheral_latency = latency;
    Bench bench(o);
    bench.simulation.run(at(3600));
    const double polls = static_cast<double>(bench.radio.account().polls);
    CHECK(polls == Approx(3600 / 0.03 / static_cast<double>(latency + 1)).margin(1.01));
    CHECK(bench.radio.account().poll_airtime_ms == Approx(polls * 0.31));
    const WorldTime done = bench.send(80, at(3600));
    CHECK(to_ms(done - at(3600)) < 31);
  }
}

// Runs of r losses with probability q each: the expected number of polls until the first is
// (q^-r - 1) / (1 - q).
TEST_CASE(
    "silence for the supervision timeout loses the connection as often as runs of losses do") {
  for (const std::int64_t latency : {0, 1}) {
    LinkOptions o = clean();
    o.interval_ms = 500;
    o.peripheral_latency = latency;
    o.packet_error = 0.5;
    o.supervision_timeout_s = 3.9 * 0.5 * static_cast<double>(latency + 1);
    o.reconnect_s = 2;
    Bench bench(o);
    bench.simulation.run(at(200'000));
    // Three polls in a row are missed before the fourth would come; lost 0.9 of an interval after
    // the third; then 2 s, and half a connection interval to the first event.
    const double every_s = 0.5 * static_cast<double>(latency + 1);
    const double cycle_s = 14 * every_s + 0.9 * every_s + 2 + 0.25;
    const double lost = static_cast<double>(bench.radio.account().connections_lost);
    // The number of losses is nearly Poisson: its sd at most sqrt(n).
    CHECK(lost == Approx(200'000 / cycle_s).margin(4 * std::sqrt(200'000 / cycle_s)));
  }
}

TEST_CASE("a message under way when the connection is lost is abandoned, and counted") {
  LinkOptions o = clean();
  o.interval_ms = 500;
  o.supervision_timeout_s = 1.1;
  o.packets_per_event = 1;
  o.packet_error = 0.6;
  Bench bench(o);
  std::uint64_t sent = 0, failed = 0;
  WorldTime t = at(0);
  for (int i = 0; i < 300; ++i) {
    t = bench.send(200, t);
    ++(bench.sent ? sent : failed);
  }
  const RadioAccount& a = bench.radio.account();
  CHECK(failed > 50);
  CHECK(sent > 5);
  CHECK(a.connections_lost >= failed);
  CHECK(a.payload_bytes + a.abandoned_bytes == 300 * 200);
  bytes_balance(a);
}

}  // namespace
}  // namespace gauntlet::sim
