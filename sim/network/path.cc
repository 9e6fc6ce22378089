#include "sim/network/path.h"

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

bool is(const std::string& pattern, const std::string& host) {
  return pattern == "*" || pattern == host;
}

PathOptions options_for(const NetworkOptions& network, const std::string& from,
                        const std::string& to) {
  PathOptions options = network.path;
  if (from == to) {
    options = PathOptions{};
    options.latency_ms_min = options.latency_ms_mean = network.loopback_latency_ms;
  }
  for (const PathOptions& p : network.paths) {
    if (is(p.from, from) && is(p.to, to) && (from != to || (p.from == from && p.to == to))) {
      options = p;
      break;
    }
  }
  return options;
}

}  // namespace

Path::Path(const NetworkOptions& network, const std::string& from, const std::string& to)
    : from_(from), to_(to), options_(options_for(network, from, to)) {
  CHECK(options_.latency_ms_mean >= options_.latency_ms_min, from, to, options_.latency_ms_mean,
        options_.latency_ms_min);
  CHECK(options_.segment_bytes > 0 && options_.buffer_bytes > 0, from, to);
  latency_min_ = from_ms(options_.latency_ms_min);
  const auto add = [this](double from_s, double to_s) {
    gaps_.push_back({time_from_seconds<WorldTime>(from_s), time_from_seconds<WorldTime>(to_s)});
  };
  if (from == to) return;  // a host always reaches itself
  for (const OfflineOptions& o : network.offline) {
    if (o.host == from || o.host == to) add(o.from_s, o.to_s);
  }
  for (const PartitionOptions& p : network.partitions) {
    if ((is(p.a, from) && is(p.b, to)) || (is(p.a, to) && is(p.b, from))) add(p.from_s, p.to_s);
  }
}

bool Path::up(WorldTime t) const {
  return std::none_of(gaps_.begin(), gaps_.end(),
                      [t](const Gap& g) { return g.from <= t && t < g.to; });
}

std::optional<WorldTime> Path::attempt(WorldTime sent, RandomStream& random) {
  if (!up(sent) || (options_.loss > 0 && random.chance(options_.loss))) {
    ++counts.retransmissions;
    return std::nullopt;
  }
  const double jitter_ms = options_.latency_ms_mean - options_.latency_ms_min;
  return sent + latency_min_ +
         (jitter_ms > 0 ? from_ms(random.exponential(jitter_ms)) : Duration{0});
}

Duration Path::next_timeout(Duration timeout) const {
  return std::min(2 * timeout, from_seconds(options_.rto_s_max));
}

Path::Delivery Path::carry(WorldTime now, std::size_t bytes, RandomStream& random) {
  WorldTime sent = std::max(now, line_free_);
  if (options_.bandwidth_bytes_per_s > 0) {
    sent += from_seconds(static_cast<double>(bytes) / options_.bandwidth_bytes_per_s);
    line_free_ = sent;
  }
  Duration timeout = from_ms(options_.rto_ms_min);
  for (std::int64_t n = 0; n <= options_.retries; ++n) {
    if (const auto arrival = attempt(sent, random)) return {false, *arrival};
    sent += timeout;
    timeout = next_timeout(timeout);
  }
  ++counts.timeouts;
  return {true, sent};
}

Duration Path::patience() const {
  Duration total{0}, timeout = from_ms(options_.rto_ms_min);
  for (std::int64_t n = 0; n <= options_.retries; ++n) {
    total += timeout;
    timeout = next_timeout(timeout);
  }
  return total;
}

}  // namespace gauntlet::sim
