// Parameters of attacks on what is in the air and on the wire: beacons, links, time, frames
// (catalogue R1 to R5, T1, T2, F1).
#pragma once

#include <cstdint>

#include "adversarial/physics_options.h"

namespace gauntlet::adversarial {

// adversarial/beacon_clone.h
struct BeaconCloneOptions {
  std::int64_t beacon = 0;
  PlaceOptions place;
  double tx_dbm_at_1m = -59;
  double exponent = 2.2;
  double sensitivity_dbm = -95;
  double copy_delay_s = 1;
  void describe(OptionVisitor& v);
};

// What happens to a wearable's messages on their way (adversarial/frame_attack.h):
//   relay      they are heard near the device and sent on near the phone
//   delay      held back, more and more by delay_ppm
//   stamps     their device time runs on by ramp_ppm, jumps, is written near its roll-over
//   replay     those of [record_s, record_s + length_s) come again
//   inject     frames of the attacker's own motion are sent in the device's name
//   modify     samples are changed in transit
//   malformed  one field is made wrong
enum class FrameAct : std::uint8_t { relay, delay, stamps, replay, inject, modify, malformed };
enum class Malformed : std::uint8_t { any, count, length, padding, truncation, magic };

struct FrameOptions {
  FrameAct act = FrameAct::replay;
  double relay_ms = 8;
  double window_ms = 30;
  double delay_ms = 0;
  double delay_ppm = 0;
  double ramp_ppm = 0;
  double jump_s = 0;
  bool roll_over = false;
  double record_s = 0;
  double length_s = 30;
  double target_hz = 0.5;
  double amplitude_mps2 = 8;
  double gain = 0;
  Malformed malformed = Malformed::any;
  double share = 1;  // of the messages
  // KNOB and BIAS: what entropy the link's key was talked down to, and how fast keys are tried. 0
  // bytes: nothing to find.
  std::int64_t key_bytes = 0;
  double keys_per_s = 1e6;
  bool knows_tag_key = false;  // of the frames' own authentication, defences.frame_tag
  void describe(OptionVisitor& v);
};

// adversarial/jamming.h
struct JammingOptions {
  double burst_s = 5;
  double pause_s = 5;
  double power_dbm = 20;
  double distance_m = 3;
  double signal_dbm = -60;
  double exponent = 2.2;
  double reference_loss_db = 40;
  double needed_db = 12;
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::adversarial
