#include "core/phone/frame_intake.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/base/units.h"

namespace gauntlet {
namespace {

// A device's clock that goes back by more than reordering can explain, or on by a day, was set.
constexpr double kStepBack_s = 60;
constexpr double kStepOn_s = 86400;
// Stamps beyond (the year 2191) are no time; below it every sum of stamps and phone times fits.
constexpr double kStampMax_s = 7e9;
// Formats without stamps know a repeated packet only by its bytes and by how soon it follows.
constexpr Duration kTwinDistance = std::chrono::milliseconds{50};

std::uint64_t digest_of(std::span<const std::byte> bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::byte b : bytes) h = (h ^ static_cast<std::uint64_t>(b)) * 0x100000001b3ULL;
  return h;
}

std::optional<wire::FrameFormat> fixed_format(WireFormat f) {
  switch (f) {
    case WireFormat::pebble5:
      return wire::FrameFormat::pebble5;
    case WireFormat::pebble16:
      return wire::FrameFormat::pebble16;
    case WireFormat::muvr20:
      return wire::FrameFormat::muvr20;
    case WireFormat::delta18:
      return wire::FrameFormat::delta18;
    case WireFormat::automatic:
      break;
  }
  return std::nullopt;
}

// What a frame that cannot be read says it carries, as far as its first bytes can be believed: all
// formats but muvr20 have the count in their second byte.
std::size_t announced_count(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 ? std::to_integer<std::size_t>(bytes[1]) : 0;
}

bool plausible(const wire::FrameView& frame) {
  const std::optional<DeviceTime> stamp = frame.start() ? frame.start() : frame.end();
  if (!stamp) return true;
  const double s = seconds_since_origin(*stamp);
  return s >= -kStepOn_s && s <= kStampMax_s;
}

}  // namespace

FrameIntake::FrameIntake(const PhoneOptions& options, EventSink& sink, Counters& counters)
    : options_(options),
      sink_(sink),
      counters_(counters),
      grid_(from_ms(options.signal.grid_period_ms)) {
  if (options.guard.on) guard_.emplace(options.guard, sink);
}

FrameIntake::Stream& FrameIntake::stream(StreamId id) {
  Stream& s = streams_[id];
  if (!s.conditioner) s.conditioner = std::make_unique<Conditioner>(options_.signal);
  return s;
}

const ClockAligner* FrameIntake::aligner(StreamId id) const {
  const auto it = streams_.find(id);
  return it == streams_.end() ? nullptr : it->second.aligner.get();
}

void FrameIntake::reject(FrameRef ref, SensorKind sensor, std::size_t count, std::string reason,
                         HostTime at) {
  counters_.add("phone.rejected." + reason, count);
  sink_.on(SamplesRejected{ref, sensor, static_cast<std::uint32_t>(count), std::move(reason), at});
}

Result<wire::FrameView> FrameIntake::read(Device& device, std::span<const std::byte> bytes) const {
  std::optional<wire::FrameFormat> format = fixed_format(options_.format);
  if (!format) format = device.format;
  if (format) {
    auto known = wire::read_whole_frame(*format, bytes);
    // A device may send what it measures slowly in another format than movements.
    if (known || fixed_format(options_.format)) return known;
    auto slow = wire::read_whole_frame(wire::FrameFormat::muvr20, bytes);
    return slow && !is_inertial(slow->sensor()) ? slow : known;
  }
  Result<wire::FrameView> first = Error{"bad_magic", "none of the formats"};
  for (const wire::FrameFormat f : {wire::FrameFormat::pebble16, wire::FrameFormat::delta18,
                                    wire::FrameFormat::muvr20, wire::FrameFormat::pebble5}) {
    Result<wire::FrameView> r = wire::read_whole_frame(f, bytes);
    if (r) {
      if (is_inertial(r->sensor())) device.format = f;
      return r;
    }
    // What is wrong by the format that recognised the magic is the better reason.
    if (first.error().code == "bad_magic") first = std::move(r);
  }
  return first;
}

