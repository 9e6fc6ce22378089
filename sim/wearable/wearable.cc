#include "sim/wearable/wearable.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/wire/frame.h"

namespace gauntlet::sim {

void FirmwareOptions::describe(OptionVisitor& v) {
  v.integer("batch", batch, {1, 255}, "samples", "FIFO watermark and samples of a frame",
            "recordings: 100");
  v.integer("fifo_samples", fifo_samples, {1, 65536}, "samples", "room in the FIFO");
  v.choice("overflow", overflow,
           {{"drop_oldest", Overflow::drop_oldest}, {"drop_newest", Overflow::drop_newest}},
           "what a full FIFO does");
  v.number("readout_delay_ms", readout_delay_ms, {0, 1000}, "ms",
           "from interrupt to time stamp, mean", "scatter of the recordings' packet durations");
  v.number("stall_per_hour", stall_per_hour, {0, 1e4}, "1/h", "firmware is busy elsewhere");
  v.number("stall_ms", stall_ms, {0, 1e5}, "ms", "for so long, mean");
  v.number("wake_ms", wake_ms, {0, 1000}, "ms", "awake per wake-up", "proposal");
  v.number("pack_us", pack_us, {0, 1e4}, "us", "awake per sample packed", "proposal");
}

void EnergyOptions::describe(OptionVisitor& v) {
  v.number("wake_uj", wake_uj, {0, 1e6}, "uJ", "cost of a wake-up", "proposal");
  v.number("awake_mw", awake_mw, {0, 1e4}, "mW", "power when awake", "proposal");
  v.number("asleep_mw", asleep_mw, {0, 1e4}, "mW", "power when asleep", "proposal");
  v.number("radio_uj_per_byte", radio_uj_per_byte, {0, 1e4}, "uJ/B", "cost of a byte sent",
           "proposal");
}

double EnergyAccount::millijoules(const EnergyOptions& c, double run_s) const {
  const double awake_s = awake_ms * 1e-3;
  return 1e-3 * static_cast<double>(wake_ups) * c.wake_uj + awake_s * c.awake_mw +
         (run_s - awake_s) * c.asleep_mw + 1e-3 * static_cast<double>(bytes) * c.radio_uj_per_byte;
}

void WearableOptions::describe(OptionVisitor& v) {
  v.preset(wearable_preset_names(), "a known device",
           [this](std::string_view preset) { *this = wearable_preset(preset); });
  v.text("name", name, "names the device and its random streams");
  v.choice("worn", worn, {{"wrist", Worn::wrist}, {"pocket", Worn::pocket}}, "where");
  v.list("sensors", sensors, "its sensors, one of a kind each");
  v.flag("shared_oscillator", shared_oscillator, "all sensors sample at the same instants");
  v.table("thermal", thermal, "warming up on the skin");
  v.table("clock", clock, "the time-stamp clock");
  v.table("firmware", firmware, "batches and FIFO");
  v.table("energy", energy, "what work costs");
}

Result<void> WearableOptions::validate() const {
  const auto bad = [this](const std::string& what) {
    return Error{"bad_wearable", name + ": " + what};
  };
  if (auto ok = validate_sensors(sensors); !ok) return bad(ok.error().message);
  if (auto ok = clock.frequency.validate(); !ok) return bad("clock: " + ok.error().message);
  if (firmware.batch < 1 || firmware.batch > 255) {
    return bad("firmware.batch must be 1 to 255, not " + std::to_string(firmware.batch));
  }
  if (firmware.fifo_samples < firmware.batch) {
    return bad("firmware.fifo_samples must be at least firmware.batch (" +
               std::to_string(firmware.batch) + "), not " + std::to_string(firmware.fifo_samples));
  }
  return {};
}

const std::vector<std::string_view>& wearable_preset_names() {
  static const std::vector<std::string_view> names{"pebble", "pebble-two-sensors", "ideal"};
  return names;
}

WearableOptions wearable_preset(std::string_view name) {
  WearableOptions w;
  if (name == "pebble") {
    w.sensors = {sensor_preset("pebble-accelerometer")};
  } else if (name == "pebble-two-sensors") {
    w.sensors = {sensor_preset("pebble-accelerometer"), sensor_preset("pebble-gyroscope")};
  } else if (name == "ideal") {
    w.sensors = {sensor_preset("ideal")};
    FrequencyOptions exact;
    exact.error_sd_ppm = exact.ppm_per_k2 = exact.white_fm = exact.flicker_fm =
        exact.random_walk_fm = 0;
    w.clock.frequency = exact;
    w.clock.offset_sd_s = 0;
    w.firmware.readout_delay_ms = 0;
  } else {
    CHECK(false, "no wearable preset", name);
  }
  return w;
}

struct Wearable::Stream {
  SampledSensor sensor;
  std::size_t truth_index;
  std::vector<WorldTime> pending;  // instants of the samples in the FIFO
  std::vector<float> xyz;
  std::vector<std::int16_t> counts;
  std::vector<std::byte> frame;
  std::int64_t first = 0;  // number of pending.front()
  DeviceTime previous_end;
  std::uint8_t sequence = 0;
};

Wearable::Wearable(Simulation& simulation, const WearableOptions& options, DeviceIndex device,
                   const RandomStream& stream, const Motion& motion, WorldTime begin, WorldTime end,
                   TrueDevice& truth, Counters& dropped, MessageSink sink)
    : simulation_(simulation),
      options_(options),
      truth_(truth),
      dropped_(dropped),
      sink_(std::move(sink)),
      end_(end),
      clock_(options.clock, options.thermal, stream.child("clock"), begin),
      timing_(stream.child("firmware")) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), options.name, valid.error().message);
  truth_.name = options.name;
  const auto batch = static_cast<std::size_t>(options.firmware.batch);
  for (const SensorOptions& o : options.sensors) {
    auto s = std::make_unique<Stream>(
        Stream{SampledSensor(o, options.thermal, {device, o.kind}, stream,
                             options.shared_oscillator, motion, begin, end),
               truth_.streams.size(),
               {},
               {},
               {},
               {},
               0,
               clock_.read(begin),
               0});
    truth_.streams.push_back(s->sensor.make_truth());
    // A readout's delay adds a sample or two; only a stall takes more, and room for that is made
    // then.
    s->pending.reserve(batch + 8);
    s->xyz.reserve(3 * (batch + 8));
    s->counts.resize(3 * batch);
    s->frame.resize(wire::frame_bytes(wire::FrameFormat::pebble16, batch));
    streams_.push_back(std::move(s));
  }
}

