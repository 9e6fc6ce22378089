#include "sim/wearable/host_clock.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::sim {

void HostClockOptions::describe(OptionVisitor& v) {
  v.number("origin_unix_s", origin_unix_s, {0, 4e9}, "s", "Unix time at the start of the run",
           "the scenario's choice");
  v.number("offset_sd_s", offset_sd_s, {0, 1e6}, "s", "sd of its error at the start", "proposal");
  v.table("frequency", frequency, "its oscillator");
  v.number("knot_s", knot_s, {1, 3600}, "s", "the rate is constant for so long", "proposal");
  v.number("ntp_interval_s", ntp_interval_s, {0, 1e6}, "s",
           "mean time between stepwise corrections; 0: none", "off");
  v.number("ntp_error_ms", ntp_error_ms, {0, 1000}, "ms", "sd of the error a correction leaves",
           "proposal");
}

void HostClock::add(WorldTime world, HostTime host) {
  truth_.add(world, host);
  knots_.push_back({world, host});
}

HostClock::HostClock(const HostClockOptions& options, const RandomStream& stream, WorldTime begin,
                     WorldTime end) {
  // A phone lies in its pocket at a temperature that changes little.
  FrequencyNoise noise(options.frequency, ThermalOptions{25, 30, 1200}, stream);
  RandomStream offset = stream.child("offset");
  RandomStream ntp = stream.child("ntp");
  const Duration origin{static_cast<std::int64_t>(std::llround(options.origin_unix_s * 1e3)) *
                        1'000'000};
  double ahead_ns = options.offset_sd_s > 0 ? offset.normal(0, options.offset_sd_s) * 1e9 : 0;
  const auto shown = [&](WorldTime t) {
    return HostTime{origin + (t - begin) + Duration{std::llround(ahead_ns)}};
  };
  const std::int64_t seconds_per_knot = std::max<std::int64_t>(1, std::llround(options.knot_s));
  const auto next_ntp = [&] {
    return options.ntp_interval_s > 0 ? from_seconds(ntp.exponential(options.ntp_interval_s))
                                      : Duration::max() / 2;
  };
  WorldTime t = begin;
  WorldTime correction = begin + next_ntp();
  add(t, shown(t));
  do {
    for (std::int64_t s = 0; s < seconds_per_knot; ++s) ahead_ns += noise.next() * 1e9;
    t += std::chrono::seconds{seconds_per_knot};
    add(t, shown(t));
    if (t >= correction) {  // at the next knot: a few seconds matter to nobody
      ahead_ns = ntp.normal(0, options.ntp_error_ms) * 1e6;
      add(t + Duration{1}, shown(t + Duration{1}));
      correction = t + next_ntp();
    }
  } while (t < end);
}

WorldTime HostClock::to_world(HostTime h, WorldTime from) const {
  if (to_host(from) >= h) return from;
  // Pieces before the first knot and after the last go on at their slope.
  const auto after = std::upper_bound(knots_.begin(), knots_.end(), from,
                                      [](WorldTime x, const Knot& k) { return x < k.world; });
  const auto at = after == knots_.begin() ? after : after - 1;
  const std::size_t first =
      std::min<std::size_t>(static_cast<std::size_t>(at - knots_.begin()), knots_.size() - 2);
  for (std::size_t i = first; i + 1 < knots_.size(); ++i) {
    const bool last = i + 2 == knots_.size();
    const Knot &a = knots_[i], &b = knots_[i + 1];
    if (!last && (b.world <= from || b.host < h)) continue;
    const double slope = static_cast<double>((b.world - a.world).count()) /
                         static_cast<double>((b.host - a.host).count());
    const Duration host = h - a.host;
    WorldTime t =
        a.world + host + Duration{std::llround(static_cast<double>(host.count()) * (slope - 1))};
    t = std::max(t, std::max(from, i > 0 ? a.world : WorldTime::min()));
    if (!last) t = std::min(t, b.world);
    // Rounding moves either way by a nanosecond or so.
    while (to_host(t) < h) t += Duration{1};
    while (t > from && to_host(t - Duration{1}) >= h && (i == 0 || t - Duration{1} > a.world)) {
      t -= Duration{1};
    }
    return t;
  }
  CHECK(false, "a clock has at least two knots");
  return from;
}

}  // namespace gauntlet::sim
