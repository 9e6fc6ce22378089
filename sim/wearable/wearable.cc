#include "sim/wearable/wearable.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "sim/wearable/firmware_frames.h"

namespace gauntlet::sim {

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
  if (auto ok = firmware.validate(); !ok) return bad(ok.error().message);
  const double reading_ms = firmware.read_ms * static_cast<double>(sensors.size());
  if (firmware.algorithm == Algorithm::poll && reading_ms > firmware.poll_ms / 2) {
    return bad("firmware.read_ms: reading all sensors must take at most half of poll_ms (" +
               std::to_string(firmware.poll_ms) + ")");
  }
  return {};
}

const std::vector<std::string_view>& wearable_preset_names() {
  static const std::vector<std::string_view> names{"pebble", "pebble-two-sensors", "watch-2023",
                                                   "shirt", "ideal"};
  return names;
}

WearableOptions wearable_preset(std::string_view name) {
  WearableOptions w;
  if (name == "pebble") {
    w.sensors = {sensor_preset("pebble-accelerometer")};
    w.firmware.outbox = OutboxPolicy::one_in_flight;
    w.firmware.service_samples = 10;
    w.firmware.frame_ms_max = 2200;
  } else if (name == "pebble-two-sensors") {
    w.sensors = {sensor_preset("pebble-accelerometer"), sensor_preset("pebble-gyroscope")};
  } else if (name == "watch-2023") {
    w.sensors = {sensor_preset("watch-accelerometer"), sensor_preset("watch-gyroscope"),
                 sensor_preset("magnetometer"), sensor_preset("heart-rate")};
  } else if (name == "shirt") {
    w.name = "shirt";
    w.sensors = {sensor_preset("shirt-strain")};
  } else if (name == "ideal") {
    w.sensors = {sensor_preset("ideal")};
    w.clock.frequency = frequency_preset("exact");
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
  FrameWriter writer;
  std::vector<WorldTime> pending;  // instants of the samples that wait to be sent
  std::vector<float> xyz;          // and their values, as far as they have been read
  std::int64_t first = 0;          // number of pending.front()
  WorldTime frame_begin;           // last sample of the frame before
};

std::unique_ptr<Wearable::Stream> Wearable::make_stream(const SensorOptions& o, DeviceIndex device,
                                                        const RandomStream& stream,
                                                        const Motion& motion, WorldTime begin) {
  auto s = std::make_unique<Stream>(
      Stream{SampledSensor(o, options_.thermal, {device, o.kind}, stream,
                           options_.shared_oscillator, motion, begin, end_),
             truth_.streams.size(),
             FrameWriter(o, options_.firmware, clock_.read(begin)),
             {},
             {},
             0,
             begin});
  truth_.streams.push_back(s->sensor.make_truth());
  const std::size_t batch = batch_of(o, options_.firmware);
  // A readout's delay adds a sample or two; only a stall takes more, and room for that is made
  // then.
  s->pending.reserve(batch + 8);
  s->xyz.reserve(3 * (batch + 8));
  return s;
}

Wearable::Wearable(Simulation& simulation, const WearableOptions& options, DeviceIndex device,
                   const RandomStream& stream, const Motion& motion, WorldTime begin, WorldTime end,
                   TrueDevice& truth, Counters& dropped, MessageSink sink,
                   std::function<bool()> busy)
    : simulation_(simulation),
      options_(options),
      truth_(truth),
      dropped_(dropped),
      begin_(begin),
      end_(end),
      clock_(options.clock, options.thermal, stream.child("clock"), begin),
      timing_(stream.child("firmware")),
      outbox_(simulation, options_.firmware, std::move(sink), std::move(busy), energy_, dropped) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), options.name, valid.error().message);
  truth_.name = options.name;
  for (const SensorOptions& o : options.sensors) {
    streams_.push_back(make_stream(o, device, stream, motion, begin));
  }
  options_.sensors = {};  // each stream has its own
  const FirmwareOptions& f = options_.firmware;
  const double period_ms = f.algorithm == Algorithm::poll ? f.poll_ms : f.timer_ms;
  RandomStream error = stream.child("timer");
  tick_ns_ = period_ms * 1e6 * (1 + 1e-6 * error.normal(0, f.timer_error_sd_ppm));
}

Wearable::~Wearable() = default;

void Wearable::add_source(SensorKind sensor, const AnalogSource& source) {
  for (auto& s : streams_) {
    if (s->sensor.options().kind == sensor) s->sensor.add_source(&source);
  }
}

void Wearable::start() {
  switch (options_.firmware.algorithm) {
    case Algorithm::watermark:
      for (auto& s : streams_) fill(*s);
      break;
    case Algorithm::poll:
      skip_to_now();
      poll_batch();
      break;
    case Algorithm::timer:
      skip_to_now();
      wait_for_timer();
      break;
  }
}

