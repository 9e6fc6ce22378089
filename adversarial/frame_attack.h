// A man between a wearable and its phone (catalogue R2, R3, R4, T1, T2, F1): takes each message of
// the device and hands on what he makes of it.
//
//   relay      the same, relay_ms later; lost when the answer comes later than window_ms, since
//              that is what the connection's own timing allows
//   delay      the same, later by delay_ms and growing by delay_ppm
//   stamps     device time moved: ramp_ppm from the start on, jump_s, a roll-over of 32 bits of ms
//   replay     knowledge none: recorded frames again, as they were, beside the genuine ones; else
//              in their place, with the stamps and the sequence of those
//   inject     a movement of the attacker's in the genuine one's place, stamps and sequence kept
//   modify     samples times gain
//   malformed  count, length, padding or magic wrong, or the end cut off
// Stamps, replay, inject, modify and malformed need the link's key when it has one (KNOB, Antonioli
// et al. 2019; BIAS, 2020: the key's entropy is talked down): it is found after a uniformly drawn
// share of all 2^(8 bytes) keys. Frames with tags (core/authz/frame_tag.h) are changed all the same
// and their tags kept; who knows the tag's key makes good ones.
//
// Truth: forged frames carry no true samples (first < 0); samples they replace are counted as
// "attack.replaced", refused relays as "attack.relay_window". Leaves out: formats but pebble16,
// which are passed on as they are.
//
// Not thread-safe. `simulation`, `dropped` and what `next` reaches outlive the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adversarial/attack_options.h"
#include "core/base/counters.h"
#include "core/truth/truth.h"
#include "core/wire/frame.h"
#include "sim/engine/random.h"
#include "sim/engine/simulation.h"
#include "sim/wearable/message.h"

namespace gauntlet::adversarial {

// When the link's key is found: at the start when there is none.
WorldTime key_found(const AttackOptions& options, sim::RandomStream& random);

class FrameAttack {
 public:
  // `stream`: "attack/<n>". `tag_key`: empty when frames are not tagged; looked at only by an
  // attacker who knows it. `round_trip_ms`: the longest that the link takes for its own; 0: any.
  FrameAttack(sim::Simulation& simulation, const AttackOptions& options,
              const sim::RandomStream& stream, std::string tag_key, double round_trip_ms,
              Counters& dropped, sim::MessageSink next);
  void send(const sim::Message& message);
  const std::string& device() const { return options_.device; }
  // By the link, for their round trip.
  const std::vector<TrueRefusal>& refusals() const { return refusals_; }
  sim::MessageSink sink() {
    return [this](const sim::Message& m) { send(m); };
  }

 private:
  struct Frame {
    wire::FrameHeader header;
    std::vector<std::int16_t> xyz;
  };
  bool parse(std::span<const std::byte> bytes, Frame& frame) const;
  void hold(const sim::Message& message, Duration delay);
  void relay(const sim::Message& message);
  void alter(const sim::Message& message);
  void replay_beside(const sim::Message& message);
  void move_stamps(Frame& frame);
  void move_samples(Frame& frame);
  std::vector<std::byte> spoilt(std::span<const std::byte> bytes);
  void pass_forged(const sim::Message& message, std::span<const std::byte> bytes);

  sim::Simulation& simulation_;
  AttackOptions options_;
  AttackSpan span_;
  std::string tag_key_;
  double round_trip_ms_;
  Counters& dropped_;
  sim::MessageSink next_;
  sim::RandomStream random_;
  WorldTime key_found_;
  std::uint64_t seen_ = 0;                        // messages, as the device counts them
  std::vector<std::vector<std::byte>> recorded_;  // for replays, tags and all
  std::vector<TrueRefusal> refusals_;
  std::size_t turn_ = 0;
  std::optional<std::int64_t> roll_over_ms_;
  Frame frame_, old_;
  std::vector<std::byte> out_, tagged_;
};

}  // namespace gauntlet::adversarial
