// The three clock domains. A time point of one domain cannot be compared with, subtracted from or
// assigned to one of another: only clock-estimation code and the simulated oscillators convert.
//
// All durations are integer nanoseconds; the range of int64 is +-292 years.
#pragma once

#include <chrono>
#include <cstdint>

namespace gauntlet {

using Duration = std::chrono::nanoseconds;

namespace detail {
template <class Tag>
struct Clock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = false;
};
struct WorldTag;
struct HostTag;
struct DeviceTag;
}  // namespace detail

// Physical time of the simulated world; only the world and the truth know it. Origin: start of run.
using WorldClock = detail::Clock<detail::WorldTag>;
// The clock of the computer on which measured code runs (phone or server). Origin: Unix epoch.
using HostClock = detail::Clock<detail::HostTag>;
// A wearable's own time-stamp clock. Origin: whatever the device says, typically its power-up or
// the Unix epoch as it believes it.
using DeviceClock = detail::Clock<detail::DeviceTag>;

using WorldTime = WorldClock::time_point;
using HostTime = HostClock::time_point;
using DeviceTime = DeviceClock::time_point;

constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr double to_ms(Duration d) { return static_cast<double>(d.count()) * 1e-6; }

// Rounds half away from zero to the nearest nanosecond.
constexpr Duration from_seconds(double s) {
  const double ns = s * 1e9;
  return Duration{static_cast<std::int64_t>(ns < 0 ? ns - 0.5 : ns + 0.5)};
}
constexpr Duration from_ms(double ms) { return from_seconds(ms * 1e-3); }

// Seconds since the origin of the time point's own clock.
template <class ClockType>
constexpr double seconds_since_origin(std::chrono::time_point<ClockType, Duration> t) {
  return to_seconds(t.time_since_epoch());
}
template <class TimePoint>
constexpr TimePoint time_from_seconds(double s) {
  return TimePoint{from_seconds(s)};
}

}  // namespace gauntlet
