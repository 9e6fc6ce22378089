#include "core/wire/frame.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>

#include "core/base/check.h"
#include "core/wire/delta.h"

namespace gauntlet::wire {
namespace {

constexpr std::uint64_t kAcceleration = 0xad;
constexpr std::uint64_t kRotation = 0xbd;
constexpr std::uint64_t kHeartRate = 0xed;
// delta18's types are pebble16's less one.
constexpr std::uint64_t kCodedAcceleration = kAcceleration - 1;
constexpr std::uint64_t kCodedRotation = kRotation - 1;
constexpr std::uint64_t kMuvrMagic = 0x61;
constexpr std::uint64_t kMuvrPebble = 0x65;
constexpr std::uint64_t kMuvrApple = 0x64;
// 't', kind, place: 'a' is acceleration, as recorded; the others are our reading of the scheme.
struct Tag {
  SensorKind sensor;
  std::uint64_t value;
};
constexpr Tag kTags[] = {
    {SensorKind::accelerometer, 0x6c6174},  // "tal"
    {SensorKind::gyroscope, 0x6c6774},      // "tgl"
    {SensorKind::magnetometer, 0x6c6d74},   // "tml"
    {SensorKind::strain, 0x6c7374},         // "tsl"
    {SensorKind::beacon, 0x6c6274},         // "tbl"
};
constexpr std::uint64_t kTagMask = 0xffffff;

const Tag* find_tag(std::uint64_t value) {
  for (const Tag& tag : kTags) {
    if (tag.value == (value & kTagMask)) return &tag;
  }
  return nullptr;
}

constexpr double kMaxSeconds = 9.2e9;  // int64 nanoseconds end at 9.22e9 s
constexpr std::uint64_t kMaxMilliseconds = 9'200'000'000'000;

Error error(std::string_view code, FrameFormat format, std::string_view what, std::uint64_t value) {
  std::string message(to_string(format));
  message.append(": ").append(what).append(" is ").append(std::to_string(value));
  return {std::string(code), std::move(message)};
}

bool known_type(std::uint64_t type) {
  return type == kAcceleration || type == kRotation || type == kHeartRate;
}

std::size_t bytes_per_sample(FrameFormat format, const FrameHeader& header) {
  return format != FrameFormat::muvr20 && header.type == kHeartRate ? header.sample_size
                                                                    : kSampleBytes;
}

std::optional<Error> refuse_pebble(FrameFormat format, const FrameHeader& h) {
  if (!known_type(h.type)) return error("bad_magic", format, "type", h.type);
  const bool zero_means_five = format == FrameFormat::pebble5 && h.sample_size == 0;
  const bool right_size =
      h.type == kHeartRate ? h.sample_size > 0 : h.sample_size == kSampleBytes || zero_means_five;
  if (!right_size) return error("sample_size", format, "sample size", h.sample_size);
  if (h.count == 0) return error("empty", format, "count", h.count);
  if (h.end_ms > kMaxMilliseconds) return error("timestamp", format, "end", h.end_ms);
  return std::nullopt;
}

std::optional<Error> refuse_delta18(const FrameHeader& h) {
  constexpr auto kFormat = FrameFormat::delta18;
  if (h.type != kCodedAcceleration && h.type != kCodedRotation) {
    return error("bad_magic", kFormat, "type", h.type);
  }
  if (h.sample_size != kSampleBytes) {
    return error("sample_size", kFormat, "sample size", h.sample_size);
  }
  if (h.count == 0) return error("empty", kFormat, "count", h.count);
  if (h.end_ms > kMaxMilliseconds) return error("timestamp", kFormat, "end", h.end_ms);
  return std::nullopt;
}

std::optional<Error> refuse_muvr20(const FrameHeader& h) {
  constexpr auto kFormat = FrameFormat::muvr20;
  if (h.magic != kMuvrMagic) return error("bad_magic", kFormat, "magic", h.magic);
  if (h.device != kMuvrPebble && h.device != kMuvrApple) {
    return error("bad_magic", kFormat, "device", h.device);
  }
  if (h.type_count != 1) return error("type_count", kFormat, "type count", h.type_count);
  if (find_tag(h.tag) == nullptr) return error("bad_magic", kFormat, "tag", h.tag);
  if (h.value_count == 0) return error("empty", kFormat, "value count", h.value_count);
  if (h.value_count % 3 != 0) {
    return error("count_mismatch", kFormat, "value count", h.value_count);
  }
  // Written so that not-a-number fails too.
  if (!(std::abs(std::bit_cast<double>(h.start_bits)) <= kMaxSeconds)) {
    return error("timestamp", kFormat, "start (as bits)", h.start_bits);
  }
  return std::nullopt;
}

std::optional<Error> refuse(FrameFormat format, const FrameHeader& header) {
  if (format == FrameFormat::muvr20) return refuse_muvr20(header);
  if (format == FrameFormat::delta18) return refuse_delta18(header);
  return refuse_pebble(format, header);
}

std::uint64_t samples_announced(FrameFormat format, const FrameHeader& h) {
  return format == FrameFormat::muvr20 ? h.value_count / 3 : h.count;
}

std::uint64_t body_bytes(FrameFormat format, const FrameHeader& h) {
  if (format == FrameFormat::delta18) return h.code_bytes;
  return samples_announced(format, h) * bytes_per_sample(format, h);
}

bool has_end(FrameFormat format) {
  return format == FrameFormat::pebble16 || format == FrameFormat::delta18;
}

std::uint64_t type_of(SensorKind sensor) {
  switch (sensor) {
    case SensorKind::accelerometer:
      return kAcceleration;
    case SensorKind::gyroscope:
      return kRotation;
    case SensorKind::heart_rate:
      return kHeartRate;
    case SensorKind::magnetometer:
    case SensorKind::strain:
    case SensorKind::beacon:
      break;
  }
  CHECK(false, "no type of the pebble formats for", to_string(sensor));
  return 0;
}

std::uint64_t whole_milliseconds(Duration d) {
  CHECK(d >= Duration{0}, d.count());
  return static_cast<std::uint64_t>(std::chrono::round<std::chrono::milliseconds>(d).count());
}

}  // namespace

SensorKind FrameView::sensor() const {
  if (format == FrameFormat::muvr20) {
    const Tag* tag = find_tag(header.tag);
    return tag != nullptr ? tag->sensor : SensorKind::accelerometer;
  }
  if (header.type == kRotation || header.type == kCodedRotation) return SensorKind::gyroscope;
  return header.type == kHeartRate ? SensorKind::heart_rate : SensorKind::accelerometer;
}

std::uint32_t FrameView::count() const {
  return static_cast<std::uint32_t>(samples_announced(format, header));
}

std::optional<DeviceTime> FrameView::start() const {
  if (format == FrameFormat::muvr20) {
    return time_from_seconds<DeviceTime>(std::bit_cast<double>(header.start_bits));
  }
  if (!has_end(format)) return std::nullopt;
  return *end() - *duration();
}

std::optional<DeviceTime> FrameView::end() const {
  if (!has_end(format)) return std::nullopt;
  return DeviceTime{std::chrono::milliseconds{header.end_ms}};
}

std::optional<Duration> FrameView::duration() const {
  if (!has_end(format)) return std::nullopt;
  return std::chrono::milliseconds{header.duration_ms};
}

void FrameView::decode(std::span<std::int16_t> xyz, std::span<std::uint8_t> pads) const {
  if (format != FrameFormat::delta18) return decode_samples(payload, xyz, pads);
  const Result<void> read = decode_delta(payload, xyz);
  CHECK(read.ok(), "not a frame that was read");
  std::fill(pads.begin(), pads.end(), std::uint8_t{0});
}

bool may_begin_frame(FrameFormat format, std::byte first) {
  const auto value = std::to_integer<std::uint64_t>(first);
  if (format == FrameFormat::muvr20) return value == kMuvrMagic;
  if (format == FrameFormat::delta18) {
    return value == kCodedAcceleration || value == kCodedRotation;
  }
  return known_type(value);
}

Result<FrameView> read_frame(FrameFormat format, std::span<const std::byte> bytes) {
  const std::size_t head = header_bytes(format);
  if (bytes.size() < head) return error("truncated", format, "bytes left", bytes.size());
  FrameView frame{format, read_header(format, bytes), {}, {}};
  if (const auto refused = refuse(format, frame.header)) return *refused;
  if (frame.header.rate_hz == 0) return error("rate", format, "rate", 0);
  const std::uint64_t body = body_bytes(format, frame.header);
  if (body > bytes.size() - head) {
    return error("truncated", format, "missing bytes", body - (bytes.size() - head));
  }
  frame.bytes = bytes.first(head + body);
  frame.payload = frame.bytes.subspan(head);
  if (format == FrameFormat::delta18) {
    std::array<std::int16_t, 3 * 255> xyz{};
    const auto ok = decode_delta(frame.payload, std::span(xyz).first(3 * frame.header.count));
    if (!ok) return ok.error();
  }
  return frame;
}

Result<FrameView> read_whole_frame(FrameFormat format, std::span<const std::byte> bytes) {
  auto frame = read_frame(format, bytes);
  if (frame.ok() && frame->bytes.size() != bytes.size()) {
    return error("count_mismatch", format, "bytes left over", bytes.size() - frame->bytes.size());
  }
  return frame;
}

FrameHeader pebble5_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz) {
  FrameHeader h;
  h.type = type_of(sensor);
  h.count = count;
  h.rate_hz = rate_hz;
  return h;
}