bool FrameIntake::duplicate(Stream& s, const wire::FrameView& frame, HostTime arrival) const {
  const std::optional<DeviceTime> end = frame.end();
  const std::optional<DeviceTime> start = frame.start();
  const bool stamped = end || start;
  const DeviceTime stamp = end ? *end : start.value_or(DeviceTime{});
  const Identity id{frame.header.sequence, stamp.time_since_epoch().count(),
                    stamped ? 0 : digest_of(frame.bytes), arrival};
  for (const Identity& other : s.seen) {
    if (other.sequence != id.sequence || other.stamp_ns != id.stamp_ns ||
        other.digest != id.digest) {
      continue;
    }
    if (stamped || arrival - other.arrival <= kTwinDistance) return true;
  }
  s.seen.push_back(id);
  if (s.seen.size() > kRemembered) s.seen.pop_front();
  return false;
}

FrameTiming FrameIntake::timing(Stream& s, const wire::FrameView& frame, HostTime arrival,
                                bool& missing) {
  FrameTiming t;
  t.count = frame.count();
  t.nominal_hz = static_cast<double>(frame.header.rate_hz);
  t.bytes = static_cast<std::uint32_t>(frame.bytes.size());
  t.arrival = arrival;
  const Duration nominal = from_seconds(t.count / t.nominal_hz);
  const Duration step = from_seconds(1 / t.nominal_hz);
  if (const auto end = frame.end()) {
    t.end = *end;
    t.duration = frame.duration().value_or(Duration{0});
  } else if (const auto start = frame.start()) {
    // The stamp is the first sample's.
    t.end = *start + nominal - step;
  } else {
    // No stamps: the device's clock is its count of samples.
    t.end = s.started ? s.last_end + nominal : DeviceTime{nominal};
  }
  const Duration span = t.duration > Duration{0} ? t.duration : nominal;
  const double apart_s = to_seconds(t.end - s.last_end);
  if (s.started && (apart_s < -kStepBack_s || apart_s > kStepOn_s)) {
    counters_.add("phone.device_restarts");
    s.started = false;
    s.aligner.reset();
  }
  missing = false;
  if (s.started) {
    // By the longer of the two, so that a forged duration cannot make a day into many frames.
    const auto frames =
        static_cast<std::int64_t>(std::floor(apart_s / to_seconds(std::max(span, nominal)) + 0.5));
    if (t.end > s.last_end) {
      // By a quarter of a frame the stamps' resolution and the rate's error are both forgiven.
      missing = apart_s > 1.25 * to_seconds(span);
      s.sequence += static_cast<std::uint64_t>(std::max<std::int64_t>(frames, 1));
      t.sequence = s.sequence;
    } else {
      const auto back = static_cast<std::uint64_t>(std::max<std::int64_t>(-frames, 1));
      t.sequence = s.sequence > back ? s.sequence - back : 0;
      counters_.add("phone.frames_late");
    }
  } else {
    s.sequence = 1000;  // room for frames that were overtaken at the very start
    t.sequence = s.sequence;
  }
  if (missing) counters_.add("phone.holes");
  s.last_end = s.started ? std::max(s.last_end, t.end) : t.end;
  s.started = true;
  return t;
}

void FrameIntake::place(Stream& s, StreamId id, FrameRef ref, Duration period, bool missing,
                        HostTime arrival) {
  const std::size_t n = times_.size();
  const PushResult r = s.conditioner->push(times_, values_.data(), period, missing, arrival);
  if (r.last > r.first) {
    counters_.add("phone.aligned", r.last - r.first);
    sink_.on(SamplesAligned{ref, id.sensor, static_cast<std::uint32_t>(r.first),
                            std::span(times_).subspan(r.first, r.last - r.first), arrival});
  }
  if (r.stale > 0) reject(ref, id.sensor, r.stale, "stale", arrival);
  const std::size_t overlap = n - (r.last - r.first) - r.stale;
  if (overlap > 0) reject(ref, id.sensor, overlap, "overlap", arrival);
}

FrameIntake::Device& FrameIntake::device(DeviceIndex index) {
  const auto [it, is_new] = devices_.try_emplace(index);
  if (is_new && index < options_.frame_keys.size() && !options_.frame_keys[index].empty()) {
    it->second.tags.emplace(options_.frame_keys[index]);
  }
  return it->second;
}

