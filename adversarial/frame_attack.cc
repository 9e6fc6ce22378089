#include "adversarial/frame_attack.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "adversarial/turns.h"
#include "core/authz/frame_tag.h"
#include "core/base/check.h"
#include "core/base/units.h"

namespace gauntlet::adversarial {
namespace {

constexpr auto kFormat = wire::FrameFormat::pebble16;
constexpr std::size_t kRecordedMax = 100'000;
// So long after the start 32 bits of ms roll over.
constexpr std::int64_t kBeforeRollOver_ms = 10'000;

bool needs_key(FrameAct act) { return act != FrameAct::relay && act != FrameAct::delay; }

}  // namespace

WorldTime key_found(const AttackOptions& o, sim::RandomStream& random) {
  const WorldTime start = AttackSpan(o).start;
  if (o.frame.key_bytes == 0) return start;
  const double keys = std::ldexp(1.0, static_cast<int>(8 * o.frame.key_bytes));
  const double seconds = random.uniform() * keys / o.frame.keys_per_s;
  constexpr double kNever_s = 1e9;
  return seconds < kNever_s ? start + from_seconds(seconds) : WorldTime::max();
}

FrameAttack::FrameAttack(sim::Simulation& simulation, const AttackOptions& options,
                         const sim::RandomStream& stream, std::string tag_key, double round_trip_ms,
                         Counters& dropped, sim::MessageSink next)
    : simulation_(simulation),
      options_(options),
      span_(options),
      tag_key_(std::move(tag_key)),
      round_trip_ms_(round_trip_ms),
      dropped_(dropped),
      next_(std::move(next)),
      random_(stream.child("draws")),
      key_found_(span_.start) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), valid.error().message);
  sim::RandomStream keys = stream.child("key");
  key_found_ = key_found(options, keys);
}

bool FrameAttack::parse(std::span<const std::byte> bytes, Frame& frame) const {
  const std::size_t tag = tag_key_.empty() ? 0 : kFrameTagBytes;
  if (bytes.size() < tag) return false;
  const auto view = wire::read_whole_frame(kFormat, bytes.first(bytes.size() - tag));
  if (!view || !view->decodable()) return false;
  frame.header = view->header;
  frame.xyz.resize(3 * view->count());
  view->decode(frame.xyz);
  return true;
}

void FrameAttack::send(const sim::Message& message) {
  ++seen_;
  const FrameOptions& o = options_.frame;
  const WorldTime now = simulation_.now();
  if (o.act == FrameAct::replay && recorded_.size() < kRecordedMax) {
    const double s = seconds_since_origin(now);
    if (s >= o.record_s && s < o.record_s + o.length_s && parse(message.bytes, frame_)) {
      recorded_.emplace_back(message.bytes.begin(), message.bytes.end());
    }
  }
  const bool able = !needs_key(o.act) || now >= key_found_;
  if (!span_.contains(now) || !able) return next_(message);
  if (o.act == FrameAct::relay) return relay(message);
  if (o.act == FrameAct::delay) {
    const double late_s = 1e-3 * o.delay_ms + 1e-6 * o.delay_ppm * to_seconds(now - span_.start);
    return hold(message, from_seconds(late_s));
  }
  if (o.act == FrameAct::replay && options_.knowledge == Knowledge::none) {
    return replay_beside(message);
  }
  alter(message);
}

void FrameAttack::hold(const sim::Message& message, Duration delay) {
  if (delay <= Duration{0}) return next_(message);
  auto bytes = std::make_shared<std::vector<std::byte>>(message.bytes.begin(), message.bytes.end());
  simulation_.after(delay, [this, bytes = std::move(bytes), held = message]() mutable {
    held.bytes = *bytes;
    held.created = simulation_.now();
    next_(held);
  });
}

void FrameAttack::relay(const sim::Message& message) {
  const double more_ms = 2 * options_.frame.relay_ms;
  const bool measured = round_trip_ms_ > 0 && more_ms > round_trip_ms_;
  if (more_ms > options_.frame.window_ms || measured) {
    dropped_.add("attack.relay_window", message.count);
    count_refusal(refusals_, "round_trip", simulation_.now());
    return;
  }
  hold(message, from_ms(options_.frame.relay_ms));
}

void FrameAttack::replay_beside(const sim::Message& message) {
  next_(message);
  if (recorded_.empty()) return;
  const auto& bytes = recorded_[turn_++ % recorded_.size()];
  next_({bytes, message.sensor, -1, 0, message.created});
}

