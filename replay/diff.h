// Where two recordings first differ: in which packet, and in what of it.
//
// Order of what is looked at: the packet's format, its header's fields as they stand in the frame,
// each sample's axes, the pad bits; then arrival and location. A recording that ends early differs
// in the packet that it lacks ("missing"). Damage and source names are not compared.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "replay/recording.h"

namespace gauntlet::replay {

struct Difference {
  std::size_t packet = 0;  // index, the same in both
  std::string field;       // "sequence", "sample 17 y", "arrival", "missing"
  std::string a;
  std::string b;
};

std::optional<Difference> first_difference(const Recording& a, const Recording& b);
// "packet 12, sample 17 y: -8 against 0"
std::string to_string(const Difference& difference);

}  // namespace gauntlet::replay