void FrameIntake::on_frame(DeviceIndex index, std::span<const std::byte> bytes, HostTime arrival) {
  Device& d = device(index);
  const FrameRef ref{index, d.frames++};
  counters_.add("phone.frames");
  if (d.tags) {
    const auto untagged = d.tags->check(bytes);
    if (!untagged) {
      return reject(ref, SensorKind::accelerometer, announced_count(bytes), untagged.error().code,
                    arrival);
    }
    bytes = *untagged;
  }
  const Result<wire::FrameView> frame = read(d, bytes);
  if (!frame) {
    counters_.add("phone.frames_corrupt");
    return reject(ref, SensorKind::accelerometer, announced_count(bytes), frame.error().code,
                  arrival);
  }
  const StreamId id{index, frame->sensor()};
  if (guard_ && frame->decodable() && id.sensor == SensorKind::magnetometer && frame->count() > 0) {
    counts_.resize(3 * frame->count());
    frame->decode(counts_);
    guard_->on_field(index, counts_, arrival);
  }
  if (!frame->decodable() || !is_inertial(id.sensor)) {
    return reject(ref, id.sensor, frame->count(), "unsupported", arrival);
  }
  if (!plausible(*frame)) return reject(ref, id.sensor, frame->count(), "timestamp", arrival);
  if (!first_wearable_) first_wearable_ = index;
  Stream& s = stream(id);
  if (duplicate(s, *frame, arrival)) {
    return reject(ref, id.sensor, frame->count(), "duplicate", arrival);
  }
  const std::size_t n = frame->count();
  bool missing = false;
  const FrameTiming t = timing(s, *frame, arrival, missing);
  if (!s.aligner) s.aligner = make_clock_aligner(options_.aligner);
  times_.resize(n);
  counts_.resize(3 * n);
  values_.resize(3 * n);
  s.aligner->on_frame(t, times_);
  frame->decode(counts_);
  const double unit = id.sensor == SensorKind::gyroscope ? wire::kRadpsPerCount : kMps2PerMg;
  for (std::size_t i = 0; i < 3 * n; ++i) values_[i] = static_cast<float>(counts_[i] * unit);
  if (guard_) {
    guard_->on_frame(index, t.end, arrival);
    guard_->on_samples(id, times_, values_, arrival, false);
  }
  const Duration period = from_seconds(s.aligner->estimate().sample_period_s);
  place(s, id, ref, std::max(period, grid_), missing, arrival);
}

void FrameIntake::on_local(StreamId id, std::span<const HostTime> stamps,
                           std::span<const float> values, HostTime arrival) {
  CHECK(values.size() == 3 * stamps.size(), values.size(), stamps.size());
  const FrameRef ref{id.device, devices_[id.device].frames++};
  counters_.add("phone.local_batches");
  if (!is_inertial(id.sensor)) {
    return reject(ref, id.sensor, stamps.size(), "unsupported", arrival);
  }
  if (!std::is_sorted(stamps.begin(), stamps.end())) {
    return reject(ref, id.sensor, stamps.size(), "out_of_order", arrival);
  }
  times_.assign(stamps.begin(), stamps.end());
  values_.assign(values.begin(), values.end());
  if (guard_) guard_->on_samples(id, stamps, values, arrival, true);
  // An operating system's stamps jitter by more than a sample; what is below two grid periods is no
  // gap.
  place(stream(id), id, ref, grid_, false, arrival);
}

void FrameIntake::fuse(HostTime now, bool flush) {
  for (auto& [id, s] : streams_) {
    GridRows& rows = rows_[id];
    rows.clear();
    s.conditioner->advance(now, flush, rows);
    for (const GridRows::Run& run : rows.runs) {
      sink_.on(FusedBlock{id, run.start, grid_,
                          std::span(rows.values).subspan(3 * run.first, 3 * run.count),
                          std::span(rows.filled).subspan(run.first, run.count), now});
    }
  }
}

}  // namespace gauntlet
