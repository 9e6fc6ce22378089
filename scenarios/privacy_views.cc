#include "scenarios/privacy_views.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/learn/plain_features.h"
#include "reports/metrics/encodings.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::scenarios {
namespace {

constexpr double kWindow_s = 6;
constexpr double kStandardGravity = 9.80665;

// Quartiles say more of sizes and gaps than moments: both have few values.
void add_quartiles(std::vector<double>& out, std::vector<double> values) {
  if (values.empty()) values.push_back(0);
  for (const double p : {0.25, 0.5, 0.75}) out.push_back(reports::quantile_in_place(values, p));
}

std::vector<double> gaps(std::span<const double> times_s) {
  std::vector<double> out;
  for (std::size_t i = 1; i < times_s.size(); ++i) out.push_back(times_s[i] - times_s[i - 1]);
  return out;
}

// What is done for at least `share` of [from_s, to_s) of the session, if anything is.
std::optional<Doing> doing_in(const Truth& truth, double from_s, double to_s, double share) {
  double exercising = 0, walking = 0;
  const auto overlap = [&](WorldTime begin, WorldTime end) {
    const double a = to_seconds(begin - truth.begin), b = to_seconds(end - truth.begin);
    return std::max(0.0, std::min(b, to_s) - std::max(a, from_s));
  };
  for (const TrueSet& s : truth.sets) exercising += overlap(s.begin, s.end);
  for (const TrueActivity& a : truth.activities) {
    if (a.name == "walking") walking += overlap(a.begin, a.end);
  }
  const double length = to_s - from_s, least = share * length;
  if (exercising >= least) return Doing::exercising;
  if (walking >= least) return Doing::walking;
  if (length - exercising - walking >= least) return Doing::resting;
  return std::nullopt;
}

}  // namespace

void NetworkLog::add(const sim::WireBytes& wire) {
  const double at_s = seconds_since_origin(wire.at);
  const double bytes = static_cast<double>(wire.bytes.size());
  if (wire.from == "authz" && issued_s < 0) issued_s = at_s;
  if (wire.to == "phone") down_bytes += bytes;
  if (wire.to != "ingest") return;
  if (first_seen_s < 0) first_seen_s = at_s;
  up.at_s.push_back(at_s);
  up.bytes.push_back(bytes);
}

std::vector<double> NetworkLog::view() const {
  auto out = traffic_view(up);
  out.push_back(down_bytes);
  return out;
}

double pad(TrafficLog& log, std::int64_t multiple) {
  if (multiple == 0 || log.bytes.empty()) return 0;
  const double m = static_cast<double>(multiple);
  double more = 0;
  for (double& b : log.bytes) {
    const double padded = std::ceil(b / m) * m;
    more += padded - b;
    b = padded;
  }
  return more / static_cast<double>(log.bytes.size());
}

double hold_back(TrafficLog& log, double hold_s_max, sim::RandomStream random) {
  if (hold_s_max == 0 || log.at_s.empty()) return 0;
  double later = 0, last_s = log.at_s.front();
  for (double& t : log.at_s) {
    // Messages stay in order.
    const double sent = std::max(last_s, t + random.uniform(0, hold_s_max));
    later += sent - t;
    last_s = t = sent;
  }
  return later / static_cast<double>(log.at_s.size());
}

void shift(TrafficLog& log, double begin_s) {
  for (double& t : log.at_s) t -= begin_s;
}

std::vector<double> traffic_view(const TrafficLog& log) {
  std::vector<double> out;
  double sum = 0;
  for (const double b : log.bytes) sum += b;
  out.push_back(sum);
  out.push_back(static_cast<double>(log.bytes.size()));
  add_quartiles(out, log.bytes);
  add_quartiles(out, gaps(log.at_s));
  return out;
}

