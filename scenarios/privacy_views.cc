#include "scenarios/privacy_views.h"

#include <algorithm>
#include <cmath>

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

std::vector<double> sizes_and_times(std::span<const double> at_s,
                                    const std::vector<double>& bytes) {
  std::vector<double> out;
  double sum = 0;
  for (const double b : bytes) sum += b;
  out.push_back(sum);
  out.push_back(static_cast<double>(bytes.size()));
  add_quartiles(out, bytes);
  add_quartiles(out, gaps(at_s));
  return out;
}

std::vector<double> seconds(std::span<const HostTime> times) {
  std::vector<double> out;
  for (const HostTime t : times) out.push_back(to_seconds(t - times.front()));
  return out;
}

}  // namespace

void NetworkLog::add(const sim::WireBytes& wire) {
  const double at_s = seconds_since_origin(wire.at);
  const double bytes = static_cast<double>(wire.bytes.size());
  if (wire.from == "authz" && issued_s < 0) issued_s = at_s;
  if (wire.to == "phone") down_bytes += bytes;
  if (wire.to != "ingest") return;
  if (first_seen_s < 0) first_seen_s = at_s;
  up_s.push_back(at_s);
  up_bytes.push_back(bytes);
}

std::vector<double> NetworkLog::view() const {
  auto out = sizes_and_times(up_s, up_bytes);
  out.push_back(down_bytes);
  return out;
}

void pad(RadioLog& log, std::int64_t multiple) {
  if (multiple == 0) return;
  const double m = static_cast<double>(multiple);
  for (double& b : log.bytes) b = std::ceil(b / m) * m;
}

std::vector<double> radio_view(const RadioLog& log) {
  return sizes_and_times(seconds(log.at), log.bytes);
}

std::vector<TrafficWindow> traffic_windows(const RadioLog& log, const Truth& truth) {
  std::vector<TrafficWindow> out;
  const HostTime begin = truth.host_clock.to_host(truth.begin);
  const double length_s = to_seconds(truth.end - truth.begin);
  std::size_t next = 0;
  for (double from = 0; from + kWindow_s <= length_s; from += kWindow_s) {
    double bytes = 0, messages = 0, set_s = 0;
    for (; next < log.at.size() && to_seconds(log.at[next] - begin) < from + kWindow_s; ++next) {
      bytes += log.bytes[next];
      ++messages;
    }
    for (const TrueSet& set : truth.sets) {
      const double a = to_seconds(set.begin - truth.begin), b = to_seconds(set.end - truth.begin);
      set_s += std::max(0.0, std::min(b, from + kWindow_s) - std::max(a, from));
    }
    // A message more or less weighs as much as ten bytes of its size.
    out.push_back({set_s >= kWindow_s / 2, {messages > 0 ? bytes / messages : 0.0, 10 * messages}});
  }
  return out;
}

std::vector<double> stored_view(const EventLog& events, double noise, sim::RandomStream random) {
  std::vector<double> out;
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
    out.insert(out.end(), features.begin(), features.end());
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
