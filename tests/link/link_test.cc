#include "sim/link/link.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include "harness.h"
#include "sim/wearable/wearable.h"

#include "tests/catch.h"

namespace gauntlet::sim {
namespace {

void books_balance(const Traffic& t) {
  CHECK(t.account.accepted_samples == t.account.delivered_samples + t.dropped.total());
  CHECK(t.dropped.all() == t.account.dropped.all());
  CHECK(t.truth.frames.size() == t.arrivals.size());
  const LinkAccount& a = t.account;
  CHECK(a.accepted_bytes == a.delivered_bytes + a.dropped_bytes);
  CHECK(a.attempted_bytes == a.radio.payload_bytes + a.radio.abandoned_bytes);
  CHECK(a.radio.bytes == a.radio.payload_bytes + a.radio.header_bytes + a.radio.repeated_bytes);
}

TEST_CASE("one 50 Hz sensor of 270 B a second fits 280 B/s and none is lost") {
  const Traffic t = drive(link_preset("essay-280"), {{270, 50, 1000, 1800}}, 1);
  books_balance(t);
  CHECK(t.dropped.total() == 0);
  CHECK(t.account.delivered_messages == 1800);
  CHECK(t.account.backlog_bytes_max <= 2 * 270);
  CHECK(t.account.backlog_ms_max < 2000);
}

TEST_CASE("one 50 Hz sensor with a header in every 80 B message does not fit 280 B/s") {
  LinkOptions o = link_preset("essay-280");
  o.packet_header_bytes = 19;
  const Traffic t = drive(o, {{250, 50, 1000, 1800}}, 1);
  books_balance(t);
  CHECK(t.dropped.get("link.queue_full") > 0);
}

TEST_CASE(
    "two sensors of 540 B/s do not fit: the backlog grows to its bound, then samples are lost") {
  const LinkOptions o = link_preset("essay-280");
  const Traffic t = drive(o, {{270, 50, 1000, 1800}, {270, 50, 1000, 1800}}, 1);
  books_balance(t);
  CHECK(t.account.backlog_bytes_max >= 3800);
  CHECK(t.account.backlog_bytes_max <= static_cast<std::uint64_t>(o.queue_bytes) + 270);
  // What goes out is the cap: 280 of 540, but for the burst, the queue at the end, and packets
  // sent again (1 % of them, not counted against the cap).
  const double share = static_cast<double>(t.account.delivered_samples) /
                       static_cast<double>(t.account.accepted_samples);
  CHECK(share == Approx(280.0 / 540).margin(5000.0 / (540 * 1800)));
  // 1 Hz series: steadily full after the first 20 s.
  REQUIRE(t.account.backlog.size() >= 1800);
  CHECK(t.account.backlog[5].bytes < t.account.backlog[12].bytes);
  for (std::size_t s = 30; s < 1800; ++s) CHECK(t.account.backlog[s].bytes > 3000);
  // With the oldest dropped, what is left is as old as production takes to fill the queue: 7.6 s.
  CHECK(t.account.backlog[1000].age_ms > 6500);
  CHECK(t.account.backlog[1000].age_ms < 9500);
}

TEST_CASE("delays have the quantiles of the recordings") {
  LinkOptions o = link_preset("essay-280");
  o.cap_bytes_per_s = 0;
  o.packet_error = 0;
  o.reorder_probability = 1;  // nobody waits for anybody
  constexpr int kMessages = 20000;
  const Traffic t = drive(o, {{10, 2, 3000, kMessages}}, 1);
  std::vector<double> ms;
  for (const auto& [when, d] : t.arrivals) {
    ms.push_back(
        to_ms(when - WorldTime{from_ms(3000.0 * static_cast<double>(d.first_sample / 2 + 1))}));
  }
  std::sort(ms.begin(), ms.end());
  // Standard error of a quantile in probability: sqrt(p (1 - p) / n); up to 30 ms to the next
  // event.
  for (const auto& [p, expected] :
       {std::pair{0.5, 18.0}, {0.75, 239.0}, {0.9, 1051.0}, {0.95, 1321.0}}) {
    const double slack = 4 * std::sqrt(p * (1 - p) / kMessages);
    CHECK(ms[static_cast<std::size_t>((p - slack) * kMessages)] < expected + 31);
    CHECK(ms[static_cast<std::size_t>((p + slack) * kMessages)] > expected);
  }
  CHECK(ms.back() < 2079 + 31);
}

TEST_CASE("a degraded link carries what five packets in 3.75 s are; the rest is the queue's loss") {
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  o.degraded.good_s = 0.001;
  o.degraded.degraded_s = 1e6;
  const Traffic t = drive(o, {{516, 100, 2046, 500}}, 1);
  books_balance(t);
  // 516 B are seven packets of 750 ms each; the queue holds seven messages at the end.
  const double delivered = 500 * 2.046 / (7 * 0.75);
  CHECK(static_cast<double>(t.account.delivered_messages) == Approx(delivered + 8).margin(2));
  CHECK(t.dropped.get("link.queue_full") == t.dropped.total());
}

TEST_CASE("after two hundred errors the application gives up, and what it holds is counted") {
  LinkOptions o = link_preset("pebble");
  o.degraded.good_s = 0;
  o.loss.kind = LossKind::gilbert_elliott;
  o.loss.loss_good = o.loss.loss_bad = 1;
  const Traffic t = drive(o, {{516, 100, 4000, 500}}, 1);
  books_balance(t);
  CHECK(t.account.failed_tries == 200);
  CHECK(t.dropped.get("link.outbox_timeout") == 39 * 100);
  CHECK(t.dropped.get("link.gave_up") > 10000);
}

// While a chain stays bad for 1 / bad_to_good tries on average and loses all of them, losses come
// in runs of that length.
TEST_CASE("Gilbert-Elliott loses in bursts of the mean length of its bad state") {
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  o.loss.kind = LossKind::gilbert_elliott;
  o.loss.good_to_bad = 0.02;
  o.loss.bad_to_good = 0.25;
  o.loss.loss_good = 0;
  o.loss.loss_bad = 1;
  o.tries = 1;
  constexpr int kMessages = 50000;
  const Traffic t = drive(o, {{20, 1, 200, kMessages}}, 1);
  std::int64_t next = 0;
  double bursts = 0, lost = 0;
  for (const auto& [when, d] : t.arrivals) {
    bursts += d.first_sample > next;
    lost += static_cast<double>(d.first_sample - next);
    next = d.first_sample + 1;
  }
  // Geometric of mean 4: sd sqrt(12).
  CHECK(lost / bursts == Approx(4).margin(4 * std::sqrt(12 / bursts)));
}

TEST_CASE("Gilbert-Elliott loses its stationary share of tries") {
  LinkOptions o = link_preset("ble-default");
  o.packet_error = 0;
  o.loss.kind = LossKind::gilbert_elliott;
  o.tries = 1;
  constexpr int kMessages = 50000;
  const Traffic t = drive(o, {{20, 1, 200, kMessages}}, 1);
  books_balance(t);
  const double bad = 0.01 / 0.21, loss = bad * 0.6 + (1 - bad) * 0.001;
  // Bad stretches last 5 tries: the variance of the count is about 2 * 5 * 0.6 times the
  // binomial's.
  const double sd = std::sqrt(loss * (1 - loss) * 7 / kMessages);
  CHECK(static_cast<double>(t.dropped.total()) / kMessages == Approx(loss).margin(4 * sd));
}

TEST_CASE("the pebble's messages come twice, two to three milliseconds apart") {
  LinkOptions o = link_preset("pebble");
  o.degraded.good_s = 0;
  const Traffic t = drive(o, {{516, 100, 5000, 300}}, 1);
  books_balance(t);
  CHECK(t.account.duplicates == 300);
  REQUIRE(t.arrivals.size() == 600);
  for (std::size_t i = 0; i < 600; i += 2) {
    CHECK_FALSE(t.arrivals[i].second.duplicate);
    CHECK(t.arrivals[i + 1].second.duplicate);
    CHECK(t.arrivals[i].second.first_sample == t.arrivals[i + 1].second.first_sample);
    const double apart = to_ms(t.arrivals[i + 1].first - t.arrivals[i].first);
    CHECK(apart >= 2);
    CHECK(apart <= 3);
  }
}

TEST_CASE("messages stay in order unless reordering is asked for") {
  LinkOptions o = link_preset("essay-280");
  o.cap_bytes_per_s = 0;
  for (const double reorder : {0.0, 0.3}) {
    o.reorder_probability = reorder;
    const Traffic t = drive(o, {{100, 20, 300, 2000}}, 1);
    std::size_t swapped = 0;
    for (std::size_t i = 1; i < t.arrivals.size(); ++i) {
      swapped += t.arrivals[i].second.first_sample < t.arrivals[i - 1].second.first_sample;
    }
    CHECK((swapped > 0) == (reorder > 0));
    books_balance(t);
  }
}

TEST_CASE("an outage costs the messages tried before it is noticed; the rest wait") {
  LinkOptions o = link_preset("ble-default");
  o.disconnects_per_hour = 60;
  o.reconnect_s = 5;
  o.queue_bytes = 1 << 20;
  const Traffic t = drive(o, {{270, 50, 1000, 7200}}, 1);
  books_balance(t);
  CHECK(t.drained);
  const std::uint64_t lost = t.dropped.get("link.outbox_timeout") / 50;
  CHECK(lost > 0);
  // Some 100 outages of 6 s until noticed, one message dropped a second.
  CHECK(lost < 1200);
  CHECK(t.account.backlog_ms_max > 5000);
}

TEST_CASE("the same seed gives the same arrivals, another one others") {
  const LinkOptions o = link_preset("pebble");
  const auto times = [&](std::uint64_t seed) {
    std::vector<WorldTime> v;
    for (const auto& [when, d] : drive(o, {{516, 100, 2046, 200}}, seed).arrivals)
      v.push_back(when);
    return v;
  };
  CHECK(times(3) == times(3));
  CHECK(times(3) != times(4));
}

TEST_CASE("the pebble watch over its link: produced is delivered and dropped") {
  Simulation simulation;
  TrueDevice truth;
  Counters dropped;
  const auto still = make_still_motion();
  const WorldTime end{std::chrono::minutes{20}};
  Link link(simulation, link_preset("pebble"), RandomStream(9, "link/watch"), truth, dropped,
            [](const Delivery&) {});
  Wearable watch(simulation, wearable_preset("pebble-two-sensors"), 0,
                 RandomStream(9, "wearable/watch"), *still, WorldTime{}, end, truth, dropped,
                 link.sink(), [&link] { return link.busy(); });
  watch.start();
  simulation.run();
  CHECK(link.drained());
  std::uint64_t produced = 0;
  for (const TrueStream& s : truth.streams) produced += s.sampled_at.size();
  CHECK(produced == link.account().delivered_samples + dropped.total());
  CHECK(dropped.get("link.queue_full") > 0);  // 504 B/s do not fit
}

TEST_CASE("whatever the options, every sample is delivered once or dropped once") {
  const bool ok = rc::check("produced = delivered + dropped", [] {
    const auto percent = [](int max) {
      return static_cast<double>(*rc::gen::inRange(0, max + 1)) / 100;
    };
    LinkOptions o;
    o.interval_ms = 7.5 + static_cast<double>(*rc::gen::inRange(0, 200));
    o.packets_per_event = *rc::gen::inRange<std::int64_t>(1, 7);
    o.packet_bytes = *rc::gen::inRange<std::int64_t>(20, 251);
    o.packet_header_bytes = *rc::gen::inRange<std::int64_t>(0, 19);
    o.packet_error = percent(60);
    o.tries = *rc::gen::inRange<std::int64_t>(1, 6);
    o.retry_ms = static_cast<double>(*rc::gen::inRange(0, 500));
    o.give_up_errors = *rc::gen::element<std::int64_t>(0, 0, 3, 200);
    o.cap_bytes_per_s = *rc::gen::element(0.0, 100.0, 280.0, 10640.0);
    o.queue_bytes = *rc::gen::inRange<std::int64_t>(1, 5000);
    o.queue_policy = *rc::gen::element(QueuePolicy::drop_oldest, QueuePolicy::drop_newest);
    o.loss.kind = *rc::gen::element(LossKind::none, LossKind::gilbert_elliott);
    o.degraded.good_s = *rc::gen::element(0.0, 20.0);
    o.degraded.degraded_s = 20;
    o.att_mtu = *rc::gen::element<std::int64_t>(0, 23, 185, 517);
    o.ll_payload_bytes = *rc::gen::inRange<std::int64_t>(27, 252);
    o.supervision_timeout_s = *rc::gen::element(1.6, 6.0);
    o.loss.loss_bad = percent(100);
    o.delay.kind = *rc::gen::element(DelayKind::exponential, DelayKind::empirical);
    o.duplicate_probability = percent(100);
    o.reorder_probability = percent(100);
    o.disconnects_per_hour = *rc::gen::element(0.0, 60.0, 1000.0);
    const auto bytes = *rc::gen::inRange<std::size_t>(1, 1500);
    const auto every_ms = static_cast<double>(*rc::gen::inRange(1, 2000));
    const double stop_at_s = *rc::gen::element(0.0, 0.0, 1.0, 30.0);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const Traffic t = drive(o, {{bytes, 7, every_ms, 100}}, seed, stop_at_s);
    RC_ASSERT(t.account.accepted_samples == 700u);
    RC_ASSERT(t.account.delivered_samples + t.dropped.total() == 700u);
    RC_ASSERT(t.drained);
    const LinkAccount& a = t.account;
    RC_ASSERT(a.accepted_bytes == 100u * bytes);
    RC_ASSERT(a.accepted_bytes == a.delivered_bytes + a.dropped_bytes);
    RC_ASSERT(a.attempted_bytes == a.radio.payload_bytes + a.radio.abandoned_bytes);
    RC_ASSERT(a.radio.bytes ==
              a.radio.payload_bytes + a.radio.header_bytes + a.radio.repeated_bytes);
    // Of the tries that did not fail every one is delivered, or was on its way at the end.
    RC_ASSERT(a.attempted_bytes - a.failed_bytes >= a.delivered_bytes);
    if (stop_at_s == 0) RC_ASSERT(a.attempted_bytes - a.failed_bytes == a.delivered_bytes);
    // Each message's first copy once; duplicates never before it.
    std::vector<int> seen(100);
    for (const auto& [when, d] : t.arrivals) {
      int& n = seen[static_cast<std::size_t>(d.first_sample / 7)];
      RC_ASSERT(d.duplicate == (n == 1));
      RC_ASSERT(++n <= 2);
    }
  });
  CHECK(ok);
}

}  // namespace
}  // namespace gauntlet::sim
