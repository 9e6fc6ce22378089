// Noise on the radio (catalogue R5): bursts in which no packet of the link arrives, if the jammer
// is strong enough where the phone is.
//
//   interference = power - reference loss - 10 exponent log10(distance)           dBm
//   a packet needs signal - interference >= needed
// A packet or poll that overlaps a burst is lost; the radio repeats, queues, loses its connection
// and drops as it does for any loss. Leaves out: frequency hopping around a narrow jammer.
#pragma once

#include "adversarial/attack_options.h"

namespace gauntlet::adversarial {

double signal_to_interference_db(const JammingOptions& options);

class Jammer {
 public:
  explicit Jammer(const AttackOptions& options);
  // Whether something sent in [from, to] is lost.
  bool spoils(WorldTime from, WorldTime to) const;

 private:
  AttackSpan span_;
  Duration burst_, period_;
  bool strong_;
};

}  // namespace gauntlet::adversarial
