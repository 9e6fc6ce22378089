#include "sim/link/link_options.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {

const std::vector<std::string_view>& link_preset_names() {
  static const std::vector<std::string_view> names{"ble-default", "essay-280", "essay-max",
                                                   "pebble"};
  return names;
}

LinkOptions link_preset(std::string_view name) {
  LinkOptions o;
  if (name == "ble-default") return o;
  if (name == "essay-max") {  // 80 B every 7.5 ms
    o.interval_ms = 7.5;
    o.packets_per_event = 1;
    o.packet_error = 0;
    o.queue_bytes = 16384;
    return o;
  }
  // What was really got out of the watch of the essay and of the recordings.
  CHECK(name == "essay-280" || name == "pebble", "no link preset", name);
  o.cap_bytes_per_s = 280;
  o.delay.kind = DelayKind::empirical;
  if (name == "pebble") {
    // The recordings' watch is asked for 252 B/s and has good and bad days.
    o.degraded.good_s = 950;
    // With its radio's time the whole delay is then that of the recordings' logs.
    o.interval_ms = 7.5;
    o.delay.p50_ms = 8;
    o.delay.p65_ms = 35;
    o.duplicate_probability = 1;
    o.give_up_errors = 200;
  }
  return o;
}

Result<void> LinkOptions::validate() const {
  const auto bad = [](std::string what) { return Error{"bad_link", std::move(what)}; };
  if (interval_ms <= 0 || packets_per_event < 1 || tries < 1 || queue_bytes < 1) {
    return bad("interval_ms, packets_per_event, tries and queue_bytes must be positive");
  }
  if (packet_header_bytes >= packet_bytes) {
    return bad("packet_header_bytes (" + std::to_string(packet_header_bytes) +
               ") must be less than packet_bytes (" + std::to_string(packet_bytes) + ")");
  }
  if (att_mtu > 0 && att_mtu < 23) {
    return bad("att_mtu must be 0 or at least 23, not " + std::to_string(att_mtu));
  }
  if (packet_header_bytes >= att_mtu - 3 && att_mtu > 0) {
    return bad("packet_header_bytes must be less than att_mtu - 3");
  }
  // Bluetooth Core 5.3, vol. 6, B, 4.5.2.
  const double listens_ms = interval_ms * static_cast<double>(peripheral_latency + 1);
  if (1e3 * supervision_timeout_s <= 2 * listens_ms) {
    return bad(
        "supervision_timeout_s must be more than twice (peripheral_latency + 1) * "
        "interval_ms (" +
        std::to_string(2e-3 * listens_ms) + " s)");
  }
  if (degraded.good_s > 0 && 2 * degraded.interval_ms >= 1e3 * supervision_timeout_s) {
    return bad("degraded.interval_ms must be less than half the supervision timeout");
  }
  if (cap_bytes_per_s > 0 && cap_burst_bytes < static_cast<double>(packet_bytes)) {
    return bad("cap_burst_bytes (" + std::to_string(cap_burst_bytes) +
               ") must hold a packet (packet_bytes, " + std::to_string(packet_bytes) + ")");
  }
  const DelayOptions& d = delay;
  if (d.mean_ms < d.min_ms) return bad("delay.mean_ms must be at least delay.min_ms");
  if (d.p50_ms > d.p75_ms || d.p75_ms > d.p90_ms || d.p90_ms > d.p95_ms || d.p95_ms > d.max_ms) {
    return bad("delay quantiles must not decrease");
  }
  if (d.p65_ms > 0 && (d.p65_ms < d.p50_ms || d.p65_ms > d.p75_ms)) {
    return bad("delay.p65_ms must lie between p50_ms and p75_ms, or be 0");
  }
  if (duplicate_max_ms < duplicate_min_ms) {
    return bad("duplicate_max_ms must be at least duplicate_min_ms");
  }
  return {};
}

double DelayOptions::at_quantile(double p) const {
  const std::array<std::pair<double, double>, 7> points{{{0, 0},
                                                         {0.5, p50_ms},
                                                         {0.65, p65_ms},
                                                         {0.75, p75_ms},
                                                         {0.9, p90_ms},
                                                         {0.95, p95_ms},
                                                         {1, max_ms}}};
  if (p65_ms <= 0 && p > 0.5 && p <= 0.75) {
    return p50_ms + (p75_ms - p50_ms) * (p - 0.5) / (0.75 - 0.5);
  }
  std::size_t i = 1;
  while (i + 1 < points.size() && p > points[i].first) ++i;
  const auto [p0, ms0] = points[i - 1];
  const auto [p1, ms1] = points[i];
  return ms0 + (ms1 - ms0) * (std::min(p, 1.0) - p0) / (p1 - p0);
}

void LossOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind, {{"none", LossKind::none}, {"gilbert_elliott", LossKind::gilbert_elliott}},
           "how tries are lost");
  v.number("good_to_bad", good_to_bad, {0, 1}, "1", "gilbert_elliott: per try", "proposal");
  v.number("bad_to_good", bad_to_good, {0, 1}, "1", "gilbert_elliott: per try", "proposal");
  v.number("loss_good", loss_good, {0, 1}, "1", "gilbert_elliott: loss of a try when good",
           "neutral");
  v.number("loss_bad", loss_bad, {0, 1}, "1", "gilbert_elliott: loss of a try when bad",
           "proposal");
}

