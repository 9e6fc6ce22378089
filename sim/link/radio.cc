#include "sim/link/radio.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

constexpr double kMicrosecondsPerByte = 8;
constexpr double kPacketOverheadBytes = 14;
constexpr double kAnswerAndSpaces_us = 80 + 2 * 150;

}  // namespace

Radio::Radio(const LinkOptions& options, const RandomStream& stream, WorldTime begin)
    : options_(options),
      errors_(stream.child("errors")),
      interval_(from_ms(options.interval_ms)),
      tokens_(options.cap_burst_bytes),
      tokens_at_(begin) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
  // The phone chooses when events are: the wearable does not know.
  RandomStream phase = stream.child("anchor");
  anchor_ = begin + from_ms(phase.uniform(0, options.interval_ms));
  event_ = anchor_;
}

WorldTime Radio::event_at_or_after(WorldTime t) const {
  if (t <= anchor_) return anchor_;
  const auto n = (t - anchor_ + interval_ - Duration{1}) / interval_;
  return anchor_ + n * interval_;
}

// When `bytes` are within the cap; takes them.
WorldTime Radio::afford(std::size_t bytes, WorldTime t) {
  if (options_.cap_bytes_per_s <= 0) return t;
  if (t > tokens_at_) {
    tokens_ = std::min(options_.cap_burst_bytes,
                       tokens_ + to_seconds(t - tokens_at_) * options_.cap_bytes_per_s);
    tokens_at_ = t;
  }
  const double need = static_cast<double>(bytes);
  if (tokens_ < need) {
    tokens_at_ += from_seconds((need - tokens_) / options_.cap_bytes_per_s);
    tokens_ = need;
  }
  tokens_ -= need;
  return std::max(t, tokens_at_);
}

WorldTime Radio::send(std::size_t bytes, WorldTime from) {
  const auto header = static_cast<std::size_t>(options_.packet_header_bytes);
  const std::size_t room = static_cast<std::size_t>(options_.packet_bytes) - header;
  WorldTime last = from;
  for (std::size_t sent = 0; sent < bytes;) {
    const std::size_t payload = std::min(room, bytes - sent);
    const WorldTime wanted = event_at_or_after(afford(payload + header, last));
    if (wanted > event_) {
      event_ = wanted;
      in_event_ = 0;
    }
    if (in_event_ >= options_.packets_per_event) {
      event_ += interval_;
      in_event_ = 0;
    }
    ++in_event_;
    const double on_air_us =
        kMicrosecondsPerByte * (static_cast<double>(payload + header) + kPacketOverheadBytes) +
        kAnswerAndSpaces_us;
    ++account_.packets;
    account_.bytes += payload + header;
    account_.airtime_ms += on_air_us * 1e-3;
    if (errors_.chance(options_.packet_error)) {
      ++account_.repetitions;
      event_ += interval_;
      in_event_ = 0;
      continue;
    }
    sent += payload;
    last = event_;
  }
  return last + from_ms(1e-3 * kAnswerAndSpaces_us);
}

}  // namespace gauntlet::sim