void FrameAttack::alter(const sim::Message& message) {
  const FrameOptions& o = options_.frame;
  const bool chosen = o.share >= 1 || random_.chance(o.share);
  if (!chosen || !parse(message.bytes, frame_)) return next_(message);
  if (o.act == FrameAct::malformed) {
    const std::vector<std::byte> bytes = spoilt(message.bytes);
    return pass_forged(message, bytes);
  }
  const bool same_samples = o.act == FrameAct::stamps || o.act == FrameAct::modify;
  if (o.act == FrameAct::stamps) {
    move_stamps(frame_);
  } else {
    move_samples(frame_);
  }
  out_.resize(wire::frame_bytes(kFormat, frame_.xyz.size() / 3));
  out_.resize(wire::write_frame(kFormat, frame_.header, frame_.xyz, out_).bytes);
  if (!tag_key_.empty() && options_.frame.knows_tag_key) {
    FrameTagger(tag_key_, seen_).tag(out_, tagged_);
    out_.swap(tagged_);
  } else if (!tag_key_.empty()) {
    const auto tag = message.bytes.last(kFrameTagBytes);
    out_.insert(out_.end(), tag.begin(), tag.end());
  }
  if (!same_samples) return pass_forged(message, out_);
  sim::Message altered = message;
  altered.bytes = out_;
  next_(altered);
}

void FrameAttack::pass_forged(const sim::Message& message, std::span<const std::byte> bytes) {
  dropped_.add("attack.replaced", message.count);
  next_({bytes, message.sensor, -1, 0, message.created});
}

void FrameAttack::move_stamps(Frame& frame) {
  const FrameOptions& o = options_.frame;
  const auto end_ms = static_cast<std::int64_t>(frame.header.end_ms);
  const double since_s = to_seconds(simulation_.now() - span_.start);
  std::int64_t moved =
      end_ms + static_cast<std::int64_t>(1e3 * o.jump_s + 1e-3 * o.ramp_ppm * since_s);
  if (o.roll_over) {
    constexpr std::int64_t kSpan_ms = std::int64_t{1} << 32;
    if (!roll_over_ms_) roll_over_ms_ = kSpan_ms - kBeforeRollOver_ms - moved;
    moved = ((moved + *roll_over_ms_) % kSpan_ms + kSpan_ms) % kSpan_ms;
  }
  frame.header.end_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(moved, 0));
}

void FrameAttack::move_samples(Frame& frame) {
  const FrameOptions& o = options_.frame;
  const auto count = [](double v) {
    return static_cast<std::int16_t>(std::clamp(std::nearbyint(v), -4095.0, 4095.0));
  };
  if (o.act == FrameAct::modify) {
    for (std::int16_t& v : frame.xyz) v = count(o.gain * v);
    return;
  }
  if (o.act == FrameAct::replay) {
    if (recorded_.empty() || !parse(recorded_[turn_++ % recorded_.size()], old_)) return;
    for (std::size_t i = 0; i < frame.xyz.size(); ++i) {
      frame.xyz[i] = old_.xyz[i % old_.xyz.size()];
    }
    return;
  }
  // About the rest that the frame's first sample shows, along x.
  const std::vector<std::int16_t> rest(frame.xyz.begin(), frame.xyz.begin() + 3);
  const double end_s = 1e-3 * static_cast<double>(frame.header.end_ms);
  const double rate_hz = static_cast<double>(frame.header.rate_hz);
  const std::size_t n = frame.xyz.size() / 3;
  for (std::size_t i = 0; i < n; ++i) {
    const double s = end_s - static_cast<double>(n - 1 - i) / rate_hz;
    const double swing = kMgPerMps2 * o.amplitude_mps2 * sine_of(turns(o.target_hz, s));
    for (std::size_t k = 0; k < 3; ++k) {
      frame.xyz[3 * i + k] = count(rest[k] + (k == 0 ? swing : 0));
    }
  }
}

std::vector<std::byte> FrameAttack::spoilt(std::span<const std::byte> bytes) {
  constexpr std::size_t kMagicAt = 0, kCountAt = 1, kLongest = 64;
  Malformed how = options_.frame.malformed;
  if (how == Malformed::any) how = static_cast<Malformed>(1 + random_.below(5));
  std::vector<std::byte> out(bytes.begin(), bytes.end());
  const auto other = [this](std::byte was) {
    return static_cast<std::byte>((std::to_integer<std::uint64_t>(was) + 1 + random_.below(255)) &
                                  0xff);
  };
  switch (how) {
    case Malformed::count:
      out[kCountAt] = other(out[kCountAt]);
      break;
    case Malformed::magic:
      // Another sensor's would be well-formed.
      do out[kMagicAt] = other(out[kMagicAt]);
      while (wire::may_begin_frame(kFormat, out[kMagicAt]));
      break;
    case Malformed::truncation:  // no radio carries an empty message
      out.resize(1 + random_.below(out.size() - 1));
      break;
    case Malformed::length:
    case Malformed::padding:
    case Malformed::any: {
      const bool noise = how == Malformed::length;
      for (std::uint64_t n = 1 + random_.below(kLongest); n > 0; --n) {
        out.push_back(static_cast<std::byte>(noise ? random_.below(256) : 0));
      }
      break;
    }
  }
  return out;
}

}  // namespace gauntlet::adversarial
