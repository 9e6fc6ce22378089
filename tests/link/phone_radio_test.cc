// Several connections on one phone's radio.
#include "sim/link/phone_radio.h"

#include <memory>

#include "harness.h"
#include "sim/link/radio.h"

#include "tests/catch.h"

namespace gauntlet::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

WorldTime at_us(std::int64_t us) { return WorldTime{microseconds{us}}; }

TEST_CASE("an event may last until the next one of another connection") {
  PhoneRadio phone;
  const auto a = phone.join(at_us(0), milliseconds{30});
  phone.join(at_us(5000), milliseconds{30});
  CHECK(phone.claim(a, at_us(0), microseconds{1000}) == at_us(5000));
  phone.release(at_us(3000));
  CHECK(phone.busy() == microseconds{3000});
  CHECK(phone.claim(a, at_us(30'000), microseconds{1000}) == at_us(35'000));
}

TEST_CASE("of two events closer than a packet the earlier goes first, then who was skipped") {
  PhoneRadio phone;
  const auto a = phone.join(at_us(0), milliseconds{30});
  const auto b = phone.join(at_us(400), milliseconds{30});
  phone.set_active(a, true);
  phone.set_active(b, true);
  for (int turn = 0; turn < 10; ++turn) {
    const std::int64_t t = 30'000 * turn;
    const auto first = phone.claim(a, at_us(t), microseconds{1000});
    if (first) phone.release(at_us(t + 1000));
    const auto second = phone.claim(b, at_us(t + 400), microseconds{1000});
    if (second) phone.release(at_us(t + 1400));
    CHECK(first.has_value() == (turn % 2 == 0));
    CHECK(second.has_value() == (turn % 2 == 1));
  }
}

TEST_CASE("a connection without data gives way, and its poll is counted") {
  PhoneRadio phone;
  const auto a = phone.join(at_us(400), milliseconds{30});
  const auto idle = phone.join(at_us(0), milliseconds{30});
  phone.set_active(a, true);
  CHECK(phone.claim(a, at_us(29'900), microseconds{1000}).has_value());
  CHECK(phone.polls_skipped(idle) == 1);
}

// Two saturated connections: each has the time from its own event to the other's.
TEST_CASE("throughput is shared as the anchors lie") {
  Simulation simulation;
  PhoneRadio phone;
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  o.packets_per_event = 20;
  Radio a(simulation, o, RandomStream(1, "a"), phone);
  Radio b(simulation, o, RandomStream(1, "b"), phone);
  std::uint64_t done = 0;
  a.send(10'000'000, [&](bool) { ++done; });
  b.send(10'000'000, [&](bool) { ++done; });
  const double seconds = 60;
  simulation.run(WorldTime{from_seconds(seconds)});
  CHECK(done == 0);
  // Where the seeds have put the anchors is not ours to say; what fits between them is.
  const double packet_ms = 1e-3 * (8 * 94 + 380);
  const double events = seconds / 0.03;
  const double pa = static_cast<double>(a.account().packets) / events;
  const double pb = static_cast<double>(b.account().packets) / events;
  // Together: an interval's worth, less at most a packet before each anchor; each at most 20.
  CHECK((pa + pb) * packet_ms <= 30.0 + 1e-6);
  CHECK((pa + pb) * packet_ms > std::min(30.0, 40 * packet_ms) - 2 * packet_ms - 1e-6);
  CHECK(a.account().events_cut + b.account().events_cut > 0);
  CHECK(to_ms(phone.busy()) ==
        Approx(a.account().airtime_ms + b.account().airtime_ms).epsilon(1e-6));
}

struct Fleet {
  std::vector<Traffic> traffic;
};

// Links with the same seeds, on one phone or each on its own.
Fleet drive_fleet(const LinkOptions& options, std::size_t devices, bool shared, double every_ms,
                  std::size_t bytes, int messages) {
  Simulation simulation;
  PhoneRadio phone;
  Fleet fleet;
  fleet.traffic.resize(devices);
  std::vector<std::unique_ptr<Link>> links;
  const std::vector<std::byte> payload(bytes);
  for (std::size_t d = 0; d < devices; ++d) {
    Traffic& t = fleet.traffic[d];
    links.push_back(std::make_unique<Link>(
        simulation, options, RandomStream(1, "link/" + std::to_string(d)), t.truth, t.dropped,
        [&t, &simulation](const Delivery& delivery) {
          t.arrivals.push_back({simulation.now(), delivery});
          t.arrivals.back().second.bytes = {};
        },
        shared ? &phone : nullptr));
    for (int i = 0; i < messages; ++i) {
      const WorldTime at{from_ms(every_ms * (i + 1))};
      simulation.at(at, [&links, &payload, d, i, at] {
        links[d]->send({payload, SensorKind::accelerometer, i * std::int64_t{50}, 50, at});
      });
    }
  }
  simulation.run();
  for (std::size_t d = 0; d < devices; ++d) fleet.traffic[d].account = links[d]->account();
  return fleet;
}

TEST_CASE("alone on the phone's radio a link behaves as on a radio of its own") {
  const LinkOptions o = link_preset("pebble");
  const Fleet alone = drive_fleet(o, 1, false, 2046, 516, 300);
  const Fleet shared = drive_fleet(o, 1, true, 2046, 516, 300);
  CHECK(alone.traffic[0].arrivals.size() == shared.traffic[0].arrivals.size());
  for (std::size_t i = 0; i < alone.traffic[0].arrivals.size(); ++i) {
    CHECK(alone.traffic[0].arrivals[i].first == shared.traffic[0].arrivals[i].first);
  }
}

// What contention may change is when a packet goes, by whole connection events.
TEST_CASE("four watches on one radio deliver what they deliver alone, later by events only") {
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  o.delay.mean_ms = o.delay.min_ms = 2;
  const Fleet alone = drive_fleet(o, 4, false, 200, 516, 500);
  const Fleet shared = drive_fleet(o, 4, true, 200, 516, 500);
  for (std::size_t d = 0; d < 4; ++d) {
    const Traffic &a = alone.traffic[d], &s = shared.traffic[d];
    CHECK(s.account.delivered_messages == 500);
    CHECK(s.account.radio.packets == a.account.radio.packets);
    REQUIRE(a.arrivals.size() == s.arrivals.size());
    for (std::size_t i = 0; i < a.arrivals.size(); ++i) {
      const Duration later = s.arrivals[i].first - a.arrivals[i].first;
      CHECK(later >= Duration{0});
      CHECK(later % milliseconds{30} == Duration{0});
    }
  }
}

TEST_CASE(
    "more than the radio carries is queued and dropped by all, and each one's books balance") {
  LinkOptions o = link_preset("ble-default");
  o.packets_per_event = 20;
  const Fleet alone = drive_fleet(o, 4, false, 50, 400, 1000);
  const Fleet shared = drive_fleet(o, 4, true, 50, 400, 1000);
  std::uint64_t lost_alone = 0, lost_shared = 0, cut = 0;
  for (std::size_t d = 0; d < 4; ++d) {
    const LinkAccount& a = shared.traffic[d].account;
    CHECK(a.accepted_bytes == a.delivered_bytes + a.dropped_bytes);
    CHECK(a.attempted_bytes == a.radio.payload_bytes + a.radio.abandoned_bytes);
    lost_alone += alone.traffic[d].dropped.total();
    lost_shared += shared.traffic[d].dropped.total();
    cut += a.radio.events_cut + a.radio.events_skipped;
  }
  CHECK(lost_alone == 0);
  CHECK(lost_shared > 0);
  CHECK(cut > 0);
}

}  // namespace
}  // namespace gauntlet::sim