void DegradedOptions::describe(OptionVisitor& v) {
  v.number("good_s", good_s, {0, 1e6}, "s", "mean time that all is well; 0: always",
           "nine recorded sessions: 522 min, 33 ends: 950 s");
  v.number("degraded_s", degraded_s, {0.001, 1e6}, "s", "mean time that it is not",
           "nine recorded sessions: 183 min, 29 ends");
  v.number("interval_ms", interval_ms, {7.5, 4000}, "ms",
           "between events meanwhile, rounded up to whole connection intervals",
           "recordings: 366 B take longer than 2.85 s and less than 4.3 s");
  v.integer("packets_per_event", packets_per_event, {1, 100}, "1", "packets in such an event",
            "recordings, as interval_ms");
}

void DelayOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind,
           {{"exponential", DelayKind::exponential}, {"empirical", DelayKind::empirical}},
           "distribution of the delay behind the radio");
  v.number("min_ms", min_ms, {0, 1e5}, "ms", "exponential: least", "proposal");
  v.number("mean_ms", mean_ms, {0, 1e5}, "ms", "exponential: mean, at least min_ms", "proposal");
  v.number("p50_ms", p50_ms, {0, 1e5}, "ms", "empirical: median", "recordings, n = 141");
  v.number("p65_ms", p65_ms, {0, 1e5}, "ms",
           "empirical: 65 % quantile; 0: on the line between its neighbours", "neutral");
  v.number("p75_ms", p75_ms, {0, 1e5}, "ms", "empirical: 75 % quantile", "recordings");
  v.number("p90_ms", p90_ms, {0, 1e5}, "ms", "empirical: 90 % quantile", "recordings");
  v.number("p95_ms", p95_ms, {0, 1e5}, "ms", "empirical: 95 % quantile", "recordings");
  v.number("max_ms", max_ms, {0, 1e5}, "ms", "empirical: largest", "recordings");
}

void LinkOptions::describe(OptionVisitor& v) {
  v.preset(link_preset_names(), "a known link",
           [this](std::string_view name) { *this = link_preset(name); });
  v.number("interval_ms", interval_ms, {7.5, 4000}, "ms", "connection interval",
           "Bluetooth Core 5.3, vol. 6, B, 4.5.1; iPhone: at least 15 ms");
  v.integer("peripheral_latency", peripheral_latency, {0, 499}, "events",
            "events the wearable may skip when it has nothing to send: fewer polls to answer, "
            "fewer chances before the supervision timeout",
            "Bluetooth Core: 0 to 499; most phones ask 0");
  v.number("supervision_timeout_s", supervision_timeout_s, {0.1, 32}, "s",
           "silence after which the connection counts as lost",
           "Bluetooth Core: 100 ms to 32 s; phones ask 5 to 6 s");
  v.integer("packets_per_event", packets_per_event, {1, 100}, "1", "packets in a connection event",
            "phones: 4 to 6 of a connection event");
  v.integer("packet_bytes", packet_bytes, {20, 512}, "B", "a packet, its header included",
            "the essay's profile: 80");
  v.integer("packet_header_bytes", packet_header_bytes, {0, 19}, "B", "header in each packet",
            "neutral");
  v.integer("att_mtu", att_mtu, {0, 517}, "B",
            "a packet is an ATT value of at most this less 3, with 7 B of ATT and L2CAP header, "
            "cut into ll_payload_bytes; 0: a packet goes as it is",
            "Bluetooth Core 5.3, vol. 3, F, 3.2.8: at least 23");
  v.integer("ll_payload_bytes", ll_payload_bytes, {27, 251}, "B", "with att_mtu: of a radio packet",
            "Bluetooth Core 5.3, vol. 6, B, 4.5.10");
  v.number("packet_error", packet_error, {0, 0.9}, "1",
           "loss of a packet on the air; repeated in the next event", "off");
  v.integer("tries", tries, {1, 100}, "1", "tries of a message before it is dropped",
            "watch application of the recordings");
  v.number("retry_ms", retry_ms, {0, 1e5}, "ms", "between tries",
           "watch application of the recordings");
  v.integer("give_up_errors", give_up_errors, {0, 1e6}, "1",
            "the application stops for good after so many failed tries; 0: never",
            "watch application of the recordings: 200");
  v.number("cap_bytes_per_s", cap_bytes_per_s, {0, 1e7}, "B/s",
           "sustained throughput, headers included; 0: none", "the essay: 280");
  v.number("cap_burst_bytes", cap_burst_bytes, {20, 1e7}, "B", "what may go at once after a pause",
           "two seconds of the cap");
  v.integer("queue_bytes", queue_bytes, {1, 1e9}, "B", "bound of what waits", "proposal");
  v.choice("queue_policy", queue_policy,
           {{"drop_oldest", QueuePolicy::drop_oldest}, {"drop_newest", QueuePolicy::drop_newest}},
           "what a full queue does");
  v.table("degraded", degraded, "times with few connection events");
  v.table("loss", loss, "loss of tries");
  v.table("delay", delay, "delay behind the radio");
  v.number("duplicate_probability", duplicate_probability, {0, 1}, "1",
           "chance that a message arrives twice", "recordings: nearly every one");
  v.number("duplicate_min_ms", duplicate_min_ms, {0, 1e4}, "ms", "least distance of the two",
           "recordings: 2 to 3 ms");
  v.number("duplicate_max_ms", duplicate_max_ms, {0, 1e4}, "ms", "largest distance of the two",
           "captures: 2 to 3 ms apart");
  v.number("reorder_probability", reorder_probability, {0, 1}, "1",
           "chance that a message does not wait for those before it", "off");
  v.number("disconnects_per_hour", disconnects_per_hour, {0, 1e4}, "1/h", "out of reach so often",
           "off");
  v.number("reconnect_s", reconnect_s, {0, 3600}, "s",
           "from the supervision timeout to being connected again, mean", "proposal");
}

}  // namespace gauntlet::sim