EnergyAccount Wearable::energy() const {
  EnergyAccount account = energy_;
  for (const auto& s : streams_) {
    account.extra_conversions += static_cast<std::uint64_t>(s->sensor.extra_conversions());
  }
  return account;
}

std::uint64_t Wearable::gap_samples() const {
  std::uint64_t n = 0;
  for (const auto& s : streams_) n += static_cast<std::uint64_t>(s->sensor.missed_in_gaps());
  return n;
}

std::vector<TrueRefusal> Wearable::refusals() const {
  std::vector<TrueRefusal> all;
  for (const auto& s : streams_) {
    all.insert(all.end(), s->sensor.refusals().begin(), s->sensor.refusals().end());
  }
  return all;
}

void Wearable::awake(std::uint64_t wake_ups, double reading_ms, std::size_t samples) {
  const FirmwareOptions& f = options_.firmware;
  energy_.wake_ups += wake_ups;
  energy_.awake_ms += static_cast<double>(wake_ups) * f.wake_ms + reading_ms +
                      1e-3 * f.pack_us * static_cast<double>(samples);
}

// --- watermark ---

void Wearable::fill(Stream& s) {
  const FirmwareOptions& f = options_.firmware;
  const std::size_t batch = batch_of(s.sensor.options(), f);
  const auto delivery = static_cast<std::size_t>(f.service_samples);
  const Duration oldest = f.frame_ms_max > 0 ? from_ms(f.frame_ms_max) : Duration::max();
  bool complete = s.pending.size() >= batch;
  while (!complete) {
    const std::size_t before = s.pending.size();
    const std::size_t step = delivery > 0 ? delivery - before % delivery : batch - before;
    s.sensor.take(std::min(step, batch - before), WorldTime::max(), s.pending);
    if (s.pending.size() == before) break;  // the run is over
    complete = s.pending.size() == batch || (delivery > 0 && s.pending.size() % delivery == 0 &&
                                             s.pending.back() - s.frame_begin >= oldest);
  }
  if (s.pending.empty()) return;
  double delay_ms = f.readout_delay_ms > 0 ? timing_.exponential(f.readout_delay_ms) : 0;
  if (f.stall_per_hour > 0) {
    const double seconds = to_seconds(s.pending.back() - s.pending.front());
    if (timing_.chance(1 - std::exp(-seconds * f.stall_per_hour / 3600))) {
      delay_ms += timing_.exponential(f.stall_ms);
    }
  }
  const WorldTime ready = complete ? s.pending.back() : std::max(s.pending.back(), end_);
  simulation_.at(
      std::max(ready + from_ms(delay_ms), simulation_.now()), [this, &s] { wake(s); },
      kDefaultPriority, simulation_.tag("wearable: wakes"));
}

void Wearable::wake(Stream& s) {
  if (outbox_.blocked()) return outbox_.when_free([this, &s] { wake(s); });
  const WorldTime now = simulation_.now();
  // What came in between interrupt and readout.
  if (options_.firmware.service_samples == 0) {
    s.sensor.take(static_cast<std::size_t>(-1), now, s.pending);
  }
  s.frame_begin = s.pending.back();
  const std::size_t n = s.pending.size();
  ++energy_.reads;
  awake(1, 1e-3 * options_.firmware.fifo_read_us * static_cast<double>(n), n);
  read_fifo(s, now, true);
  outbox_.when_free([this, &s] { resume(s); });
}

// Deliveries that nobody took while the firmware waited are lost; a part of one is still to come.
void Wearable::resume(Stream& s) {
  const auto delivery = static_cast<std::size_t>(options_.firmware.service_samples);
  if (delivery > 0) {
    s.sensor.take(static_cast<std::size_t>(-1), simulation_.now(), s.pending);
    const std::size_t lost = s.pending.size() / delivery * delivery;
    s.xyz.resize(3 * lost);
    s.sensor.sample(std::span(s.pending).first(lost), s.xyz.data(), truth_.streams[s.truth_index]);
    discard(s, lost, "wearable.not_taken");
  }
  fill(s);
}

// --- poll and timer ---

WorldTime Wearable::tick(std::int64_t number) const {
  return begin_ + Duration{static_cast<std::int64_t>(
                      std::nearbyint(tick_ns_ * static_cast<double>(number)))};
}

void Wearable::skip_to_now() {
  const double past_ns = static_cast<double>((simulation_.now() - begin_).count());
  const auto next = static_cast<std::int64_t>(std::floor(past_ns / tick_ns_)) + 1;
  tick_ = std::max(tick_ + 1, next);
}

