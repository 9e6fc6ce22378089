#include "sim/link/radio.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

constexpr double kMicrosecondsPerByte = 8;
constexpr std::size_t kFramingBytes = 14;  // of a packet
constexpr std::size_t kAnswerBytes = 10;   // an empty packet
constexpr double kAnswerAndSpaces_us = 8 * kAnswerBytes + 2 * 150;
constexpr double kPoll_us = 2 * 8 * kAnswerBytes + 150;
constexpr std::size_t kAttAndL2capBytes = 3 + 4;
constexpr std::size_t kAttBytes = 3;

double airtime_us(std::size_t bytes) {
  return kMicrosecondsPerByte * static_cast<double>(bytes + kFramingBytes) + kAnswerAndSpaces_us;
}
Duration airtime(std::size_t bytes) { return from_ms(1e-3 * airtime_us(bytes)); }

}  // namespace

Radio::Radio(Simulation& simulation, const LinkOptions& options, const RandomStream& stream,
             PhoneRadio& phone)
    : simulation_(simulation),
      options_(options),
      phone_(phone),
      errors_(stream.child("errors")),
      anchors_(stream.child("anchor")),
      polls_(stream.child("polls")),
      reconnect_(stream.child("reconnect")),
      degraded_(options.degraded, stream.child("degraded"), simulation.now()),
      interval_(from_ms(options.interval_ms)),
      tokens_(options.cap_burst_bytes),
      tokens_at_(simulation.now()) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
  // The phone chooses when events are: the wearable does not know.
  anchor_ = simulation.now() + from_ms(anchors_.uniform(0, options.interval_ms));
  event_ = contact_ = idle_from_ = anchor_;
  connected_at_ = simulation.now();
  connection_ = phone_.join(anchor_, interval_);
}

WorldTime Radio::event_at_or_after(WorldTime t) {
  if (t <= anchor_) return anchor_;
  Duration every = interval_;
  if (degraded_.at(t)) {
    const Duration wanted = from_ms(options_.degraded.interval_ms);
    every = (wanted + interval_ - Duration{1}) / interval_ * interval_;
  }
  return anchor_ + (t - anchor_ + every - Duration{1}) / every * every;
}