FrameHeader pebble16_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz,
                            std::uint8_t sequence, DeviceTime end, Duration duration,
                            std::uint8_t device) {
  FrameHeader h = pebble5_header(sensor, count, rate_hz);
  h.sample_size = kSampleBytes;
  h.device = device;
  h.sequence = sequence;
  h.end_ms = whole_milliseconds(end.time_since_epoch());
  h.duration_ms = whole_milliseconds(duration);
  return h;
}

FrameHeader delta18_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz,
                           std::uint8_t sequence, DeviceTime end, Duration duration,
                           std::uint8_t device) {
  CHECK(sensor != SensorKind::heart_rate);
  FrameHeader h = pebble16_header(sensor, count, rate_hz, sequence, end, duration, device);
  h.type -= 1;
  return h;
}

FrameHeader muvr20_header(SensorKind sensor, std::uint32_t count, std::uint8_t rate_hz,
                          DeviceTime start, std::uint8_t device) {
  CHECK(sensor != SensorKind::heart_rate);  // it has no tag
  FrameHeader h;
  h.magic = kMuvrMagic;
  h.device = device;
  h.type_count = 1;
  h.rate_hz = rate_hz;
  h.start_bits = std::bit_cast<std::uint64_t>(seconds_since_origin(start));
  h.value_count = std::uint64_t{3} * count;
  for (const Tag& tag : kTags) {
    if (tag.sensor == sensor) h.tag = tag.value;
  }
  return h;
}