Wearable::~Wearable() = default;

void Wearable::add_source(SensorKind sensor, const AnalogSource& source) {
  for (auto& s : streams_) {
    if (s->sensor.options().kind == sensor) s->sensor.add_source(&source);
  }
}

void Wearable::start() {
  for (auto& s : streams_) schedule(*s);
}

std::uint64_t Wearable::gap_samples() const {
  std::uint64_t n = 0;
  for (const auto& s : streams_) n += static_cast<std::uint64_t>(s->sensor.missed_in_gaps());
  return n;
}

void Wearable::schedule(Stream& s) {
  const FirmwareOptions& f = options_.firmware;
  s.sensor.take(static_cast<std::size_t>(f.batch), WorldTime::max(), s.pending);
  if (s.pending.empty()) return;
  double delay_ms = f.readout_delay_ms > 0 ? timing_.exponential(f.readout_delay_ms) : 0;
  if (f.stall_per_hour > 0) {
    const double seconds = to_seconds(s.pending.back() - s.pending.front());
    if (timing_.chance(1 - std::exp(-seconds * f.stall_per_hour / 3600))) {
      delay_ms += timing_.exponential(f.stall_ms);
    }
  }
  const bool whole = s.pending.size() == static_cast<std::size_t>(f.batch);
  const WorldTime ready = whole ? s.pending.back() : std::max(s.pending.back(), end_);
  simulation_.at(
      ready + from_ms(delay_ms), [this, &s] { wake(s); }, kDefaultPriority,
      simulation_.tag("wearable: wakes"));
}

void Wearable::wake(Stream& s) {
  const FirmwareOptions& f = options_.firmware;
  const WorldTime now = simulation_.now();
  // What came in between interrupt and readout.
  s.sensor.take(static_cast<std::size_t>(-1), now, s.pending);
  s.xyz.resize(3 * s.pending.size());
  s.sensor.sample(s.pending, s.xyz.data(), truth_.streams[s.truth_index]);

  const auto room = static_cast<std::size_t>(f.fifo_samples);
  const std::size_t lost = s.pending.size() > room ? s.pending.size() - room : 0;
  if (lost > 0) dropped_.add("wearable.fifo_overflow", lost);
  const bool oldest = f.overflow == Overflow::drop_oldest;
  const std::size_t begin = oldest ? lost : 0;
  const std::size_t end = s.pending.size() - (oldest ? 0 : lost);

  ++energy_.wake_ups;
  energy_.awake_ms += f.wake_ms + 1e-3 * f.pack_us * static_cast<double>(end - begin);
  for (std::size_t i = begin; i < end; i += static_cast<std::size_t>(f.batch)) {
    send(s, i, std::min(end - i, static_cast<std::size_t>(f.batch)), now);
  }
  s.first += static_cast<std::int64_t>(s.pending.size());
  s.pending.clear();
  schedule(s);
}

void Wearable::send(Stream& s, std::size_t begin, std::size_t count, WorldTime now) {
  const SensorOptions& o = s.sensor.options();
  const bool rotation = o.kind == SensorKind::gyroscope;
  const double per_count = rotation ? wire::kRadpsPerCount : kMps2PerMg;
  for (std::size_t i = 0; i < 3 * count; ++i) {
    const double v = double{s.xyz[3 * begin + i]} / per_count;
    s.counts[i] = static_cast<std::int16_t>(std::nearbyint(std::clamp(v, -4095.0, 4095.0)));
  }
  // Older frames of one readout end so many nominal periods before it.
  const std::size_t behind = s.pending.size() - (begin + count);
  const Duration back = from_ms(std::floor(1e3 * static_cast<double>(behind) / o.nominal_rate_hz));
  const DeviceTime end = clock_.read(now) - back;
  const Duration longest = std::chrono::milliseconds{65535};
  const Duration duration = std::clamp(end - s.previous_end, Duration{0}, longest);
  s.previous_end = end;
  const auto header = wire::pebble16_header(
      o.kind, static_cast<std::uint32_t>(count),
      static_cast<std::uint8_t>(std::clamp(std::nearbyint(o.nominal_rate_hz), 1.0, 255.0)),
      s.sequence++, end, duration);
  const auto written = wire::write_frame(wire::FrameFormat::pebble16, header,
                                         std::span(s.counts).first(3 * count), s.frame);
  energy_.bytes += written.bytes;
  sink_({std::span(s.frame).first(written.bytes), o.kind,
         s.first + static_cast<std::int64_t>(begin), static_cast<std::uint32_t>(count), now});
}

}  // namespace gauntlet::sim