std::int64_t Radio::packets_per_event() {
  return degraded_.at(event_) ? options_.degraded.packets_per_event : options_.packets_per_event;
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

WorldTime Radio::connected_at() {
  idle_until(simulation_.now());
  return std::max(simulation_.now(), connected_at_);
}

void Radio::send(std::size_t bytes, Done done) {
  CHECK(bytes > 0 && !done_ && connected_at() <= simulation_.now(), bytes);
  done_ = std::move(done);
  message_left_ = bytes;
  last_ = simulation_.now();
  phone_.set_active(connection_, true);
  next_packet();
  wait_for_event();
}

void Radio::next_packet() {
  auto room = static_cast<std::size_t>(options_.packet_bytes);
  const auto header = static_cast<std::size_t>(options_.packet_header_bytes);
  std::size_t more = 0;
  if (options_.att_mtu > 0) {
    room = std::min(room, static_cast<std::size_t>(options_.att_mtu) - kAttBytes);
    more = kAttAndL2capBytes;
  }
  packet_.payload_left = std::min(room - header, message_left_);
  packet_.header_left = header + more;
  plan(afford(packet_.payload_left + header, last_));
}

std::size_t Radio::fragment() const {
  const std::size_t left = packet_.header_left + packet_.payload_left;
  if (options_.att_mtu == 0) return left;
  return std::min(left, static_cast<std::size_t>(options_.ll_payload_bytes));
}

// The next packet may go from `t` on.
void Radio::plan(WorldTime t) {
  const WorldTime wanted = event_at_or_after(t);
  if (wanted > event_) {
    // Events passed over for want of tokens are polls: those are answered.
    const Duration passed = wanted - std::max(event_, simulation_.now()) - Duration{1};
    if (passed >= interval_) {
      contact_ = std::max(contact_, wanted - interval_);
      account_.polls +=
          static_cast<std::uint64_t>(passed / (interval_ * (options_.peripheral_latency + 1)));
    }
    event_ = wanted;
    in_event_ = 0;
  }
  if (in_event_ >= packets_per_event()) {
    event_ = following();
    in_event_ = 0;
  }
}

void Radio::wait_for_event() {
  const WorldTime silent = contact_ + from_seconds(options_.supervision_timeout_s);
  if (event_ >= silent) {
    const auto give_up = [this] {
      lose(simulation_.now());
      finish(false);
    };
    timer_ = simulation_.at(std::max(simulation_.now(), silent), give_up, kDefaultPriority, tag_);
    return;
  }
  timer_ = simulation_.at(event_, [this] { run_event(); }, kDefaultPriority, tag_);
}

void Radio::run_event() {
  const WorldTime event = event_;
  const auto until = phone_.claim(connection_, event, airtime(fragment()));
  if (until) {
    ++account_.events;
    transmit(event, std::min(*until, event + interval_));
  } else {
    ++account_.events_skipped;
    event_ = following();
    in_event_ = 0;
  }
  if (sending()) return wait_for_event();
  timer_ = simulation_.at(
      last_ + from_ms(1e-3 * kAnswerAndSpaces_us), [this] { finish(true); }, kDefaultPriority,
      tag_);
}

void Radio::transmit(WorldTime event, WorldTime until) {
  WorldTime busy = event;
  while (sending() && event_ == event) {
    const std::size_t bytes = fragment();
    if (busy > event && busy + airtime(bytes) > until) {
      ++account_.events_cut;
      event_ = following();
      in_event_ = 0;
      break;
    }
    busy += airtime(bytes);
    ++in_event_;
    ++account_.packets;
    account_.bytes += bytes;
    account_.framing_bytes += kFramingBytes + kAnswerBytes;
    account_.airtime_ms += airtime_us(bytes) * 1e-3;
    const bool error = errors_.chance(options_.packet_error);
    if (error || spoilt(busy - airtime(bytes), busy)) {
      ++account_.repetitions;
      account_.repeated_bytes += bytes;
      event_ = following();
      in_event_ = 0;
      plan(afford(bytes, last_));
      break;
    }
    acknowledge(bytes, event);
  }
  phone_.release(busy);
}

void Radio::acknowledge(std::size_t bytes, WorldTime event) {
  contact_ = last_ = event;
  const std::size_t header = std::min(bytes, packet_.header_left), payload = bytes - header;
  packet_.header_left -= header;
  packet_.payload_left -= payload;
  message_left_ -= payload;
  account_.header_bytes += header;
  account_.payload_bytes += payload;
  if (!sending()) return;
  if (packet_.payload_left == 0) {
    next_packet();
  } else {
    plan(event);
  }
}

void Radio::finish(bool ok) {
  account_.abandoned_bytes += std::exchange(message_left_, 0);
  phone_.set_active(connection_, false);
  if (ok) idle_from_ = contact_;
  const Done done = std::exchange(done_, {});
  done(ok);
}

void Radio::abort() {
  simulation_.cancel(timer_);
  account_.abandoned_bytes += std::exchange(message_left_, 0);
  phone_.set_active(connection_, false);
  idle_from_ = std::max(idle_from_, contact_);
  done_ = {};
}

// Nothing has come through for too long.
void Radio::lose(WorldTime t) {
  ++account_.connections_lost;
  connected_at_ = t + from_seconds(reconnect_.exponential(options_.reconnect_s));
  anchor_ = connected_at_ + from_ms(anchors_.uniform(0, options_.interval_ms));
  event_ = contact_ = idle_from_ = anchor_;
  in_event_ = 0;
  phone_.move(connection_, anchor_);
}

bool Radio::spoilt(WorldTime from, WorldTime to) const {
  return std::any_of(interference_.begin(), interference_.end(),
                     [from, to](const Interference& spoils) { return spoils(from, to); });
}

// Polls up to `t`. Each poll is drawn only where silence can last for the supervision timeout at
// all.
void Radio::idle_until(WorldTime t) {
  if (done_) return;
  const Duration every = interval_ * (options_.peripheral_latency + 1);
  const Duration timeout = from_seconds(options_.supervision_timeout_s);
  double silence = 1;
  for (std::int64_t i = timeout / every; i > 0 && silence > 1e-18; --i) {
    silence *= options_.packet_error;
  }
  if (silence <= 1e-18 && interference_.empty()) {
    if (t < idle_from_ + every) return;
    const std::int64_t polls = (t - idle_from_) / every;
    account_.polls += static_cast<std::uint64_t>(polls);
    idle_from_ += polls * every;
    contact_ = idle_from_;
    return;
  }
  for (;;) {
    const WorldTime poll = idle_from_ + every, silent = contact_ + timeout;
    if (silent <= std::min(poll, t)) {
      lose(silent);
      continue;
    }
    if (poll > t) return;
    ++account_.polls;
    idle_from_ = poll;
    const bool lost = polls_.chance(options_.packet_error);
    if (!lost && !spoilt(poll, poll + from_ms(1e-3 * kPoll_us))) contact_ = poll;
  }
}

const RadioAccount& Radio::account() {
  idle_until(simulation_.now());
  account_.polls_skipped = phone_.polls_skipped(connection_);
  account_.poll_airtime_ms = static_cast<double>(account_.polls) * kPoll_us * 1e-3;
  return account_;
}

}  // namespace gauntlet::sim
