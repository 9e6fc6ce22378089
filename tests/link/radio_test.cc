#include "sim/link/radio.h"

#include "tests/catch.h"

namespace gauntlet::sim {
namespace {

LinkOptions clean() {
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  return o;
}

WorldTime at(double s) { return WorldTime{from_seconds(s)}; }

TEST_CASE("a message of 516 B is seven packets in two connection events") {
  Radio radio(clean(), RandomStream(1, "r"), at(0));
  const WorldTime a = radio.send(1, at(1));  // finds an event
  const WorldTime b = radio.send(516, a);
  CHECK(radio.account().packets == 8);
  CHECK(radio.account().bytes == 517);
  // Acknowledged, the first message's event is over; four packets in the next, three in the one
  // after.
  CHECK(b - a == std::chrono::milliseconds{60});
}

TEST_CASE("the essay's best case is about 10,640 B/s") {
  Radio radio(link_preset("essay-max"), RandomStream(1, "r"), at(0));
  const WorldTime first = radio.send(80, at(1));
  const WorldTime done = radio.send(80 * 1330, first);
  const double rate = 80.0 * 1330 / to_seconds(done - first);
  CHECK(rate == Approx(80 / 7.5e-3).epsilon(1e-9));  // 133.3 messages a second
}

TEST_CASE("packet errors cost events, one each") {
  LinkOptions o = clean();
  o.packets_per_event = 1;
  o.packet_error = 0.25;
  Radio radio(o, RandomStream(1, "r"), at(0));
  const WorldTime from = radio.send(1, at(0));
  const WorldTime done = radio.send(80 * 10000, from);
  // 10,000 packets with a mean of 4/3 events; sd of the sum sqrt(10000 * 0.25) / 0.75 = 67.
  CHECK(to_ms(done - from) / 30 == Approx(10000 * 4.0 / 3).margin(4 * 67));
}

TEST_CASE("the cap holds over any stretch longer than its burst") {
  LinkOptions o = clean();
  o.cap_bytes_per_s = 280;
  o.cap_burst_bytes = 560;
  Radio radio(o, RandomStream(1, "r"), at(0));
  WorldTime t = at(0);
  for (int i = 1; i <= 100; ++i) {
    t = radio.send(270, t);
    const double sent = 270.0 * i;
    CHECK(sent <= 560 + 280 * to_seconds(t - at(0)) + 1e-6);
  }
  CHECK(to_seconds(t - at(0)) == Approx((27000 - 560) / 280.0).margin(0.2));
}

TEST_CASE("a header in every packet makes 333 B/s of 250") {
  LinkOptions o = clean();
  o.packet_header_bytes = 19;
  Radio radio(o, RandomStream(1, "r"), at(0));
  radio.send(61 * 100, at(0));
  CHECK(radio.account().bytes == 8000);
}

}  // namespace
}  // namespace gauntlet::sim
