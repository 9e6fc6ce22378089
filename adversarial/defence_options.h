// Defences on the device: a scenario's [defences]. Each is off unless switched on; with all off
// nothing is different by a bit. What ships with the phone is in core/phone (phone.guard).
#pragma once

#include <cstdint>

#include "core/base/options.h"
#include "sim/wearable/sensor.h"

namespace gauntlet::adversarial {

struct DefenceOptions {
  // Frames carry a counter and a tag of 8 bytes together with it (core/authz/frame_tag.h); the
  // phone refuses those without.
  bool frame_tag = false;
  // Of the wearables' inertial sensors (sim/wearable/sensor.h); plain: as each sensor says.
  sim::Sampling sampling = sim::Sampling::plain;
  std::int64_t sampling_count = 16;
  // Inertial samples read while their amplifier is in its rails are withheld.
  bool saturation_flag = false;
  // The optical sensor measures with its own light off, too, and takes the difference.
  bool dark_slots = false;
  // Links measure the round trip of their own packets and refuse a longer one; 0: they do not.
  double round_trip_ms = 0;
  // Foam and mass before the inertial sensors: sound arrives weaker by this.
  double damping_db = 0;
  // Beacons' identifiers follow a secret sequence; 0: they never change.
  double beacon_rotation_s = 0;
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet::adversarial
