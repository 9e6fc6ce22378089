#include "sim/wearable/clocks.h"

#include <cmath>

#include "core/base/check.h"

namespace gauntlet::sim {

const std::vector<std::string_view>& stamp_clock_preset_names() {
  static const std::vector<std::string_view> names{"crystal", "rc", "wrap-u32", "whole-seconds"};
  return names;
}

StampClockOptions stamp_clock_preset(std::string_view name) {
  StampClockOptions o;
  if (name == "rc") {
    o.frequency = frequency_preset("rc");
  } else if (name == "wrap-u32") {
    o.wrap_bits = 32;
  } else if (name == "whole-seconds") {
    o.whole_seconds = true;
  } else {
    CHECK(name == "crystal", "no clock preset", name);
  }
  return o;
}

void StampClockOptions::describe(OptionVisitor& v) {
  v.preset(stamp_clock_preset_names(), "a known clock",
           [this](std::string_view preset) { *this = stamp_clock_preset(preset); });
  v.number("origin_unix_s", origin_unix_s, {0, 4e9}, "s", "time it shows at the start of the run",
           "the scenario's choice");
  v.number("offset_sd_s", offset_sd_s, {0, 1e6}, "s", "sd of its error at the start", "proposal");
  v.table("frequency", frequency, "its oscillator");
  v.number("resolution_ms", resolution_ms, {1e-3, 1000}, "ms", "readings are floored to this",
           "pebble16 stamps milliseconds");
  v.flag("whole_seconds", whole_seconds,
         "stamps cut to whole seconds (a defect seen in the field)");
  v.integer("wrap_bits", wrap_bits, {0, 63}, "bit", "milliseconds wrap at this width; 0: never",
            "the recorded format's u64 of milliseconds never does; a u32 does after 49.7 days");
  v.number("reset_at_s", reset_at_s, {0, 1e6}, "s", "the clock restarts from 0 then; 0: never",
           "off");
}

StampClock::StampClock(const StampClockOptions& options, const ThermalOptions& thermal,
                       const RandomStream& stream, WorldTime begin)
    : options_(options), noise_(options.frequency, thermal, stream), begin_(begin), second_(begin) {
  RandomStream offset = stream.child("offset");
  const double offset_s = options.offset_sd_s > 0 ? offset.normal(0, options.offset_sd_s) : 0;
  origin_ns_ =
      from_seconds(std::floor(options.origin_unix_s)).count() +
      from_seconds(options.origin_unix_s - std::floor(options.origin_unix_s) + offset_s).count();
  y_ = noise_.next();
}

DeviceTime StampClock::exact(WorldTime t) {
  CHECK(t >= second_, t.time_since_epoch().count());
  while (t - second_ >= std::chrono::seconds{1}) {
    ahead_ns_ += y_ * 1e9;
    second_ += std::chrono::seconds{1};
    y_ = noise_.next();
  }
  const Duration since = t - begin_;
  const double within_ns = static_cast<double>((t - second_).count());
  const double ahead = ahead_ns_ + y_ * within_ns;
  std::int64_t ns = since.count() + std::llround(ahead);
  const Duration reset = from_seconds(options_.reset_at_s);
  const bool was_reset = options_.reset_at_s > 0 && since >= reset;
  ns += was_reset ? -reset.count() : origin_ns_;
  return DeviceTime{Duration{ns}};
}

DeviceTime StampClock::read(WorldTime t) {
  std::int64_t ns = exact(t).time_since_epoch().count();
  const auto floor_to = [](std::int64_t value, std::int64_t step) {
    const std::int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
  };
  ns = floor_to(ns, std::max<std::int64_t>(1, from_ms(options_.resolution_ms).count()));
  if (options_.whole_seconds) ns = floor_to(ns, 1'000'000'000);
  if (options_.wrap_bits > 0) {
    const std::int64_t ms = ns / 1'000'000;
    const std::int64_t mask = (std::int64_t{1} << options_.wrap_bits) - 1;
    ns = (ms & mask) * 1'000'000;
  }
  return DeviceTime{Duration{ns}};
}

}  // namespace gauntlet::sim
