#include "sim/network/network_options.h"

#include <algorithm>

namespace gauntlet::sim {
namespace {

constexpr double kYear_s = 366 * 86400.0;

void interval(OptionVisitor& v, double& from_s, double& to_s) {
  v.number("from_s", from_s, {0, kYear_s}, "s", "begin, world time");
  v.number("to_s", to_s, {0, kYear_s}, "s", "end, world time; not included");
}

Error unknown_host(const std::string& where, const std::string& name,
                   const std::vector<std::string>& hosts) {
  std::string known;
  for (const std::string& h : hosts) known += (known.empty() ? "" : ", ") + h;
  return {"unknown_host", where + ": no host \"" + name + "\"; there are: " + known};
}

std::string number(double x) {
  std::string text = std::to_string(x);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

Result<void> check_path(const std::string& where, const PathOptions& p) {
  if (p.latency_ms_mean >= p.latency_ms_min) return {};
  return Error{"bad_latency", where + ": latency_ms_mean " + number(p.latency_ms_mean) +
                                  " is below latency_ms_min " + number(p.latency_ms_min)};
}

Result<void> check_interval(const std::string& where, double from_s, double to_s) {
  if (from_s <= to_s) return {};
  return Error{"bad_interval",
               where + ": to_s " + number(to_s) + " is before from_s " + number(from_s)};
}

}  // namespace

void PathOptions::describe(OptionVisitor& v) {
  v.text("from", from, "sending host, * for any");
  v.text("to", to, "receiving host, * for any");
  v.number("latency_ms_min", latency_ms_min, {0, 60'000}, "ms", "smallest one-way delay");
  v.number("latency_ms_mean", latency_ms_mean, {0, 60'000}, "ms",
           "mean one-way delay: min + Exp(mean - min); not below the smallest");
  v.number("bandwidth_bytes_per_s", bandwidth_bytes_per_s, {0, 1e12}, "B/s",
           "shared by all connections of the path; 0 is unlimited");
  v.number("loss", loss, {0, 0.99}, "1", "probability that a segment is lost and sent again");
  v.number("rto_ms_min", rto_ms_min, {1, 60'000}, "ms",
           "first retransmission time-out, doubled each time", "Linux TCP_RTO_MIN");
  v.number("rto_s_max", rto_s_max, {0.001, 3600}, "s", "largest retransmission time-out",
           "Linux TCP_RTO_MAX");
  v.integer("retries", retries, {0, 100}, "1",
            "retransmissions of a segment before the connection times out", "Linux tcp_retries2");
  v.integer("segment_bytes", segment_bytes, {64, 1 << 20}, "B", "largest segment",
            "Ethernet, 1500 - 40");
  v.integer("buffer_bytes", buffer_bytes, {1024, 1 << 30}, "B",
            "bytes under way or unread before a writer has to wait");
}

void OfflineOptions::describe(OptionVisitor& v) {
  v.text("host", host, "host whose own radio is off");
  interval(v, from_s, to_s);
}

void PartitionOptions::describe(OptionVisitor& v) {
  v.text("a", a, "one host, * for any");
  v.text("b", b, "the other host, * for any");
  interval(v, from_s, to_s);
}

void CutOptions::describe(OptionVisitor& v) {
  v.text("a", a, "one host, * for any");
  v.text("b", b, "the other host, * for any");
  v.number("at_s", at_s, {0, kYear_s}, "s", "when, world time");
  v.choice("kind", kind, {{"reset", Kind::reset}, {"half_open", Kind::half_open}},
           "both ends get connection_reset, or neither hears of the other again");
}

void NetworkOptions::describe(OptionVisitor& v) {
  v.table("path", path, "between any two hosts that no entry of paths names");
  v.list("paths", paths, "one direction between two hosts; the first that matches counts");
  v.number("loopback_latency_ms", loopback_latency_ms, {0, 1000}, "ms", "from a host to itself");
  v.integer("accept_backlog", accept_backlog, {1, 65536}, "1",
            "connections not yet accepted; further ones must ask again", "Linux somaxconn was 128");
  v.list("offline", offline, "travel mode of a host");
  v.list("partitions", partitions, "nothing passes between two hosts");
  v.list("cuts", cuts, "connections reset or forgotten at one instant");
}

double NetworkOptions::latency_ms_min() const {
  double least = path.latency_ms_min;
  for (const PathOptions& p : paths) {
    const bool loopback = p.from == p.to && p.from != "*";
    if (!loopback) least = std::min(least, p.latency_ms_min);
  }
  return least;
}

Result<void> NetworkOptions::check(const std::vector<std::string>& hosts) const {
  const auto known = [&hosts](const std::string& name) {
    return name == "*" || std::find(hosts.begin(), hosts.end(), name) != hosts.end();
  };
  const auto pair = [&](const std::string& where, const std::string& a,
                        const std::string& b) -> Result<void> {
    for (const std::string& name : {a, b}) {
      if (!known(name)) return unknown_host(where, name, hosts);
    }
    return {};
  };
  if (auto ok = check_path("path", path); !ok) return ok;
  for (const PathOptions& p : paths) {
    const std::string where = "paths " + p.from + " to " + p.to;
    if (auto ok = pair(where, p.from, p.to); !ok) return ok;
    if (auto ok = check_path(where, p); !ok) return ok;
  }
  for (const OfflineOptions& o : offline) {
    if (o.host == "*" || !known(o.host)) return unknown_host("offline", o.host, hosts);
    if (auto ok = check_interval("offline " + o.host, o.from_s, o.to_s); !ok) return ok;
  }
  for (const PartitionOptions& p : partitions) {
    if (auto ok = pair("partitions", p.a, p.b); !ok) return ok;
    if (auto ok = check_interval("partitions", p.from_s, p.to_s); !ok) return ok;
  }
  for (const CutOptions& c : cuts) {
    if (auto ok = pair("cuts", c.a, c.b); !ok) return ok;
  }
  return {};
}

}  // namespace gauntlet::sim
