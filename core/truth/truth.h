// What really happened. Written by the world, read by metrics, closed to everything that is
// measured (tests/layering refuses an include from there).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "core/base/counters.h"
#include "core/base/sensor.h"
#include "core/base/time.h"

namespace gauntlet {

// A set of an exercise. `repetitions` are the instants at which each repetition was completed (the
// limb is back where it started).
struct TrueSet {
  std::string exercise;
  WorldTime begin;
  WorldTime end;
  std::vector<WorldTime> repetitions;
};

// A stretch of life that is no exercise: "resting", "walking", "drinking", "dragging_bench", …
struct TrueActivity {
  std::string name;
  WorldTime begin;
  WorldTime end;
};

// Where the person is on the floor plan; linear between entries, constant beyond.
struct TruePosition {
  WorldTime at;
  double x_m = 0;
  double y_m = 0;
};

inline TruePosition position_at(const std::vector<TruePosition>& path, WorldTime t) {
  if (path.empty()) return {t, 0, 0};
  const auto next = std::upper_bound(path.begin(), path.end(), t,
                                     [](WorldTime x, const TruePosition& p) { return x < p.at; });
  if (next == path.begin()) return {t, next->x_m, next->y_m};
  const TruePosition& a = *(next - 1);
  if (next == path.end()) return {t, a.x_m, a.y_m};
  const double u = to_seconds(t - a.at) / to_seconds(next->at - a.at);
  return {t, a.x_m + u * (next->x_m - a.x_m), a.y_m + u * (next->y_m - a.y_m)};
}

// One frame that reached the phone, in order of arrival on the device's connection, duplicates
// included: it carries samples [first, first + count) of the stream. first < 0: an attacker's own
// frame, with no true samples in it.
struct TrueFrame {
  SensorKind sensor = SensorKind::accelerometer;
  std::int64_t first = 0;
  std::uint32_t count = 0;
  WorldTime arrived;
};

// What sources that are not the wearer added to the sampled signal.
struct TrueInjection {
  std::uint64_t samples = 0;  // that it changed
  double sum[3] = {};
  double square = 0;  // of the three channels together
};

struct TrueStream {
  StreamId id;
  double nominal_rate_hz = 0;
  double true_rate_hz = 0;
  // When each produced sample was really taken, in order; index = sample number.
  std::vector<WorldTime> sampled_at;
  // The noiseless signal at those instants, `channels` per sample, sensor frame. Specific force in
  // m/s2: at rest, face up, z = +g. Angular rate in rad/s, magnetic field in T, strain of chest,
  // back and arm as a ratio, heart rate in 1/min, beacons as number and dBm.
  std::vector<float> signal;
  std::size_t channels = 3;
  bool inverted = false;  // readings have the opposite sign, by design
  TrueInjection injected{};
};

// A second in which a defence on the device, or on its link, refused something, and how much.
struct TrueRefusal {
  std::string_view defence;  // a literal: "saturation_flag", "dark_slots", "round_trip"
  WorldTime at;              // of the first
  std::uint64_t n = 0;
};
// One more; in order of time.
inline void count_refusal(std::vector<TrueRefusal>& all, std::string_view defence, WorldTime at) {
  constexpr Duration kSecond = std::chrono::seconds{1};
  const bool goes_on =
      !all.empty() && all.back().defence == defence && at - all.back().at < kSecond;
  if (!goes_on) all.push_back({defence, at, 0});
  ++all.back().n;
}

struct TrueDevice {
  std::string name;
  std::vector<TrueStream> streams;
  std::vector<TrueFrame> frames;
  std::vector<TrueRefusal> refusals{};
  bool watches = false;  // a defence that can notice, saturation flag or dark slots, is on
};

// The phone's clock against the world's, piecewise linear between knots, extrapolated with the
// slope of the last piece.
class TrueHostClock {
 public:
  void add(WorldTime world, HostTime host) {
    CHECK(knots_.empty() || knots_.back().world < world);
    knots_.push_back({world, host});
  }
  bool empty() const { return knots_.empty(); }
  HostTime to_host(WorldTime t) const {
    CHECK(knots_.size() >= 2, knots_.size());
    auto it = std::upper_bound(knots_.begin(), knots_.end(), t,
                               [](WorldTime x, const Knot& k) { return x < k.world; });
    const auto last = knots_.end() - 1;
    if (it == knots_.begin()) ++it;
    if (it > last) it = last;
    const Knot& a = *(it - 1);
    const Knot& b = *it;
    const double slope = static_cast<double>((b.host - a.host).count()) /
                         static_cast<double>((b.world - a.world).count());
    const double ns = static_cast<double>((t - a.world).count()) * (slope - 1.0);
    return a.host + (t - a.world) + Duration{static_cast<std::int64_t>(ns < 0 ? ns - .5 : ns + .5)};
  }

 private:
  struct Knot {
    WorldTime world;
    HostTime host;
  };
  std::vector<Knot> knots_;
};

// Everything by which a person could be known. The values are canaries: random, unique to the run,
// so that finding one anywhere proves that it flowed there.
struct TrueIdentity {
  std::string user_id;
  std::string name;
  std::string email;
  std::string cluster_id;
  std::string session_id;
};

// An attack, by its row of the catalogue; `device` is empty when it is on services. `stage` is the
// one that should stop it: "sensor", "link", "intake", "guard", "classifier" or "services".
struct TrueAttack {
  std::string row;
  std::string device;
  std::string stage;
  WorldTime begin;
  WorldTime end;
};

struct Truth {
  std::vector<TrueSet> sets;
  std::vector<TrueActivity> activities;
  std::vector<TruePosition> path;
  std::vector<TrueDevice> devices;  // index = DeviceIndex
  std::vector<TrueAttack> attacks;
  TrueHostClock host_clock;
  TrueIdentity identity;
  WorldTime begin;
  WorldTime end;
  // Samples that were produced and did not reach the phone, by "place.reason".
  Counters dropped;
};

}  // namespace gauntlet