std::size_t frame_bytes(FrameFormat format, std::size_t count) {
  const std::size_t body =
      format == FrameFormat::delta18 ? delta_bytes_max(count) : kSampleBytes * count;
  return header_bytes(format) + body;
}

namespace {

Encoded write_delta18(FrameHeader header, std::span<const std::int16_t> xyz,
                      std::span<std::byte> out, Clip clip) {
  const std::int16_t lowest = clip == Clip::watch ? std::int16_t{-kSampleMax} : kSampleMin;
  std::array<std::int16_t, 3 * 255> clipped{};
  std::uint32_t changed = 0;
  for (std::size_t i = 0; i < xyz.size(); ++i) {
    clipped[i] = std::clamp(xyz[i], lowest, kSampleMax);
    changed += clipped[i] != xyz[i];
  }
  const std::size_t head = header_bytes(FrameFormat::delta18);
  header.code_bytes = encode_delta(std::span(clipped).first(xyz.size()), out.subspan(head));
  write_header(FrameFormat::delta18, header, out);
  return {head + header.code_bytes, changed};
}

}  // namespace

Encoded write_frame(FrameFormat format, const FrameHeader& header,
                    std::span<const std::int16_t> xyz, std::span<std::byte> out,
                    std::span<const std::uint8_t> pads, Clip clip) {
  const std::size_t head = header_bytes(format), count = xyz.size() / 3;
  CHECK(samples_announced(format, header) == count, samples_announced(format, header), count);
  CHECK(out.size() >= frame_bytes(format, count), out.size(), count);
  if (format == FrameFormat::delta18) return write_delta18(header, xyz, out, clip);
  write_header(format, header, out);
  const auto packed = out.subspan(head, kSampleBytes * count);
  return {head + packed.size(), encode_samples(xyz, pads, packed, clip)};
}

}  // namespace gauntlet::wire
