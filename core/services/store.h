// What goes wrong in a store, whichever it is. A store that fails is no expected loss: exceptions.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace gauntlet {

// What a committed transaction survives: nothing (a store in memory, for simulations), the death of
// the process, or a power cut (an fsync each).
enum class Durability : std::uint8_t { memory, process, power };

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
  // It has reached the size it was allowed.
  virtual bool full() const { return false; }
  // It may answer later: whoever asked may ask again.
  virtual bool unavailable() const { return false; }
};

}  // namespace gauntlet