std::vector<TrafficWindow> traffic_windows(const TrafficLog& log, const Truth& truth) {
  std::vector<TrafficWindow> out;
  const double length_s = to_seconds(truth.end - truth.begin);
  std::size_t next = 0;
  for (double from = 0; from + kWindow_s <= length_s; from += kWindow_s) {
    double bytes = 0, messages = 0;
    for (; next < log.at_s.size() && log.at_s[next] < from + kWindow_s; ++next) {
      bytes += log.bytes[next];
      ++messages;
    }
    const auto doing = doing_in(truth, from, from + kWindow_s, 0.5);
    // A message more or less weighs as much as ten bytes of its size.
    out.push_back(
        {doing.value_or(Doing::resting), {messages > 0 ? bytes / messages : 0.0, 10 * messages}});
  }
  return out;
}

namespace {

std::vector<StoredWindow> stored_windows(std::span<const float> values, double begin_s,
                                         double rate_hz, const Truth& truth) {
  constexpr double kLength_s = 2, kLeastShare = 0.75;
  constexpr std::size_t kMost = 64;
  const auto length = static_cast<std::size_t>(std::lround(kLength_s * rate_hz));
  const std::size_t all = length > 0 ? values.size() / (3 * length) : 0;
  const std::size_t every = (all + kMost - 1) / kMost;
  std::vector<StoredWindow> out;
  for (std::size_t w = 0; w < all; w += every) {
    const double from = begin_s + static_cast<double>(w * length) / rate_hz;
    const auto doing = doing_in(truth, from, from + kLength_s, kLeastShare);
    if (!doing) continue;
    StoredWindow& window = out.emplace_back();
    window.doing = *doing;
    window.seen.resize(learn::plain_feature_count(3));
    learn::plain_features(values.subspan(3 * w * length, 3 * length), 3, rate_hz, window.seen);
  }
  return out;
}

}  // namespace

StoredView stored_view(const EventLog& events, const Truth& truth, double noise,
                       sim::RandomStream random) {
  StoredView out;
  for (const auto& [stream, fused] : events.fused) {
    if (!is_inertial(stream.sensor) || fused.time.size() < 2) continue;
    const double rate_hz = 1 / to_seconds(fused.time[1] - fused.time[0]);
    // As uploaded: whole mg or mrad/s.
    const double step =
        stream.sensor == SensorKind::accelerometer ? kStandardGravity / 1000 : 0.001;
    std::vector<float> values;
    for (const float v : fused.values) {
      const double noisy = static_cast<double>(v) + (noise > 0 ? random.normal(0, noise) : 0);
      values.push_back(static_cast<float>(std::round(noisy / step) * step));
    }
    const auto features = session_features(values, rate_hz);
    if (out.features.empty()) {
      const double begin_s = to_seconds(fused.time.front() - truth.host_clock.to_host(truth.begin));
      out.windows = stored_windows(values, begin_s, rate_hz, truth);
    }
    out.features.insert(out.features.end(), features.begin(), features.end());
  }
  return out;
}

void plant_identifiers(const reports::RunRecord& record, std::uint64_t& planted,
                       std::uint64_t& found) {
  using namespace reports;
  const std::string& id = record.truth.identity.user_id;
  const std::string forms[] = {id,
                               to_hex(id),
                               to_hex(id, true),
                               to_base64("x" + id),
                               to_base64("xy" + id, true),
                               to_utf16(id, false),
                               to_utf16(id, true),
                               to_base64("{\"sub\":\"" + to_base64(id) + "\"}", true, false),
                               sha256(id),
                               to_hex(sha256(id)),
                               to_base64(sha256(id))};
  RunRecord with{record.truth, record.events, {}, {}, {}, record.scenario, record.seed, {}, {}};
  for (const std::string& form : forms) {
    with.places.push_back({"planted." + std::to_string(planted++), "…" + form + "…", {}, false});
  }
  std::string last;
  for (const CanaryHit& hit : search_canaries(with).hits) {
    found += hit.identifier == "user_id" && hit.place != last ? 1 : 0;
    last = hit.place;
  }
}

}  // namespace gauntlet::scenarios