// Draws a whole batch of polls at once: nothing can happen in between.
void Wearable::poll_batch() {
  const FirmwareOptions& f = options_.firmware;
  const Duration read = from_ms(f.read_ms);
  WorldTime done = simulation_.now();
  std::size_t polls = 0;
  for (; polls < static_cast<std::size_t>(f.batch) && tick(tick_) < end_; ++polls, ++tick_) {
    // A wake-up that came so late that it met the next one would be a missed poll.
    const double latency_ms =
        std::min(f.wake_latency_ms > 0 ? timing_.exponential(f.wake_latency_ms) : 0, f.poll_ms / 4);
    WorldTime t = tick(tick_) + from_ms(latency_ms);
    for (auto& s : streams_) {
      s->pending.push_back(t);
      t += read;
    }
    done = t;
  }
  if (polls == 0) return;
  --tick_;  // the last one that was polled
  energy_.reads += polls * streams_.size();
  const double reading_ms = f.read_ms * static_cast<double>(polls * streams_.size());
  awake(polls, reading_ms, polls * streams_.size());
  simulation_.at(
      done, [this] { poll_done(); }, kDefaultPriority, simulation_.tag("wearable: wakes"));
}

void Wearable::poll_done() {
  const WorldTime now = simulation_.now();
  for (auto& s : streams_) {
    s->xyz.resize(3 * s->pending.size());
    s->sensor.sample(s->pending, s->xyz.data(), truth_.streams[s->truth_index]);
    flush(*s, s->pending.size(), now);
  }
  outbox_.when_free([this] {
    const std::int64_t last = tick_;
    skip_to_now();
    energy_.polls_missed += static_cast<std::uint64_t>(tick_ - last - 1);
    poll_batch();
  });
}

void Wearable::wait_for_timer() {
  const FirmwareOptions& f = options_.firmware;
  const double latency_ms =
      std::min(f.wake_latency_ms > 0 ? timing_.exponential(f.wake_latency_ms) : 0, f.timer_ms / 4);
  simulation_.at(
      tick(tick_) + from_ms(latency_ms), [this] { on_timer(); }, kDefaultPriority,
      simulation_.tag("wearable: wakes"));
}

void Wearable::on_timer() {
  const WorldTime now = simulation_.now();
  const bool last = tick(tick_) >= end_;
  std::size_t samples = 0;
  for (auto& s : streams_) {
    const std::size_t before = s->pending.size();
    s->sensor.take(static_cast<std::size_t>(-1), now, s->pending);
    samples += s->pending.size() - before;
    read_fifo(*s, now, last);
  }
  energy_.reads += streams_.size();
  awake(1, 1e-3 * options_.firmware.fifo_read_us * static_cast<double>(samples), samples);
  if (last) return;
  outbox_.when_free([this] {
    skip_to_now();
    wait_for_timer();
  });
}

// --- samples to frames ---

// Of `pending`, those without values are in the FIFO. Whole frames are sent, `everything` at the
// end; and what a full FIFO tore apart is not sent in one frame.
void Wearable::read_fifo(Stream& s, WorldTime now, bool everything) {
  const FirmwareOptions& f = options_.firmware;
  const std::size_t before = s.xyz.size() / 3, in_fifo = s.pending.size() - before;
  s.xyz.resize(3 * s.pending.size());
  s.sensor.sample(std::span(s.pending).subspan(before), s.xyz.data() + 3 * before,
                  truth_.streams[s.truth_index]);
  const auto room = static_cast<std::size_t>(f.fifo_samples);
  const std::size_t lost = in_fifo > room ? in_fifo - room : 0;
  if (lost > 0) {
    flush(s, f.overflow == Overflow::drop_oldest ? before : before + room, now);
    discard(s, lost, "wearable.fifo_overflow");
  }
  const std::size_t batch = batch_of(s.sensor.options(), f);
  flush(s, everything ? s.pending.size() : s.pending.size() / batch * batch, now);
}

void Wearable::flush(Stream& s, std::size_t n, WorldTime now) {
  const std::size_t batch = batch_of(s.sensor.options(), options_.firmware);
  for (std::size_t i = 0; i < n; i += batch) send(s, i, std::min(n - i, batch), now);
  discard(s, n, nullptr);
}

// Takes the first `n` away; with a reason they are lost.
void Wearable::discard(Stream& s, std::size_t n, const char* reason) {
  if (n == 0) return;
  if (reason != nullptr) dropped_.add(reason, n);
  s.first += static_cast<std::int64_t>(n);
  s.pending.erase(s.pending.begin(), s.pending.begin() + static_cast<std::ptrdiff_t>(n));
  s.xyz.erase(s.xyz.begin(), s.xyz.begin() + static_cast<std::ptrdiff_t>(3 * n));
}

void Wearable::send(Stream& s, std::size_t begin, std::size_t count, WorldTime now) {
  // Older frames of one readout end so many nominal periods before it.
  const SensorOptions& o = s.sensor.options();
  const std::size_t behind = s.pending.size() - (begin + count);
  const Duration back = from_ms(std::floor(1e3 * static_cast<double>(behind) / o.nominal_rate_hz));
  const auto frame =
      s.writer.write(std::span(s.xyz).subspan(3 * begin, 3 * count), clock_.read(now) - back);
  outbox_.send({frame, o.kind, s.first + static_cast<std::int64_t>(begin),
                static_cast<std::uint32_t>(count), now});
}

}  // namespace gauntlet::sim
